/// An element with what it holds. Comments and processing instructions are left out; their bytes stay in the document.
public struct XMLElement: Hashable, Sendable {
    public struct Attribute: Hashable, Sendable {
        public var name: String
        public var value: String
        /// Where the raw value lies in the document, without its quotes; empty for an element that was not read.
        public var range: Range<Int>
        public init(_ name: String, _ value: String, range: Range<Int> = 0..<0) {
            (self.name, self.value, self.range) = (name, value, range)
        }
    }
    public enum Node: Hashable, Sendable {
        case element(XMLElement)
        case text(String)
    }

    public var name: String
    public var attributes: [Attribute]
    public var children: [Node]
    public var position: XMLPosition
    /// From `<` to the closing `>`.
    public var range: Range<Int>

    public init(
        _ name: String, attributes: [Attribute] = [], children: [Node] = [],
        position: XMLPosition = XMLPosition(offset: 0, line: 1, column: 1),
        range: Range<Int> = 0..<0
    ) {
        (self.name, self.attributes, self.children, self.position, self.range) = (name, attributes, children, position, range)
    }

    public init(_ name: String, attributes: [Attribute] = [], text: String) {
        self.init(name, attributes: attributes, children: text.isEmpty ? [] : [.text(text)])
    }

    /// Without namespace prefix.
    public var localName: Substring { name.split(separator: ":", maxSplits: 1).last ?? "" }
    public func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
    public var elements: [XMLElement] { children.compactMap { if case .element(let element) = $0 { element } else { nil } } }
    /// The first child of that local name.
    public func child(_ name: String) -> XMLElement? { elements.first { $0.localName == name } }
    public func children(named name: String) -> [XMLElement] { elements.filter { $0.localName == name } }
    /// Its own character data, without that of its children.
    public var text: String { children.compactMap { if case .text(let text) = $0 { text } else { nil } }.joined() }
}
