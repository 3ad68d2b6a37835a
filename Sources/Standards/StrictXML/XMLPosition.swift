/// A place in a document, as editors count it.
public struct XMLPosition: Hashable, Sendable, CustomStringConvertible {
    /// Bytes from the beginning.
    public var offset: Int
    /// From 1.
    public var line: Int
    /// From 1, in characters of UTF-8.
    public var column: Int
    public init(offset: Int, line: Int, column: Int) { (self.offset, self.line, self.column) = (offset, line, column) }
    public var description: String { "line \(line), column \(column)" }
}

/// Why a document was refused. A closed list.
public enum XMLError: Error, Hashable, Sendable {
    /// A raw `&`, `<` or quote where it has to be written as an entity.
    case notEscaped(character: String, at: XMLPosition)
    case malformed(expected: String, at: XMLPosition)
    /// The document ends inside `inside`, begun at the position.
    case truncated(inside: String, at: XMLPosition)
    case overLimit(String, limit: Int, at: XMLPosition)
    /// Document type declarations can make a reader fetch files and exhaust itself.
    case doctypeRefused(at: XMLPosition)
    /// Neither UTF-8 nor ASCII.
    case encoding(String)

    public var position: XMLPosition {
        switch self {
        case .notEscaped(_, let at), .malformed(_, let at), .truncated(_, let at), .overLimit(_, _, let at), .doctypeRefused(let at): at
        case .encoding: XMLPosition(offset: 0, line: 1, column: 1)
        }
    }
}

public struct XMLLimits: Hashable, Sendable {
    public var bytes = 32 << 20
    public var depth = 64
    public var attributes = 256
    public var elements = 1_000_000
    public init() {}
}
