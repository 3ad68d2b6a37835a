public import JavaKeystore

/// Why there is no identity to use. Facts only: no password, no key byte.
public enum IdentityError: Error, Hashable, Sendable {
    /// The keystore has no entry that Java would find under this alias.
    case pairMissing(alias: String)
    /// There is an entry, but it is a trusted certificate.
    case entryHasNoKey(alias: String)
    /// There is a key, but no certificate with it.
    case entryHasNoCertificate(alias: String)
    /// The store's password does not open the key, or its bytes were altered.
    case keyPassword(alias: String)
    /// Anything else that the keystore says about the entry.
    case keystore(KeystoreError)
    /// The private key is no RSA key that we can read. The vendor's protocol knows no other kind.
    case keyNotRSA
    case keyTooShort(bits: Int, least: Int)
    case certificateUnreadable
    case keyAndCertificateDiffer
    /// What was asked for cannot be made into a certificate.
    case agentNameEmpty
    case agentNameTooLong(count: Int, limit: Int)
    case tailNotHexadecimal
    case keySizeNotOffered(bits: Int)
    case notBeforeOutOfRange
    /// The cryptographic library refused; it gives no reasons.
    case generationFailed
}
