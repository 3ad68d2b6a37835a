import StrictDER

/// What came of reading a keystore file.
public struct KeystoreReading: Hashable, Sendable {
    public var keystore: Keystore
    public var format: KeystoreFormat
    public var integrity: KeystoreIntegrity
    /// How the store is protected, to be written back alike.
    public var settings: KeystoreSettings
    /// Entries that the file holds and Java does not show: see `UnseenEntry`.
    public var unseen: [UnseenEntry]
    /// Bytes behind the end of the store. Java ignores them, so we do; they are no part of what the digest protects.
    public var trailingBytes: Int

    public init(
        keystore: Keystore, format: KeystoreFormat, integrity: KeystoreIntegrity, settings: KeystoreSettings, unseen: [UnseenEntry] = [],
        trailingBytes: Int = 0
    ) {
        (self.keystore, self.format, self.integrity, self.settings) = (keystore, format, integrity, settings)
        (self.unseen, self.trailingBytes) = (unseen, trailingBytes)
    }
}

/// Whether the store's bytes are those that somebody with the password, or the signing key, wrote.
public enum KeystoreIntegrity: String, Hashable, Sendable {
    case verified
    /// No password was given.
    case notChecked
    /// The file has nothing to check: a PKCS#12 file without MAC.
    case absent
    /// The file is signed, and no key was given to verify the signature with.
    case signatureNotChecked
}

/// What is in a PKCS#12 file and would be lost in Java's view of it.
public struct UnseenEntry: Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable {
        /// A certificate without the attribute by which Java tells trusted ones (OpenSSL's `-nokeys`, older tools), in no key's chain.
        case certificateNotMarkedTrusted
        /// A private key in the clear (keyBag): the JDK passes over it.
        case keyInTheClear
        /// A second private key without localKeyID: the JDK drops it.
        case keyWithoutIdentifier
        /// Another entry of the same alias came later and won.
        case replaced
        /// Encrypted, and no password was given.
        case passwordNeeded
        /// A bag of a kind that the JDK does not read; in Bouncy Castle's formats an entry of a kind that no keystore value holds.
        case unknownBag
    }
    /// nil where nothing of it can be made out.
    public var entry: Keystore.Entry?
    public var reason: Reason
    public init(entry: Keystore.Entry?, reason: Reason) { (self.entry, self.reason) = (entry, reason) }
}

/// How a file is to be read.
public struct KeystoreReadingOptions: Hashable, Sendable {
    /// Refuses every other type; nil takes what the content is.
    public var format: KeystoreFormat?
    public var limits = KeystoreLimits.standard
    /// DER of the SubjectPublicKeyInfo that a signed BCFKS store is verified with.
    public var verificationKey: [UInt8]?

    public init(format: KeystoreFormat? = nil, limits: KeystoreLimits = .standard, verificationKey: [UInt8]? = nil) {
        (self.format, self.limits, self.verificationKey) = (format, limits, verificationKey)
    }
}

extension Keystore {
    /// Reads a keystore of any supported format, told by content.
    ///
    /// Without a password certificates can be listed where the format leaves them readable, and `integrity` is `notChecked`: whoever can
    /// write the file can have made them up. Private keys stay closed in either case: `ProtectedKey.open(password:)`.
    public static func read(
        _ bytes: [UInt8], password: KeystorePassword?, options: KeystoreReadingOptions = .init()
    ) throws(KeystoreError) -> KeystoreReading {
        let limits = options.limits
        guard bytes.count <= limits.fileSize else { throw .overLimit(field: "file", found: bytes.count, limit: limits.fileSize) }
        guard bytes.count >= 4 else { throw .truncated(field: "format marker", offset: 0) }
        guard let format = KeystoreFormat.probe(bytes) else { throw .unknownFormat(beginning: hexadecimal(bytes.prefix(16))) }
        if let expected = options.format, expected != format {
            // UBER begins as BKS does; Java's type JCEKS takes JKS files as well.
            guard (expected, format) == (.uber, .bks) || (expected, format) == (.jceks, .jks) else {
                throw .otherFormat(found: format, expected: expected)
            }
        }
        switch format {
        case .jks: return try JKS.read(bytes, password: password)
        case .jceks: return try JCEKS.read(bytes, password: password)
        case .pkcs12: return try PKCS12.read(bytes, password: password, limits: limits)
        case .bcfks: return try BCFKS.read(bytes, password: password, options: options)
        case .bks, .uber: return try BKS.read(bytes, password: password, options: options)
        }
    }
}
