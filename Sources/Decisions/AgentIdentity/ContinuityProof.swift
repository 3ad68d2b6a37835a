public import AgentProtocol
import Crypto
import CryptoExtras
import FoundationEssentials

/// By which an agent's old key vouches for its new one: JWS in compact form (RFC 7515), RS512, over the agent, both keys' thumbprints and
/// the instance's nonce. The header's `typ` keeps it apart from all else that the key signs.
public enum ContinuityProof {
    /// Characters; ours have about nine hundred. Our choice.
    public static let textLimit = 8192
    public static let nonceLimit = 256

    static let algorithm = "RS512"
    static let type = "midguard-continuity"

    /// Throws `overLimit` for the nonce, `signingFailed`.
    public static func sign(
        by old: IdentityKeyPair, newThumbprint: String, agent: SysID, nonce: String
    ) throws(ProofError) -> String {
        guard nonce.utf8.count <= nonceLimit else { throw .overLimit(found: nonce.utf8.count, limit: nonceLimit) }
        let claims = Claims(agent: agent, old: old.thumbprint, new: newThumbprint, nonce: nonce)
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let header = try encoder.encode(Header(alg: algorithm, typ: type, kid: old.thumbprint))
            let signed = try Base64URL.encode(header) + "." + Base64URL.encode(encoder.encode(claims))
            let signature = try old.privateKey.signature(for: SHA512.hash(data: Array(signed.utf8)), padding: .insecurePKCS1v1_5)
            return signed + "." + Base64URL.encode(signature.rawRepresentation)
        } catch {
            throw .signingFailed
        }
    }

    /// Returns when `text` is a proof by the old certificate's key for the new certificate's, for this agent and nonce; throws what is wrong
    /// otherwise. What the proof says is only looked at after its signature has been checked.
    public static func verify(
        _ text: String, oldCertificateDER: [UInt8], newCertificateDER: [UInt8], agent: SysID, nonce: String
    ) throws(ProofError) {
        guard text.utf8.count <= textLimit else { throw .overLimit(found: text.utf8.count, limit: textLimit) }
        guard let old = PublicKeyInfo(certificateDER: oldCertificateDER), let oldKey = old.signingKey else {
            throw .certificateUnusable(.old)
        }
        guard let new = PublicKeyInfo(certificateDER: newCertificateDER), new.signingKey != nil else { throw .certificateUnusable(.new) }

        let parts = text.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed(part: "number of parts") }
        let header: Header = try decode(parts[0], part: "header")
        guard header.alg == algorithm, header.crit == nil else {
            throw .algorithmNotSupported(name: header.crit == nil ? header.alg : "crit")
        }
        guard header.typ == type else { throw .malformed(part: "typ") }
        guard header.kid == old.thumbprint else { throw .signerDiffers(found: header.kid) }

        guard let signature = Base64URL.decode(parts[2]) else { throw .malformed(part: "signature") }
        let signed = Array(text.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        guard
            oldKey.isValidSignature(
                .init(rawRepresentation: signature), for: SHA512.hash(data: signed), padding: .insecurePKCS1v1_5)
        else { throw .signature }

        let claims: Claims = try decode(parts[1], part: "claims")
        guard claims.agent == agent else { throw .agentDiffers }
        guard claims.old == old.thumbprint else { throw .signerDiffers(found: claims.old) }
        guard claims.new == new.thumbprint else { throw .newKeyDiffers(found: claims.new) }
        guard claims.nonce == nonce else { throw .nonceDiffers }
    }

    private struct Header: Codable {
        var alg: String, typ: String?, kid: String
        /// Extensions that must be understood: we know none (RFC 7515 §4.1.11).
        var crit: [String]?
    }
    private struct Claims: Codable { var agent: SysID, old: String, new: String, nonce: String }

    private static func decode<Value: Decodable>(_ part: Substring, part name: String) throws(ProofError) -> Value {
        guard let bytes = Base64URL.decode(part), let value = try? JSONDecoder().decode(Value.self, from: Data(bytes)) else {
            throw .malformed(part: name)
        }
        return value
    }
}

/// Why a continuity proof was not made or does not count.
public enum ProofError: Error, Hashable, Sendable {
    public enum Side: String, Hashable, Sendable { case old, new }

    case overLimit(found: Int, limit: Int)
    case malformed(part: String)
    case algorithmNotSupported(name: String)
    /// No certificate, or not of an RSA key with at least 2048 bits.
    case certificateUnusable(Side)
    /// Made by another key than the one on record; `found` is its thumbprint.
    case signerDiffers(found: String)
    case signature
    case agentDiffers
    case newKeyDiffers(found: String)
    case nonceDiffers
    case signingFailed
}
