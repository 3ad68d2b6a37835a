/// Text as Java's `DataOutput.writeUTF` puts it: UTF-16 code units one by one, U+0000 as `C0 80`, a character outside the basic plane as two
/// surrogates of three bytes each.
enum ModifiedUTF8 {
    /// As strict and as lenient as `DataInput.readUTF`: a raw zero byte and over-long forms pass, four-byte forms and stray bytes do not.
    static func decode(_ bytes: ArraySlice<UInt8>, of field: String) throws(KeystoreError) -> [UInt16] {
        if bytes.allSatisfy({ $0 < 0x80 }) { return bytes.map { UInt16($0) } }
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let first = bytes[index]
            let length: Int
            switch first {
            case 0x00...0x7F: length = 1
            case 0xC0...0xDF: length = 2
            case 0xE0...0xEF: length = 3
            default: throw .malformed(field: field, offset: index)
            }
            let following = bytes[index...].dropFirst().prefix(length - 1)
            guard following.count == length - 1, following.allSatisfy({ $0 & 0xC0 == 0x80 }) else {
                throw .malformed(field: field, offset: index)
            }
            let lead: UInt16
            switch length {
            case 1: lead = UInt16(first)
            case 2: lead = UInt16(first & 0x1F)
            default: lead = UInt16(first & 0x0F)
            }
            units.append(following.reduce(lead) { $0 << 6 | UInt16($1 & 0x3F) })
            index += length
        }
        return units
    }

    static func encode(_ units: [UInt16]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(units.count)
        for unit in units {
            switch unit {
            case 0x0001...0x007F:
                bytes.append(UInt8(unit))
            case 0x0000, 0x0080...0x07FF:
                bytes += [0xC0 | UInt8(unit >> 6), 0x80 | UInt8(unit & 0x3F)]
            default:
                bytes += [0xE0 | UInt8(unit >> 12), 0x80 | UInt8(unit >> 6 & 0x3F), 0x80 | UInt8(unit & 0x3F)]
            }
        }
        return bytes
    }
}
