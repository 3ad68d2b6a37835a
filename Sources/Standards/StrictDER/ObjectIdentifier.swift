/// An OBJECT IDENTIFIER, held as its content octets (X.690 §8.19): compared without being decoded.
public struct ObjectIdentifier: Hashable, Sendable, CustomStringConvertible {
    public let content: [UInt8]
    public init(content: some Collection<UInt8>) { self.content = Array(content) }

    /// From its arcs, as specifications write them: `ObjectIdentifier(1, 2, 840, 113_549)`. The first is 0...2, the second below 40 unless
    /// the first is 2.
    public init(_ first: UInt64, _ second: UInt64, _ others: UInt64...) {
        content = ([first * 40 + second] + others).flatMap(Self.base128)
    }

    /// From `1.2.840…`; nil for anything else.
    public init?(dotted: some StringProtocol) {
        let texts = dotted.split(separator: ".", omittingEmptySubsequences: false)
        let arcs = texts.compactMap { UInt64($0) }
        guard arcs.count == texts.count, (2...64).contains(arcs.count), arcs[0] <= 2, arcs[1] < (arcs[0] == 2 ? 1 << 32 : 40) else {
            return nil
        }
        content = ([arcs[0] * 40 + arcs[1]] + arcs.dropFirst(2)).flatMap(Self.base128)
    }

    private static func base128(_ arc: UInt64) -> [UInt8] {
        var octets = [UInt8(arc & 0x7F)]
        var rest = arc >> 7
        while rest > 0 {
            octets.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
            rest >>= 7
        }
        return octets
    }

    /// `1.2.840…`, for people; hexadecimal when the octets are no identifier that makes sense.
    public var description: String { Self.dotted(content[...]) }

    public static func dotted(_ content: ArraySlice<UInt8>) -> String {
        var arcs: [UInt64] = []
        var arc: UInt64 = 0
        for byte in content {
            guard arc < 1 << 56, arcs.count < 32 else { return hexadecimal(content.prefix(32)) }
            arc = arc << 7 | UInt64(byte & 0x7F)
            if byte & 0x80 == 0 {
                arcs.append(arc)
                arc = 0
            }
        }
        guard let first = arcs.first, content.last.map({ $0 & 0x80 == 0 }) == true else { return hexadecimal(content.prefix(32)) }
        let root = min(first / 40, 2)
        return ([root, first - 40 * root] + arcs.dropFirst()).map(String.init).joined(separator: ".")
    }

    public static func == (identifier: ObjectIdentifier, content: ArraySlice<UInt8>) -> Bool { identifier.content.elementsEqual(content) }
}

/// Lower-case hexadecimal without separators.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.underestimatedCount)
    for byte in bytes {
        text.append(digit(byte >> 4))
        text.append(digit(byte & 15))
    }
    return String(decoding: text, as: UTF8.self)
}
