/// A block of a PEM file, not decoded yet.
struct PEMBlock {
    enum Ending { case matching, other(String), missing, withoutBeginning }
    var place: KeyMaterial.Place
    /// `Proc-Type` and the like (RFC 1421 §4.4), in front of the base64.
    var headers: [(name: String, value: String)] = []
    var body: ArraySlice<UInt8> = []
    /// The line on which `body` begins.
    var bodyLine = 0
    var ending: Ending
}

/// Finds PEM blocks (RFC 7468) one after the other, in one pass. Only the dashes count: text around blocks, indentation, lines of any length
/// and with any line ends, and blocks without any line ends at all are read.
struct PEMScanner {
    private let text: ArraySlice<UInt8>
    private var position: Int
    private var line = 1
    private var count = 0

    /// A label that is longer than any in use is no label.
    private static let labelLimit = 128
    /// Bytes of headers that are looked at.
    private static let headerLimit = 8192

    init(_ text: ArraySlice<UInt8>) { (self.text, position) = (text, text.startIndex) }

    mutating func next() -> PEMBlock? {
        while let marker = nextMarker() {
            let place = KeyMaterial.Place(block: count + 1, line: marker.line, label: marker.label)
            switch marker.word {
            case .other: continue
            case .end:
                count += 1
                return PEMBlock(place: place, ending: .withoutBeginning)
            case .begin:
                count += 1
                return block(at: place, label: marker.label)
            }
        }
        return nil
    }

    private mutating func block(at place: KeyMaterial.Place, label: String) -> PEMBlock {
        var block = PEMBlock(place: place, bodyLine: line, ending: .missing)
        let start = position
        let (beforePosition, beforeLine) = skipToDashes() ?? (text.endIndex, line)
        block.body = text[start..<beforePosition]
        if beforePosition < text.endIndex, let marker = nextMarker() {
            switch marker.word {
            case .end: block.ending = marker.label == label ? .matching : .other(marker.label)
            // It is the next block's.
            case .begin: (position, line) = (beforePosition, beforeLine)
            case .other: break
            }
        }
        takeHeaders(of: &block)
        return block
    }

    private enum Word { case begin, end, other }

    /// The next five dashes with what follows them, and moves behind it.
    private mutating func nextMarker() -> (word: Word, label: String, line: Int)? {
        guard skipToDashes() != nil else { return nil }
        while position < text.endIndex, text[position] == Self.dash { position += 1 }
        let rest = text[position...].prefix(Self.labelLimit + 12)
        for (word, name) in [(Word.begin, "BEGIN "), (.end, "END ")] where rest.starts(with: name.utf8) {
            let label = rest.dropFirst(name.utf8.count).prefix { $0 != Self.dash && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            guard text[label.endIndex...].starts(with: Self.dashes), label.count <= Self.labelLimit else { break }
            position = label.endIndex + Self.dashes.count
            return (word, Self.printable(label), line)
        }
        return (.other, "", line)
    }

    private static let dash = UInt8(ascii: "-")
    private static let dashes = Array("-----".utf8)

    /// Moves to the next run of at least five dashes, counting lines, and returns that place; nil at the end.
    private mutating func skipToDashes() -> (position: Int, line: Int)? {
        var run = 0
        while position < text.endIndex {
            let byte = text[position]
            run = byte == Self.dash ? run + 1 : 0
            position += 1
            if run == Self.dashes.count {
                position -= run
                return (position, line)
            }
            if byte == UInt8(ascii: "\n") {
                line += 1
            } else if byte == UInt8(ascii: "\r"), position == text.endIndex || text[position] != UInt8(ascii: "\n") {
                line += 1
            }
        }
        return nil
    }

    /// A file's words on a terminal: nothing but printable ASCII, 64 characters at most.
    private static func printable(_ label: ArraySlice<UInt8>) -> String {
        let trimmed = label.drop { $0 == UInt8(ascii: " ") }
        let kept = trimmed.prefix(64).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
        let end = kept.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
        return String(decoding: kept[..<end], as: UTF8.self)
    }

    /// Header lines are those at the beginning that have a colon, which base64 does not, and those that continue one with white space.
    private func takeHeaders(of block: inout PEMBlock) {
        var rest = block.body
        var line = block.bodyLine
        while rest.startIndex - block.body.startIndex < Self.headerLimit {
            let content = rest.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            let isContinuation = content.first == UInt8(ascii: " ") || content.first == UInt8(ascii: "\t")
            let words = content.prefix(1024)
            if let colon = words.firstIndex(of: UInt8(ascii: ":")) {
                block.headers.append((Self.trimmed(words[..<colon]), Self.trimmed(words[words.index(after: colon)...])))
            } else if isContinuation, let last = block.headers.indices.last {
                block.headers[last].value += Self.trimmed(words)
            } else if !content.isEmpty || !block.headers.isEmpty || rest.isEmpty {
                break
            }
            rest = rest[content.endIndex...]
            guard let lineEnd = rest.popFirst() else { break }
            if lineEnd == UInt8(ascii: "\r"), rest.first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
            line += 1
        }
        if !block.headers.isEmpty { (block.body, block.bodyLine) = (rest, line) }
    }

    private static func trimmed(_ words: ArraySlice<UInt8>) -> String {
        let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let kept = Array(words.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        return String(decoding: kept, as: UTF8.self)
    }
}

extension PEMBlock {
    /// The line on which the byte at `index` of the text stands.
    func line(of index: Int) -> Int {
        var line = bodyLine
        for place in body.startIndex..<min(max(index, body.startIndex), body.endIndex) {
            let byte = body[place]
            let isLoneReturn = byte == UInt8(ascii: "\r") && (place + 1 >= body.endIndex || body[place + 1] != UInt8(ascii: "\n"))
            if byte == UInt8(ascii: "\n") || isLoneReturn { line += 1 }
        }
        return line
    }
}
