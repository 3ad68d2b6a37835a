public import AgentProtocol

/// By which an agent's old key vouches for its new one: JWS in compact form (RFC 7515), RS512, over the agent, both keys' thumbprints and
/// the instance's nonce. The header's `typ` keeps it apart from all else that the key signs.
public enum ContinuityProof {
    /// Characters; ours have about nine hundred. Our choice.
    public static let textLimit = 8192
    public static let nonceLimit = 256

    static let type = "midguard-continuity"

    /// Throws `overLimit` for the nonce, `signingFailed`.
    public static func sign(
        by old: IdentityKeyPair, newThumbprint: String, agent: SysID, nonce: String
    ) throws(ProofError) -> String {
        guard nonce.utf8.count <= nonceLimit else { throw .overLimit(found: nonce.utf8.count, limit: nonceLimit) }
        let claims = Claims(agent: agent, old: old.thumbprint, new: newThumbprint, nonce: nonce)
        do { return try CompactJWS.sign(claims, type: type, by: old, .rs512) } catch { throw .signingFailed }
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

        let signed: CompactJWS
        do throws(CompactJWS.Damage) { signed = try CompactJWS(text) } catch {
            throw .malformed(part: error == .parts ? "number of parts" : "\(error)")
        }
        let header = signed.header
        guard header.alg == CompactJWS.Hash.rs512.rawValue, header.crit == nil else {
            throw .algorithmNotSupported(name: header.crit == nil ? header.alg : "crit")
        }
        guard header.typ == type else { throw .malformed(part: "typ") }
        guard header.kid == old.thumbprint else { throw .signerDiffers(found: header.kid) }
        guard signed.isSigned(by: oldKey, .rs512) else { throw .signature }

        guard let claims = try? signed.claims(Claims.self) else { throw .malformed(part: "claims") }
        guard claims.agent == agent else { throw .agentDiffers }
        guard claims.old == old.thumbprint else { throw .signerDiffers(found: claims.old) }
        guard claims.new == new.thumbprint else { throw .newKeyDiffers(found: claims.new) }
        guard claims.nonce == nonce else { throw .nonceDiffers }
    }

    private struct Claims: Codable { var agent: SysID, old: String, new: String, nonce: String }
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
