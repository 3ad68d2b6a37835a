/// A password as Java sees it: UTF-16 code units. Never printed.
public struct KeystorePassword: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let units: [UInt16]
    public init(_ text: String) { units = Array(text.utf16) }

    public var isEmpty: Bool { units.isEmpty }
    /// UTF-16 code units, as Java counts.
    public var count: Int { units.count }
    /// Whether Java's PBE keys take it: 0x20 to 0x7E only (`com.sun.crypto.provider.PBEKey`).
    public var isPrintableASCII: Bool { units.allSatisfy { (0x20...0x7E).contains($0) } }

    /// Two bytes per unit, high byte first, no mark, no terminator: what JKS hashes.
    var bigEndianBytes: [UInt8] { units.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] } }
    /// The same with a terminator of two zero bytes: BMPString of PKCS#12 (RFC 7292 appendix B.1).
    var terminatedBigEndianBytes: [UInt8] { bigEndianBytes + [0, 0] }
    /// The low seven bits of each unit: what SunJCE feeds to its PBE functions.
    var sevenBitBytes: [UInt8] { units.map { UInt8($0 & 0x7F) } }
    /// A lone surrogate becomes U+FFFD.
    var utf8Bytes: [UInt8] { Array(String(decoding: units, as: UTF16.self).utf8) }

    /// The password itself, for other places that need it; a lone surrogate becomes U+FFFD.
    package var text: String { String(decoding: units, as: UTF16.self) }

    public var description: String { "KeystorePassword(hidden)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
