public import struct Foundation.Date

/// By which an agent logs in with its key alone: a JWT (RFC 7519), RS256, good for minutes.
///
/// Claims: `iss` the agent's name, `sub` the user that it acts as, `aud` `midguard`, `iat`, `exp`, `jti`.
public struct AgentToken: Hashable, Sendable {
    /// Characters; ours have about seven hundred. Our choice.
    public static let textLimit = 4096
    public static let lifeSeconds: Double = 300
    /// By how much the clocks of agent and instance may differ.
    public static let clockAllowance: Double = 60
    static let audience = "midguard"

    public var agentName: String
    public var user: String

    public enum Refusal: Error, Hashable, Sendable {
        case malformed
        case algorithmNotSupported(String)
        /// Its key is not the one that was expected.
        case keyDiffers
        case signature
        case otherAudience
        case expired(secondsAgo: Int)
        /// It begins later than clocks may differ, or lasts longer than ours do.
        case timesNotPlausible
    }

    public static func sign(agentName: String, user: String, by pair: IdentityKeyPair, now: Date) -> String? {
        let issued = Int64(now.timeIntervalSince1970)
        let claims = Claims(
            iss: agentName, sub: user, aud: audience, iat: issued, exp: issued + Int64(lifeSeconds), jti: MidID.random())
        return try? CompactJWS.sign(claims, type: "JWT", by: pair, .rs256)
    }

    /// Whom it claims to be from and which key it names; nothing of it is proved.
    public static func claimed(in text: String) -> (agentName: String, keyThumbprint: String)? {
        guard text.utf8.count <= textLimit, let signed = try? CompactJWS(text), let claims = try? signed.claims(Claims.self) else {
            return nil
        }
        return (claims.iss, signed.header.kid)
    }

    /// The token when the certificate's key has signed it and it is in its time.
    public init(_ text: String, certificateDER: [UInt8], now: Date) throws(Refusal) {
        guard text.utf8.count <= Self.textLimit, let signed = try? CompactJWS(text) else { throw .malformed }
        guard signed.header.alg == CompactJWS.Hash.rs256.rawValue, signed.header.crit == nil else {
            throw .algorithmNotSupported(signed.header.alg)
        }
        guard let info = PublicKeyInfo(certificateDER: certificateDER), let key = info.signingKey, signed.header.kid == info.thumbprint
        else {
            throw .keyDiffers
        }
        guard signed.isSigned(by: key, .rs256) else { throw .signature }
        guard let claims = try? signed.claims(Claims.self) else { throw .malformed }
        guard claims.aud == Self.audience else { throw .otherAudience }
        let (time, issued, ends) = (now.timeIntervalSince1970, Double(claims.iat), Double(claims.exp))
        guard issued <= time + Self.clockAllowance, ends > issued, ends - issued <= 2 * Self.lifeSeconds else { throw .timesNotPlausible }
        guard time < ends + Self.clockAllowance else { throw .expired(secondsAgo: Int(min(time - ends, 1e9))) }
        (agentName, user) = (claims.iss, claims.sub)
    }

    private struct Claims: Codable { var iss: String, sub: String, aud: String, iat: Int64, exp: Int64, jti: String }
}
