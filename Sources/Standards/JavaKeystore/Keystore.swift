public import struct Foundation.Date

/// What a keystore file holds, whatever its format: entries in file order.
public struct Keystore: Hashable, Sendable {
    public var entries: [Entry]
    public init(entries: [Entry] = []) { self.entries = entries }

    public struct Entry: Hashable, Sendable {
        /// As stored. JKS folds case when Java sets an alias; files of other writers may hold any spelling.
        public var alias: String
        public var created: Date
        public var content: Content
        public init(alias: String, created: Date, content: Content) { (self.alias, self.created, self.content) = (alias, created, content) }
    }

    public enum Content: Hashable, Sendable {
        /// End entity first.
        case privateKey(ProtectedKey, chain: [StoredCertificate])
        case trustedCertificate(StoredCertificate)
    }
}

/// A certificate's bytes as stored; one that does not parse is still an entry.
public struct StoredCertificate: Hashable, Sendable {
    /// `X.509` in all that Java writes.
    public var type: String
    public var der: [UInt8]
    public init(der: [UInt8], type: String = "X.509") { (self.der, self.type) = (der, type) }
}

/// A private key under its password, as stored: it is opened only when asked for.
public struct ProtectedKey: Hashable, Sendable, CustomStringConvertible {
    /// DER of the EncryptedPrivateKeyInfo.
    public let encrypted: [UInt8]
    public init(encrypted: [UInt8]) { self.encrypted = encrypted }
    public var description: String { "ProtectedKey(\(encrypted.count) bytes)" }
}

/// A password as Java sees it: UTF-16 code units. Never printed.
public struct KeystorePassword: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let units: [UInt16]
    public init(_ text: String) { units = Array(text.utf16) }
    public var description: String { "KeystorePassword(hidden)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Whether the store's digest was checked against a password.
public enum KeystoreIntegrity: String, Hashable, Sendable { case verified, notChecked }
