public import StrictXML

/// What a job asks for: `<parameters><parameter name="…" value="…"/>…</parameters>`.
public struct JobPayload: Hashable, Sendable {
    public struct Parameter: Hashable, Sendable {
        public var name: String
        public var value: String
        public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }
    public var parameters: [Parameter]

    public init(_ parameters: [Parameter] = []) { self.parameters = parameters }

    /// Throws what is wrong as XML, or `.malformed` when it is no list of parameters. An empty text is an empty list.
    public init(parsing text: String) throws(XMLError) {
        parameters = []
        guard text.contains(where: { !$0.isWhitespace }) else { return }
        let root = try XMLDocument(parsing: text).root
        guard root.localName == "parameters" else { throw .malformed(expected: "<parameters>", at: root.position) }
        try read(root)
    }

    init(element: XMLElement) throws(XMLError) {
        parameters = []
        try read(element)
    }

    private mutating func read(_ root: XMLElement) throws(XMLError) {
        for element in root.children(named: "parameter") {
            guard let name = element.attribute("name") else { throw .malformed(expected: "a parameter with a name", at: element.position) }
            parameters.append(Parameter(name, element.attribute("value") ?? element.text))
        }
    }

    /// The last of that name; setting nil removes all of them.
    public subscript(name: String) -> String? {
        get { parameters.last { $0.name == name }?.value }
        set {
            parameters.removeAll { $0.name == name }
            if let newValue { parameters.append(Parameter(name, newValue)) }
        }
    }

    public func serialised() -> String { element.serialised() }

    var element: XMLElement {
        XMLElement(
            "parameters",
            children: parameters.map { .element(XMLElement("parameter", attributes: [.init("name", $0.name), .init("value", $0.value)])) })
    }
}
