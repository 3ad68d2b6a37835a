/// Why a keystore, or a key in it, could not be read or written. Facts only: no password, no key byte.
@nonexhaustive
public enum KeystoreError: Error, Hashable, Sendable {
    /// The bytes end inside `field`, which begins at `offset`.
    case truncated(field: String, offset: Int)
    /// `field` at `offset` says what the format does not allow.
    case malformed(field: String, offset: Int)
    case overLimit(field: String, found: Int, limit: Int)
    /// `beginning`: the first bytes, up to 16, in hexadecimal.
    case unknownFormat(beginning: String)
    case unsupportedFormat(KeystoreFormat)
    case unsupportedVersion(Int)
    /// The digest does not fit: wrong store password or an altered file. The format cannot tell which.
    case integrity
    /// The key's own check does not fit: wrong key password, or altered key bytes.
    case keyPassword
    /// The key is protected by an algorithm that we do not know.
    case keyProtection(oid: String)
    case noSuchEntry(alias: String)
    /// Files hold at most 65,535 bytes of modified UTF-8.
    case aliasTooLong(bytes: Int)
}
