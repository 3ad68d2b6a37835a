public import struct Foundation.Date

/// What a keystore file holds, whatever its format: entries in file order.
public struct Keystore: Hashable, Sendable {
    public var entries: [Entry]
    public init(entries: [Entry] = []) { self.entries = entries }

    public struct Entry: Hashable, Sendable {
        /// The alias as the file stores it, in UTF-16 code units: what Java compares. It may hold a lone surrogate, which no `String` can.
        public var aliasUnits: [UInt16]
        /// Milliseconds since 1970, as files store it.
        public var createdMilliseconds: Int64
        public var content: Content

        public init(alias: String, created: Date, content: Content) {
            (self.aliasUnits, self.content) = (Array(alias.utf16), content)
            createdMilliseconds = Self.milliseconds(created)
        }
        init(aliasUnits: [UInt16], createdMilliseconds: Int64, content: Content) {
            (self.aliasUnits, self.createdMilliseconds, self.content) = (aliasUnits, createdMilliseconds, content)
        }

        /// As stored, for people; a lone surrogate shows as U+FFFD. JKS folds case when Java sets an alias; other writers may spell it
        /// in any way.
        public var alias: String {
            get { String(decoding: aliasUnits, as: UTF16.self) }
            set { aliasUnits = Array(newValue.utf16) }
        }
        /// To the millisecond.
        public var created: Date {
            get { Date(timeIntervalSince1970: Double(createdMilliseconds) / 1000) }
            set { createdMilliseconds = Self.milliseconds(newValue) }
        }

        /// The nearest millisecond; a date that no file can hold becomes the nearest that it can.
        private static func milliseconds(_ date: Date) -> Int64 {
            let exact = (date.timeIntervalSince1970 * 1000).rounded()
            if let whole = Int64(exactly: exact) { return whole }
            return exact < 0 ? .min : .max
        }
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

/// A private key under its password, as stored: it is opened only when asked for. Not printed: JKS protects it only weakly.
public struct ProtectedKey: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// DER of the EncryptedPrivateKeyInfo.
    public let encrypted: [UInt8]
    public init(encrypted: [UInt8]) { self.encrypted = encrypted }
    public var description: String { "ProtectedKey(\(encrypted.count) bytes)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A password as Java sees it: UTF-16 code units. Never printed.
public struct KeystorePassword: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let units: [UInt16]
    public init(_ text: String) { units = Array(text.utf16) }
    /// Two bytes per unit, high byte first, no mark, no terminator: what JKS hashes.
    var bigEndianBytes: [UInt8] { units.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] } }
    public var description: String { "KeystorePassword(hidden)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Whether the store's digest was checked against a password.
public enum KeystoreIntegrity: String, Hashable, Sendable { case verified, notChecked }
