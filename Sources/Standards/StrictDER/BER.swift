/// BER as Bouncy Castle, NSS and others write PKCS#12: indefinite lengths, longer lengths than needed, OCTET STRINGs in segments
/// (X.690 §8.1.3, §8.7). It is turned into DER once, before anything is read out of it.
public enum BER {
    /// Deepest nesting that is read; genuine files stay below 12. Our choice.
    public static let depthLimit = 32

    /// The one element at the beginning of `bytes` in DER, and how many octets it took. What is inside primitive values stays as it is, a
    /// string in segments becomes one value. Elements of a SET keep their order. Works without recursion and in little more memory than
    /// the result takes; no input makes it trap.
    ///
    /// Throws `truncated`, `malformed`, or `overLimit` for nesting deeper than `depthLimit`.
    public static func normalised(_ bytes: ArraySlice<UInt8>) throws(DERError) -> (der: [UInt8], read: Int) {
        var open: [Level] = []
        var output: [UInt8] = []
        // DER is shorter than BER, except for a few octets of large lengths.
        output.reserveCapacity(bytes.count + 8 * depthLimit)
        var position = bytes.startIndex
        while true {
            while let level = open.last, level.isComplete(at: position) {
                open.removeLast()
                // Segments of a string are joined: their tags and lengths never come up. Any other content now has its length.
                if open.last?.isString != true {
                    output.insert(contentsOf: DER.header(level.writtenTag, length: output.count - level.start), at: level.start)
                }
                if open.isEmpty { return (output, position - bytes.startIndex) }
            }
            let limit = open.last?.end ?? bytes.endIndex
            let header = try Header(bytes[position..<limit])
            if header.isEndOfContents {
                guard let level = open.indices.last, open[level].isIndefinite else { throw header.malformed }
                open[level].isClosed = true
                position = header.contentStart
                continue
            }
            let parentIsString = open.last?.isString ?? false
            guard !parentIsString || header.tag & 0x1F == DERElement.Tag.octetString else { throw header.malformed }
            if header.isConstructed {
                guard open.count < depthLimit else {
                    throw DERError(.overLimit(found: open.count + 1, limit: depthLimit), field: "nesting", offset: position)
                }
                open.append(Level(header, limit: open.last?.end, start: output.count))
                position = header.contentStart
                continue
            }
            guard let length = header.length else { throw header.malformed }
            let content = bytes[header.contentStart..<(header.contentStart + length)]
            position = content.endIndex
            if !parentIsString { output += DER.header(header.tag, length: length) }
            output += content
            if open.isEmpty { return (output, position - bytes.startIndex) }
        }
    }

    /// An element whose content is being gathered.
    private struct Level {
        var tag: UInt8
        /// Where in the output its content begins.
        var start: Int
        /// Where it must end; for an indefinite length where its parent does.
        var end: Int?
        var isIndefinite: Bool
        var isClosed = false

        init(_ header: Header, limit: Int?, start: Int) {
            (tag, self.start) = (header.tag, start)
            isIndefinite = header.length == nil
            end = header.length.map { header.contentStart + $0 } ?? limit
        }

        /// Universal OCTET STRING in segments. An implicitly tagged one is told by its reader, which knows the structure.
        var isString: Bool { tag == DERElement.Tag.octetString | 0x20 }
        var writtenTag: UInt8 { isString ? DERElement.Tag.octetString : tag }
        func isComplete(at position: Int) -> Bool { isIndefinite ? isClosed : position == end }
    }

    private struct Header {
        var tag: UInt8
        /// nil for the indefinite form.
        var length: Int?
        var start: Int
        var contentStart: Int

        init(_ bytes: ArraySlice<UInt8>) throws(DERError) {
            let field = "BER element"
            start = bytes.startIndex
            guard bytes.count >= 2 else { throw DERError(.truncated, field: field, offset: start) }
            tag = bytes[start]
            let first = bytes[start + 1]
            contentStart = start + 2
            guard tag & 0x1F != 0x1F else { throw DERError(.malformed, field: field, offset: start) }
            if first < 0x80 {
                length = Int(first)
            } else if first > 0x80 {
                let octets = Int(first & 0x7F)
                guard bytes.count >= 2 + octets else { throw DERError(.truncated, field: field, offset: start) }
                let digits = bytes[contentStart..<(contentStart + octets)].drop { $0 == 0 }
                guard digits.count <= 6 else { throw DERError(.truncated, field: field, offset: start) }
                contentStart += octets
                length = digits.reduce(0) { $0 << 8 | Int($1) }
            } else {
                guard tag & 0x20 != 0 else { throw DERError(.malformed, field: field, offset: start) }
                length = nil
            }
            if let length, length > bytes.endIndex - contentStart { throw DERError(.truncated, field: field, offset: start) }
        }

        var isConstructed: Bool { tag & 0x20 != 0 }
        var isEndOfContents: Bool { tag == 0 && length == 0 }
        var malformed: DERError { DERError(.malformed, field: "BER element", offset: start) }
    }
}
