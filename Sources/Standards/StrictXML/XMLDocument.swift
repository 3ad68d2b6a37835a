/// A document, read once and bounded (XML 1.0, UTF-8).
public struct XMLDocument: Hashable, Sendable {
    public var root: XMLElement

    public init(parsing bytes: [UInt8], limits: XMLLimits = XMLLimits()) throws(XMLError) {
        var reader = try XMLReader(bytes, limits: limits)
        root = try reader.document()
    }

    public init(parsing text: String, limits: XMLLimits = XMLLimits()) throws(XMLError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

/// Reads with an explicit stack, so that depth costs no call stack.
struct XMLReader {
    private let bytes: [UInt8]
    private let limits: XMLLimits
    private var index = 0
    /// The last position asked for: positions only grow, so counting lines stays linear.
    private var mark = XMLPosition(offset: 0, line: 1, column: 1)
    /// The first character; a byte order mark is none.
    private var first = XMLPosition(offset: 0, line: 1, column: 1)
    private var elementCount = 0

    init(_ bytes: [UInt8], limits: XMLLimits) throws(XMLError) {
        (self.bytes, self.limits) = (bytes, limits)
        guard bytes.count <= limits.bytes else {
            throw .overLimit("bytes in the document", limit: limits.bytes, at: XMLPosition(offset: 0, line: 1, column: 1))
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0, 0x3C])
            || bytes.starts(with: [0x3C, 0])
        {
            throw .encoding("UTF-16")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            (index, first.offset, mark.offset) = (3, 3, 3)
        }
    }

    mutating func document() throws(XMLError) -> XMLElement {
        try declaration()
        try checkCharacters()
        var open: [XMLElement] = []
        var root: XMLElement?
        while index < bytes.count {
            if bytes[index] != UInt8(ascii: "<") {
                guard !open.isEmpty else {
                    skipSpace()
                    guard index == bytes.count || bytes[index] == UInt8(ascii: "<") else {
                        throw .malformed(expected: root == nil ? "an element" : "the end", at: position(index))
                    }
                    continue
                }
                open[open.count - 1].children.append(.text(try characterData()))
            } else if follows("<!--") {
                try comment()
            } else if follows("<?") {
                try instruction()
            } else if follows("<![CDATA[") {
                guard !open.isEmpty else { throw .malformed(expected: "an element", at: position(index)) }
                open[open.count - 1].children.append(.text(try characterSection()))
            } else if follows("<!") {
                throw .doctypeRefused(at: position(index))
            } else if follows("</") {
                let closed = try endTag(of: open.popLast())
                if open.isEmpty { root = closed } else { open[open.count - 1].children.append(.element(closed)) }
            } else {
                guard root == nil else { throw .malformed(expected: "the end", at: position(index)) }
                guard open.count < limits.depth else { throw .overLimit("nested elements", limit: limits.depth, at: position(index)) }
                let (element, isEmpty) = try startTag()
                if !isEmpty {
                    open.append(element)
                } else if open.isEmpty {
                    root = element
                } else {
                    open[open.count - 1].children.append(.element(element))
                }
            }
        }
        if let last = open.last { throw .truncated(inside: "the element \(last.name)", at: last.position) }
        guard let root else { throw .truncated(inside: "the document", at: position(index)) }
        return root
    }

    // MARK: tags

    private mutating func startTag() throws(XMLError) -> (XMLElement, isEmpty: Bool) {
        let start = index
        let position = position(start)
        elementCount += 1
        guard elementCount <= limits.elements else { throw .overLimit("elements", limit: limits.elements, at: position) }
        index += 1
        var element = XMLElement(try name("an element's name"), position: position)
        while true {
            let before = index
            skipSpace()
            guard index < bytes.count else { throw .truncated(inside: "the tag \(element.name)", at: position) }
            if bytes[index] == UInt8(ascii: ">") {
                index += 1
                element.range = start..<index
                return (element, false)
            }
            if follows("/>") {
                index += 2
                element.range = start..<index
                return (element, true)
            }
            guard before < index else {
                guard bytes[index] != UInt8(ascii: "/") else {
                    guard index + 1 < bytes.count else { throw .truncated(inside: "the tag \(element.name)", at: position) }
                    throw .malformed(expected: "/>", at: self.position(index))
                }
                // `value="a"b"`: what follows a value without space means that a quote ended it too early.
                if let last = bytes[..<index].last, last == UInt8(ascii: "\"") || last == UInt8(ascii: "'") {
                    throw .notEscaped(character: String(UnicodeScalar(last)), at: self.position(index - 1))
                }
                throw .malformed(expected: "a space, / or >", at: self.position(index))
            }
            element.attributes.append(try attribute(of: element))
        }
    }

    private mutating func attribute(of element: XMLElement) throws(XMLError) -> XMLElement.Attribute {
        let place = position(index)
        guard element.attributes.count < limits.attributes else { throw .overLimit("attributes", limit: limits.attributes, at: place) }
        // `value="a" 1b"`: no name can begin like this, right behind a value.
        if let byte = bytes[index...].first, !Self.isName(byte, first: true), !"/<=".utf8.contains(byte),
            !element.attributes.isEmpty, let quote = quoteBefore(place)
        {
            throw .notEscaped(character: String(UnicodeScalar(bytes[quote.offset])), at: quote)
        }
        let name = try name("an attribute's name")
        guard !element.attributes.contains(where: { $0.name == name }) else { throw .malformed(expected: "no second \(name)", at: place) }
        skipSpace()
        guard index < bytes.count else { throw .truncated(inside: "the tag \(element.name)", at: element.position) }
        guard bytes[index] == UInt8(ascii: "=") else {
            // `value="a" b"`: a name that nothing is given to, right behind a value.
            guard let quote = element.attributes.isEmpty ? nil : quoteBefore(place) else {
                throw .malformed(expected: "=", at: position(index))
            }
            throw .notEscaped(character: String(UnicodeScalar(bytes[quote.offset])), at: quote)
        }
        index += 1
        skipSpace()
        guard index < bytes.count else { throw .truncated(inside: "the tag \(element.name)", at: element.position) }
        let quote = bytes[index]
        guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw .malformed(expected: "a quoted value", at: position(index))
        }
        index += 1
        let start = index
        guard let end = bytes[start...].firstIndex(of: quote) else { throw .truncated(inside: "the value of \(name)", at: position(start)) }
        let value = try decode(start..<end, as: .attribute)
        index = end + 1
        return XMLElement.Attribute(name, value, range: start..<end)
    }

