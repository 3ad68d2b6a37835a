/// Text files as editors save them.
enum TextEncoding {
    /// The text in UTF-8 without byte order mark; where it has no line end and the characters `\n` instead, as inside of JSON, with line ends.
    static func lines(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let text = utf8(bytes)
        let isLineEnd = { (byte: UInt8) in byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
        guard text.contains(UInt8(ascii: "\\")), !text.dropLast(2).contains(where: isLineEnd) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let next = rest.first, "nr".utf8.contains(next) else {
                result.append(byte)
                continue
            }
            result.append(next == UInt8(ascii: "n") ? UInt8(ascii: "\n") : UInt8(ascii: "\r"))
            rest = rest.dropFirst()
        }
        return result[...]
    }

    /// The text in UTF-8 without byte order mark. UTF-16, which Windows calls "Unicode", shows in its mark or in the zeros between ASCII;
    /// of it only ASCII is kept, which is all that PEM consists of, and `?` stands for the rest.
    private static func utf8(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let begin = Array(bytes.prefix(2))
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return bytes.dropFirst(3) }
        guard begin.count == 2 else { return bytes[...] }
        switch (begin[0], begin[1]) {
        case (0xFF, 0xFE): return ascii(bytes.dropFirst(2), highFirst: false)
        case (0xFE, 0xFF): return ascii(bytes.dropFirst(2), highFirst: true)
        case (0x09..<0x80, 0): return ascii(bytes[...], highFirst: false)
        case (0, 0x09..<0x80): return ascii(bytes[...], highFirst: true)
        default: return bytes[...]
        }
    }

    private static func ascii(_ bytes: ArraySlice<UInt8>, highFirst: Bool) -> ArraySlice<UInt8> {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count / 2)
        var first: UInt8?
        for byte in bytes {
            guard let earlier = first else {
                first = byte
                continue
            }
            let (high, low) = highFirst ? (earlier, byte) : (byte, earlier)
            text.append(high == 0 && low < 0x80 ? low : UInt8(ascii: "?"))
            first = nil
        }
        // Half a character at the end.
        if first != nil { text.append(UInt8(ascii: "?")) }
        return text[...]
    }
}
