/// What came of reading a keystore file.
public struct KeystoreReading: Hashable, Sendable {
    public var keystore: Keystore
    public var format: KeystoreFormat
    public var integrity: KeystoreIntegrity
    /// Bytes behind the end of the store. Java ignores them, so we do; they are no part of what the digest protects.
    public var trailingBytes: Int

    public init(keystore: Keystore, format: KeystoreFormat, integrity: KeystoreIntegrity, trailingBytes: Int = 0) {
        (self.keystore, self.format, self.integrity, self.trailingBytes) = (keystore, format, integrity, trailingBytes)
    }
}

extension Keystore {
    /// The largest file we read, in bytes. Twenty thousand certificates are 21 MB; our choice.
    public static let fileSizeLimit = 256 << 20

    /// Reads a keystore of any supported format, told by content.
    ///
    /// Without a password certificates can be listed, and `integrity` is `notChecked`: whoever can write the file can have made them up.
    /// Private keys stay closed in either case: `ProtectedKey.open(password:)`.
    public static func read(_ bytes: [UInt8], password: KeystorePassword?) throws(KeystoreError) -> KeystoreReading {
        guard bytes.count <= fileSizeLimit else { throw .overLimit(field: "file", found: bytes.count, limit: fileSizeLimit) }
        guard bytes.count >= 4 else { throw .truncated(field: "format marker", offset: 0) }
        switch KeystoreFormat.probe(bytes) {
        case .jks: return try JKS.read(bytes, password: password)
        case .some(let other): throw .unsupportedFormat(other)
        case nil: throw .unknownFormat(beginning: bytes.prefix(16).hexadecimal)
        }
    }
}

extension Sequence where Element == UInt8 {
    var hexadecimal: String {
        var text = ""
        for byte in self { text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return text
    }
}
