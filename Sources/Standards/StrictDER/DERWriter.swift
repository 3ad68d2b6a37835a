/// Writes DER elements as bytes. Composed from the inside out: `DER.sequence(DER.integer(1), DER.octets(salt))`.
public enum DER {
    /// Tag, shortest definite length (X.690 §10.1), content.
    public static func element(_ tag: UInt8, _ content: some Collection<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count + 6)
        bytes.append(tag)
        appendLength(content.count, to: &bytes)
        bytes += content
        return bytes
    }

    public static func sequence(_ parts: [UInt8]...) -> [UInt8] { joined(DERElement.Tag.sequence, parts) }
    public static func sequence(_ parts: [[UInt8]]) -> [UInt8] { joined(DERElement.Tag.sequence, parts) }
    /// SET OF, its elements in ascending order of their encodings (X.690 §11.6).
    public static func set(of parts: [[UInt8]]) -> [UInt8] {
        joined(DERElement.Tag.set, parts.sorted { $0.lexicographicallyPrecedes($1) })
    }
    /// `[number]` around what is already encoded.
    public static func explicit(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        element(DERElement.Tag.constructed(number), content)
    }
    public static func octets(_ content: some Collection<UInt8>) -> [UInt8] { element(DERElement.Tag.octetString, content) }
    public static func utf8(_ text: String) -> [UInt8] { element(DERElement.Tag.utf8String, Array(text.utf8)) }
    public static func oid(_ identifier: ObjectIdentifier) -> [UInt8] { element(DERElement.Tag.objectIdentifier, identifier.content) }
    /// BIT STRING without unused bits.
    public static func bits(_ content: some Collection<UInt8>) -> [UInt8] { element(DERElement.Tag.bitString, [0] + content) }
    public static let null: [UInt8] = [DERElement.Tag.null, 0]

    /// Two's complement in its shortest form.
    public static func integer(_ value: Int) -> [UInt8] {
        var content = withUnsafeBytes(of: value.bigEndian) { Array($0) }
        while content.count > 1, content[0] == (content[1] < 0x80 ? 0 : 0xFF) { content.removeFirst() }
        return element(DERElement.Tag.integer, content)
    }

    private static func joined(_ tag: UInt8, _ parts: [[UInt8]]) -> [UInt8] {
        let count = parts.reduce(0) { $0 + $1.count }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 6)
        bytes.append(tag)
        appendLength(count, to: &bytes)
        for part in parts { bytes += part }
        return bytes
    }

    /// Tag and shortest definite length of content that is written behind them.
    static func header(_ tag: UInt8, length: Int) -> [UInt8] {
        var bytes = [tag]
        appendLength(length, to: &bytes)
        return bytes
    }

    private static func appendLength(_ count: Int, to bytes: inout [UInt8]) {
        if count < 0x80 { return bytes.append(UInt8(count)) }
        let octets = (count.bitWidth - count.leadingZeroBitCount + 7) / 8
        bytes.append(0x80 | UInt8(octets))
        for place in (0..<octets).reversed() { bytes.append(UInt8(truncatingIfNeeded: count >> (8 * place))) }
    }
}
