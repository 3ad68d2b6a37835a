/// A private key as stored, under its password: it is opened only when asked for. Not printed: some formats protect it only weakly.
public struct ProtectedKey: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// How `stored` is to be read.
    let protection: KeyProtection
    /// As stored: for most formats the DER of an EncryptedPrivateKeyInfo (RFC 5208 §6).
    let stored: ArraySlice<UInt8>

    init(_ protection: KeyProtection, stored: ArraySlice<UInt8>) { (self.protection, self.stored) = (protection, stored) }

    /// The largest protected key we open, in bytes. RSA with 16,384 bits takes 10 kB; our choice.
    public static let sizeLimit = 1 << 20

    public var description: String { "ProtectedKey(\(stored.count) bytes)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A secret key as stored, under its password. Not printed.
public struct ProtectedSecretKey: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let protection: KeyProtection
    let stored: ArraySlice<UInt8>

    init(_ protection: KeyProtection, stored: ArraySlice<UInt8>) { (self.protection, self.stored) = (protection, stored) }

    public var description: String { "ProtectedSecretKey(\(stored.count) bytes)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The ways in which formats close a key. Passwords mean different bytes in each, so a key remembers its own.
enum KeyProtection: String, Hashable, Sendable {
    /// EncryptedPrivateKeyInfo by one of Sun's two algorithms, told by its identifier.
    case sun
    /// A Java stream with a SealedObject around a secret key (JCEKS).
    case sealedObject
    /// EncryptedPrivateKeyInfo by PBES1 or PBES2 with the passwords of PKCS#12.
    case pkcs12
    /// PBES2 with BCFKS's own keys, which differ by purpose.
    case bcfks
    /// Bouncy Castle's sealed key (BKS, UBER).
    case bouncyCastle
    /// In the clear: PKCS#8 (RFC 5208 §5), or of a secret key its format's own form.
    case pkcs8, bouncyCastleClear, secretBagClear

    /// The format whose files can hold a key closed like this, as it is; nil for those that we only read.
    var format: KeystoreFormat? {
        switch self {
        case .sun: .jks
        case .sealedObject: .jceks
        case .pkcs12, .pkcs8, .secretBagClear: .pkcs12
        case .bcfks: .bcfks
        case .bouncyCastle, .bouncyCastleClear: nil
        }
    }
}
