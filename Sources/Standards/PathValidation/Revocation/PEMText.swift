import FoundationEssentials
import StrictDER

/// PEM (RFC 7468), read leniently: any line length, text before and after. Only the first block with the label counts.
enum PEMText {
    static func isPEM(_ bytes: [UInt8]) -> Bool {
        // DER of what we read begins with 0x30, the digit 0 in ASCII, which no PEM text of ours begins with.
        bytes.first != DERElement.Tag.sequence && bytes.prefix(4096).contains(UInt8(ascii: "-"))
    }

    static func der(in bytes: [UInt8], label: String) throws(EvidenceError) -> [UInt8] {
        let (begin, end) = (Array("-----BEGIN \(label)-----".utf8), Array("-----END \(label)-----".utf8))
        guard let start = range(of: begin, in: bytes[...]), let stop = range(of: end, in: bytes[start.upperBound...]),
            let data = Data(base64Encoded: Data(bytes[start.upperBound..<stop.lowerBound].filter { !Self.isSpace($0) }))
        else { throw .malformed(field: "PEM", offset: 0) }
        return Array(data)
    }

    private static func isSpace(_ octet: UInt8) -> Bool { octet == 0x20 || (0x09...0x0D).contains(octet) }

    private static func range(of pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
        var from = bytes.startIndex
        while let dash = bytes[from...].firstIndex(of: UInt8(ascii: "-")) {
            if bytes[dash...].starts(with: pattern) { return dash..<dash + pattern.count }
            from = dash + 1
        }
        return nil
    }
}
