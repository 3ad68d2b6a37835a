import AgentProtocol
import FoundationEssentials

/// The protected header of a sealed secret.
struct SealedSecretHeader: Decodable {
    /// Characters of an encoded header. Ours have three hundred.
    static let limit = 2048

    let kid: String
    let agent: SysID
    let record: SysID

    /// The encoded header. Nothing in it needs escaping: thumbprint and identifiers are of closed alphabets.
    static func text(keyID: String, agent: SysID, record: SysID) -> String {
        let algorithms = #""alg":"\#(SealedSecret.keyAlgorithm)","enc":"\#(SealedSecret.contentAlgorithm)""#
        return Base64URL.encode(#"{\#(algorithms),"kid":"\#(keyID)","agent":"\#(agent)","record":"\#(record)"}"#.utf8)
    }

    init(encoded: Substring) throws(SealingError) {
        guard encoded.utf8.count <= Self.limit, let bytes = Base64URL.decode(encoded) else { throw .malformed(part: "header") }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(bytes))
        } catch let error as SealingError {
            throw error
        } catch {
            throw .malformed(part: "header")
        }
    }

    private enum CodingKeys: String, CodingKey { case alg, enc, kid, agent, record, crit, zip }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        for (field, only) in [(CodingKeys.alg, SealedSecret.keyAlgorithm), (.enc, SealedSecret.contentAlgorithm)] {
            let found = try fields.decode(String.self, forKey: field)
            guard found == only else { throw SealingError.algorithmNotSupported(name: found) }
        }
        // We understand no extension that must be understood (RFC 7516 §4.1.13) and no compression (§4.1.3).
        if fields.contains(.crit) { throw SealingError.algorithmNotSupported(name: "crit") }
        if fields.contains(.zip) { throw SealingError.algorithmNotSupported(name: "zip") }
        kid = try fields.decode(String.self, forKey: .kid)
        agent = try fields.decode(SysID.self, forKey: .agent)
        record = try fields.decode(SysID.self, forKey: .record)
    }
}
