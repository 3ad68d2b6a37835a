import Crypto
import CryptoExtras
import FoundationEssentials

/// A signed text in three parts (RFC 7515 §3.1), RSASSA-PKCS1-v1_5 only: which hash, the caller says, never the text.
struct CompactJWS {
    enum Hash: String {
        case rs256 = "RS256"
        case rs512 = "RS512"
    }
    enum Damage: Error { case parts, header, claims, signature }

    /// What all of ours carry.
    struct Header: Codable {
        var alg: String, typ: String?, kid: String
        /// Extensions that must be understood: we know none (RFC 7515 §4.1.11).
        var crit: [String]?
    }

    let header: Header
    private let claims: Substring
    private let signed: [UInt8]
    private let signature: [UInt8]

    init(_ text: String) throws(Damage) {
        let parts = text.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .parts }
        guard let bytes = Base64URL.decode(parts[0]), let header = try? JSONDecoder().decode(Header.self, from: Data(bytes)) else {
            throw .header
        }
        guard let signature = Base64URL.decode(parts[2]) else { throw .signature }
        (self.header, claims, self.signature) = (header, parts[1], signature)
        signed = Array(text.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
    }

    func isSigned(by key: _RSA.Signing.PublicKey, _ hash: Hash) -> Bool {
        let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
        return switch hash {
        case .rs256: key.isValidSignature(signature, for: SHA256.hash(data: signed), padding: .insecurePKCS1v1_5)
        case .rs512: key.isValidSignature(signature, for: SHA512.hash(data: signed), padding: .insecurePKCS1v1_5)
        }
    }

    func claims<Claims: Decodable>(_ type: Claims.Type) throws(Damage) -> Claims {
        guard let bytes = Base64URL.decode(claims), let claims = try? JSONDecoder().decode(type, from: Data(bytes)) else { throw .claims }
        return claims
    }

    static func sign(_ claims: some Encodable, type: String, by pair: IdentityKeyPair, _ hash: Hash) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let header = try encoder.encode(Header(alg: hash.rawValue, typ: type, kid: pair.thumbprint))
        let signed = try Base64URL.encode(header) + "." + Base64URL.encode(encoder.encode(claims))
        let bytes = Array(signed.utf8)
        let signature =
            switch hash {
            case .rs256: try pair.privateKey.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)
            case .rs512: try pair.privateKey.signature(for: SHA512.hash(data: bytes), padding: .insecurePKCS1v1_5)
            }
        return signed + "." + Base64URL.encode(signature.rawRepresentation)
    }
}
