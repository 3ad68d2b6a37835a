import StrictDER

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
    /// The file is of another type than the one asked for.
    case otherFormat(found: KeystoreFormat, expected: KeystoreFormat)
    /// A format that we read and do not write.
    case readOnlyFormat(KeystoreFormat)
    case unsupportedVersion(Int)
    /// An algorithm that we do not know, or do not use for `field`.
    case unsupportedAlgorithm(field: String, oid: String)
    /// A secret key's stream names a Java class that no key is made of. Nothing of it was instantiated.
    case forbiddenClass(String)
    /// Digest, MAC or signature does not fit: wrong store password or an altered file. Formats cannot tell which.
    case integrity
    /// The key's own check does not fit: wrong key password, or altered key bytes.
    case keyPassword
    /// The key is protected by an algorithm that we do not know.
    case keyProtection(oid: String)
    /// What is asked for needs a password, and none was given.
    case passwordMissing(field: String)
    /// SunJCE takes only 0x20 to 0x7E in the passwords of what is to be written.
    case passwordNotASCII
    case noSuchEntry(alias: String)
    /// Files hold at most 65,535 bytes of modified UTF-8.
    case aliasTooLong(bytes: Int)
    /// The target format cannot hold this, and dropping it was not allowed.
    case cannotHold(format: KeystoreFormat, losses: [KeystoreLoss])

    init(_ error: DERError) {
        switch error.problem {
        case .truncated: self = .truncated(field: error.field, offset: error.offset)
        case .malformed: self = .malformed(field: error.field, offset: error.offset)
        case .overLimit(let found, let limit): self = .overLimit(field: error.field, found: found, limit: limit)
        }
    }
}

/// Runs what reads DER; its errors become ours.
func readingDER<Value>(_ body: () throws(DERError) -> Value) throws(KeystoreError) -> Value {
    do { return try body() } catch { throw KeystoreError(error) }
}

/// Something of an entry that a format has no place for.
public struct KeystoreLoss: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// JKS holds none.
        case secretKey
        /// No identifier is known for the secret key's algorithm, and the format stores identifiers.
        case secretKeyAlgorithm
        /// PKCS#12 attributes beyond name and key identifier.
        case attributes
        /// The target folds case, and the alias is not in lower case.
        case aliasCase
        /// The alias is no text that the format can hold (a lone surrogate in UTF-8).
        case aliasText
        /// Two entries would have one alias.
        case duplicateAlias
        /// A type other than X.509.
        case certificateType
        /// A private key without a certificate.
        case emptyChain
        /// The certificates of a chain do not fit into the format as a chain: PKCS#12 finds them again by issuer.
        case chainOrder
    }
    public var alias: String
    public var kind: Kind
    public init(alias: String, kind: Kind) { (self.alias, self.kind) = (alias, kind) }
}
