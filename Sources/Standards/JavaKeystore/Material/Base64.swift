/// Base64 (RFC 4648 §4) as PEM files hold it: white space anywhere, padding at the end, unused bits zero.
enum Base64 {
    enum Failure: Error, Hashable {
        /// Index of the first byte that does not belong there.
        case character(at: Int)
        /// Too few or too many characters for their padding.
        case length
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let space: UInt8 = 0x80, padding: UInt8 = 0x81, other: UInt8 = 0xFF
    /// Of each byte its six bits, or what else it is.
    private static let values: [UInt8] = {
        var values = Array(repeating: other, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        for character in " \t\n\r\u{B}\u{C}".utf8 { values[Int(character)] = space }
        values[Int(UInt8(ascii: "="))] = padding
        return values
    }()

    static func decode(_ text: ArraySlice<UInt8>) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var (bits, count, paddings) = (UInt32(0), 0, 0)
        let values = Self.values
        for index in text.indices {
            let value = values[Int(text[index])]
            if value < 64, paddings == 0 {
                bits = bits << 6 | UInt32(value)
                count += 1
                if count == 4 {
                    bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
                    bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
                    bytes.append(UInt8(truncatingIfNeeded: bits))
                    (bits, count) = (0, 0)
                }
            } else if value == padding, paddings < 2 {
                paddings += 1
            } else if value != space {
                throw .character(at: index)
            }
        }
        switch (count, paddings) {
        case (0, 0): break
        case (2, 2) where bits & 0xF == 0: bytes.append(UInt8(truncatingIfNeeded: bits >> 4))
        case (3, 1) where bits & 3 == 0: bytes += [UInt8(truncatingIfNeeded: bits >> 10), UInt8(truncatingIfNeeded: bits >> 2)]
        default: throw .length
        }
        return bytes
    }

    /// Whether there is nothing but base64 and white space, and some of the former.
    static func looksLike(_ text: ArraySlice<UInt8>) -> Bool {
        text.allSatisfy { values[Int($0)] != other } && text.contains { values[Int($0)] < 64 }
    }

    /// Lines of `width` characters, each with a line end.
    static func encode(_ bytes: some Collection<UInt8>, width: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4 * (width + 1) / width + 1)
        var column = 0
        func put(_ character: UInt8) {
            if column == width {
                text.append(UInt8(ascii: "\n"))
                column = 0
            }
            text.append(character)
            column += 1
        }
        var (bits, count) = (UInt32(0), 0)
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 1
            if count == 3 {
                for shift in stride(from: UInt32(18), through: 0, by: -6) { put(alphabet[Int(bits >> shift & 63)]) }
                (bits, count) = (0, 0)
            }
        }
        if count > 0 {
            bits <<= UInt32(8 * (3 - count))
            for place in 0..<4 { put(place <= count ? alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "=")) }
        }
        if column > 0 { text.append(UInt8(ascii: "\n")) }
        return text
    }
}
