public import StrictDER

public import struct FoundationEssentials.Date

/// What a keystore file holds, whatever its format: entries in file order.
public struct Keystore: Hashable, Sendable {
    public var entries: [Entry]
    public init(entries: [Entry] = []) { self.entries = entries }

    public struct Entry: Hashable, Sendable {
        /// The alias as the file stores it, in UTF-16 code units: what Java compares. It may hold a lone surrogate, which no `String` can.
        public var aliasUnits: [UInt16]
        /// Milliseconds since 1970, as files store it; nil where the file does not say (certificates in PKCS#12).
        public var createdMilliseconds: Int64?
        public var content: Content
        /// What PKCS#12 says about the entry beyond its name, kept when the file is written again; no other format can hold it.
        public var attributes: [EntryAttribute] = []

        public init(alias: String, created: Date?, content: Content, attributes: [EntryAttribute] = []) {
            (self.aliasUnits, self.content, self.attributes) = (Array(alias.utf16), content, attributes)
            createdMilliseconds = created.map(Self.milliseconds)
        }
        public init(aliasUnits: [UInt16], createdMilliseconds: Int64?, content: Content, attributes: [EntryAttribute] = []) {
            (self.aliasUnits, self.createdMilliseconds) = (aliasUnits, createdMilliseconds)
            (self.content, self.attributes) = (content, attributes)
        }

        /// As stored, for people; a lone surrogate shows as U+FFFD. JKS and PKCS#12 fold case when Java sets an alias; other writers may
        /// spell it in any way.
        public var alias: String {
            get { String(javaUnits: aliasUnits) }
            set { aliasUnits = Array(newValue.utf16) }
        }
        /// To the millisecond.
        public var created: Date? {
            get { createdMilliseconds.map { Date(timeIntervalSince1970: Double($0) / 1000) } }
            set { createdMilliseconds = newValue.map(Self.milliseconds) }
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
        case secretKey(ProtectedSecretKey)
    }
}

/// A bag attribute of PKCS#12 (RFC 7292 §4.2): an identifier and the DER of its SET OF values.
public struct EntryAttribute: Hashable, Sendable {
    public var identifier: ObjectIdentifier
    public var values: [UInt8]
    public init(identifier: ObjectIdentifier, values: [UInt8]) { (self.identifier, self.values) = (identifier, values) }
}