    private mutating func endTag(of open: XMLElement?) throws(XMLError) -> XMLElement {
        let place = position(index)
        index += 2
        let name = try name("an element's name")
        skipSpace()
        guard index < bytes.count else { throw .truncated(inside: "the tag /\(name)", at: place) }
        guard bytes[index] == UInt8(ascii: ">") else { throw .malformed(expected: ">", at: position(index)) }
        index += 1
        guard var element = open, element.name == name else {
            throw .malformed(expected: open.map { "</\($0.name)>" } ?? "an element", at: place)
        }
        element.range = element.range.lowerBound..<index
        return element
    }

    // MARK: text

    private mutating func characterData() throws(XMLError) -> String {
        let start = index
        index = bytes[start...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
        return try decode(start..<index, as: .text)
    }

    private mutating func characterSection() throws(XMLError) -> String {
        let start = index + 9
        let place = position(index)
        guard let end = find("]]>", from: start) else { throw .truncated(inside: "a CDATA section", at: place) }
        index = end + 3
        return try decode(start..<end, as: .section)
    }

    private enum Place { case text, attribute, section }

    /// Resolves entities; line ends become line feeds (XML 1.0 §2.11), and in attributes white space becomes spaces (§3.3.3).
    private mutating func decode(_ range: Range<Int>, as place: Place) throws(XMLError) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(range.count)
        var at = range.lowerBound
        while at < range.upperBound {
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "&") where place != .section:
                guard let (scalar, next) = entity(at: at, end: range.upperBound) else {
                    throw .notEscaped(character: "&", at: position(at))
                }
                output += Array(String(Character(scalar)).utf8)
                at = next
                continue
            case UInt8(ascii: "<") where place == .attribute:
                throw .notEscaped(character: "<", at: position(at))
            case UInt8(ascii: ">") where place == .text && bytes[range.lowerBound..<at].suffix(2).elementsEqual("]]".utf8):
                throw .notEscaped(character: ">", at: position(at))
            case 0x0D:
                if at + 1 < range.upperBound, bytes[at + 1] == 0x0A { at += 1 }
                output.append(place == .attribute ? 0x20 : 0x0A)
            case 0x09, 0x0A:
                output.append(place == .attribute ? 0x20 : byte)
            default:
                output.append(byte)
            }
            at += 1
        }
        guard let text = String(validating: output, as: UTF8.self) else {
            throw .malformed(expected: "UTF-8", at: position(range.lowerBound))
        }
        return text
    }

    private func entity(at start: Int, end: Int) -> (Unicode.Scalar, next: Int)? {
        // The longest reference is &#x10FFFF; with leading zeros that nobody writes.
        guard let semicolon = bytes[start..<min(end, start + 16)].firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = String(decoding: bytes[start + 1..<semicolon], as: UTF8.self)
        let next = semicolon + 1
        switch name {
        case "amp": return ("&", next)
        case "lt": return ("<", next)
        case "gt": return (">", next)
        case "quot": return ("\"", next)
        case "apos": return ("'", next)
        default:
            guard name.first == "#" else { return nil }
            let digits = name.dropFirst()
            let hexadecimal = digits.first == "x"
            let body = hexadecimal ? digits.dropFirst() : digits
            guard body.allSatisfy(\.isHexDigit), let number = UInt32(body, radix: hexadecimal ? 16 : 10),
                let scalar = Unicode.Scalar(number), XMLEscaping.isAllowed(scalar)
            else { return nil }
            return (scalar, next)
        }
    }

    // MARK: pieces

    /// UTF-8, and nothing that XML cannot hold at all, such as control characters (XML 1.0 §2.2): asked once, for all the rest.
    private mutating func checkCharacters() throws(XMLError) {
        var parser = Unicode.UTF8.ForwardParser()
        var rest = bytes[index...].makeIterator()
        var at = index
        while true {
            switch parser.parseScalar(from: &rest) {
            case .emptyInput: return
            case .error: throw .malformed(expected: "UTF-8", at: position(at))
            case .valid(let encoded):
                guard XMLEscaping.isAllowed(Unicode.UTF8.decode(encoded)) else {
                    throw .malformed(expected: "a character that XML allows", at: position(at))
                }
                at += encoded.count
            }
        }
    }

    private mutating func declaration() throws(XMLError) {
        guard follows("<?xml"), bytes.count > index + 5, Self.isSpace(bytes[index + 5]) else { return }
        guard let end = find("?>", from: index) else { throw .truncated(inside: "the XML declaration", at: position(index)) }
        let text = String(decoding: bytes[index..<end], as: UTF8.self).lowercased()
        index = end + 2
        guard let key = text.range(ofASCII: "encoding") else { return }
        let value = text[key.upperBound...].drop { $0 == "=" || $0.isWhitespace }
        guard let quote = value.first, quote == "\"" || quote == "'" else { return }
        let encoding = value.dropFirst().prefix { $0 != quote }
        guard ["utf-8", "utf8", "us-ascii", "ascii"].contains(encoding) else { throw .encoding(String(encoding.prefix(40))) }
    }

    private mutating func name(_ what: String) throws(XMLError) -> String {
        let start = index
        while index < bytes.count, Self.isName(bytes[index], first: index == start) { index += 1 }
        guard index > start else {
            throw index < bytes.count ? .malformed(expected: what, at: position(index)) : .truncated(inside: what, at: position(start))
        }
        return try string(start..<index)
    }

    private mutating func string(_ range: Range<Int>) throws(XMLError) -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw .malformed(expected: "UTF-8", at: position(range.lowerBound))
        }
        return text
    }

    private mutating func comment() throws(XMLError) {
        let place = position(index)
        guard let end = find("--", from: index + 4) else { throw .truncated(inside: "a comment", at: place) }
        guard end + 2 < bytes.count else { throw .truncated(inside: "a comment", at: place) }
        guard bytes[end + 2] == UInt8(ascii: ">") else { throw .malformed(expected: "no -- inside a comment", at: position(end)) }
        index = end + 3
    }

    private mutating func instruction() throws(XMLError) {
        let place = position(index)
        index += 2
        guard try name("a processing instruction's name").lowercased() != "xml" else {
            throw .malformed(expected: "the XML declaration at the very beginning", at: place)
        }
        guard let end = find("?>", from: index) else { throw .truncated(inside: "a processing instruction", at: place) }
        index = end + 2
    }

    private mutating func skipSpace() { while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 } }

    private func follows(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard bytes.count - index >= count else { return false }
        return text.withUTF8Buffer { bytes[index..<index + count].elementsEqual($0) }
    }

    private func find(_ text: String, from start: Int) -> Int? {
        let wanted = Array(text.utf8)
        var at = start
        while at + wanted.count <= bytes.count {
            guard let next = bytes[at...].firstIndex(of: wanted[0]), next + wanted.count <= bytes.count else { return nil }
            if bytes[next..<next + wanted.count].elementsEqual(wanted) { return next }
            at = next + 1
        }
        return nil
    }

    /// The quote that ended the value before `place`.
    private func quoteBefore(_ place: XMLPosition) -> XMLPosition? {
        var copy = self
        let quotes: [UInt8] = [UInt8(ascii: "\""), UInt8(ascii: "'")]
        return bytes[..<place.offset].lastIndex { quotes.contains($0) }.map { copy.position($0) }
    }

    private mutating func position(_ offset: Int) -> XMLPosition {
        if offset < mark.offset { mark = first }
        while mark.offset < offset {
            let byte = bytes[mark.offset]
            if byte == 0x0A { (mark.line, mark.column) = (mark.line + 1, 1) } else if byte & 0xC0 != 0x80 { mark.column += 1 }
            mark.offset += 1
        }
        return mark
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private static func isName(_ byte: UInt8, first: Bool) -> Bool {
        switch byte {
        case 65...90, 97...122, UInt8(ascii: "_"), UInt8(ascii: ":"), 0x80...: true
        case 48...57, UInt8(ascii: "-"), UInt8(ascii: "."): !first
        default: false
        }
    }
}

extension String {
    fileprivate func range(ofASCII needle: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(needle) { return start..<index(start, offsetBy: needle.count) }
            start = index(after: start)
        }
        return nil
    }
}
