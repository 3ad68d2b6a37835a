public import StrictDER

/// A symmetric key, opened: the bytes and what they are for. Never printed.
public struct SecretKey: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Java's name, `AES` or `HmacSHA256`; the identifier in digits where there is no name for it.
    public var algorithm: String
    /// As PKCS#12 and BCFKS store it; nil where the format stores a name only.
    public var identifier: ObjectIdentifier?
    public var bytes: [UInt8]

    public init(algorithm: String, identifier: ObjectIdentifier? = nil, bytes: [UInt8]) {
        (self.algorithm, self.identifier, self.bytes) = (algorithm, identifier, bytes)
    }

    public var description: String { "SecretKey(\(algorithm), \(8 * bytes.count) bits)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
