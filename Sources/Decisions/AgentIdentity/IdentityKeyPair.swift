public import CryptoExtras
import FoundationEssentials

/// An agent's identity: an RSA key with the certificate that shows it. The two always belong together.
public struct IdentityKeyPair: Hashable, Sendable {
    /// Bits a key must have: less is "Insufficient key length" to vendor agents, too.
    public static let leastKeyBits = 2048

    public let privateKey: _RSA.Signing.PrivateKey
    /// The same key for opening; made once, since checking a key costs as much as using it. Not declared Sendable by its library, but as
    /// immutable as the signing key, which is.
    nonisolated(unsafe) let decryptionKey: _RSA.Encryption.PrivateKey
    public let certificateDER: [UInt8]
    /// Certificates above the first, nearest first; empty for a self-signed one.
    public let issuersDER: [[UInt8]]
    /// SHA-256 of the SubjectPublicKeyInfo, base64url without padding: the `kid` of what is sealed to and signed by this key.
    public let thumbprint: String

    /// Takes PKCS#8 or PKCS#1. Throws `keyNotRSA`, `keyTooShort`, `certificateUnreadable` or `keyAndCertificateDiffer`.
    public init(privateKeyDER: [UInt8], certificateDER: [UInt8], issuersDER: [[UInt8]] = []) throws(IdentityError) {
        guard let key = try? _RSA.Signing.PrivateKey(unsafeDERRepresentation: privateKeyDER) else { throw .keyNotRSA }
        try self.init(privateKey: key, certificateDER: certificateDER, issuersDER: issuersDER)
    }

    init(privateKey: _RSA.Signing.PrivateKey, certificateDER: [UInt8], issuersDER: [[UInt8]] = []) throws(IdentityError) {
        guard privateKey.keySizeInBits >= Self.leastKeyBits else {
            throw .keyTooShort(bits: privateKey.keySizeInBits, least: Self.leastKeyBits)
        }
        guard let shown = PublicKeyInfo(certificateDER: certificateDER) else { throw .certificateUnreadable }
        guard let certified = shown.signingKey, certified.derRepresentation == privateKey.publicKey.derRepresentation else {
            throw .keyAndCertificateDiffer
        }
        guard let decryptionKey = try? _RSA.Encryption.PrivateKey(derRepresentation: privateKey.derRepresentation) else { throw .keyNotRSA }
        (self.privateKey, self.decryptionKey) = (privateKey, decryptionKey)
        (self.certificateDER, self.issuersDER) = (certificateDER, issuersDER)
        thumbprint = shown.thumbprint
    }

    public var keyBits: Int { privateKey.keySizeInBits }

    /// The private key in clear. For keystores; goes nowhere else.
    public var privateKeyPKCS8: [UInt8] { Array(privateKey.pkcs8DERRepresentation) }

    // The certificate determines the key.
    public static func == (left: Self, right: Self) -> Bool {
        left.certificateDER == right.certificateDER && left.issuersDER == right.issuersDER
    }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(certificateDER)
        hasher.combine(issuersDER)
    }
}

extension IdentityKeyPair: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "IdentityKeyPair(\(thumbprint))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["thumbprint": thumbprint]) }
}
