public import StrictXML

/// What a job brought: `<results probe_time="ms" result_code="0"><result>…</result>…<parameters>…</parameters></results>`.
public struct ResultPayload: Hashable, Sendable {
    public struct Field: Hashable, Sendable {
        public var name: String
        public var text: String
        public init(_ name: String, _ text: String) { (self.name, self.text) = (name, text) }
    }
    public var probeTimeMilliseconds: Int
    /// 0 is success.
    public var resultCode: Int
    public var error: String?
    /// Each result is a list of named fields.
    public var results: [[Field]]
    /// The job's parameters, echoed.
    public var parameters: JobPayload

    public init(
        probeTimeMilliseconds: Int, resultCode: Int = 0, error: String? = nil, results: [[Field]] = [],
        parameters: JobPayload = JobPayload()
    ) {
        (self.probeTimeMilliseconds, self.resultCode, self.error) = (probeTimeMilliseconds, resultCode, error)
        (self.results, self.parameters) = (results, parameters)
    }

    /// Throws what is wrong as XML, or `.malformed` when it is no result. Without `result_code` it is a success.
    public init(parsing text: String) throws(XMLError) {
        let root = try XMLDocument(parsing: text).root
        guard root.localName == "results" else { throw .malformed(expected: "<results>", at: root.position) }
        probeTimeMilliseconds = root.attribute("probe_time").flatMap { Int($0) } ?? 0
        let code = root.attribute("result_code") ?? "0"
        // A code that cannot be read is no success.
        guard let resultCode = Int(code) else { throw .malformed(expected: "a number as result_code", at: root.position) }
        self.resultCode = resultCode
        error = root.attribute("error")
        results = root.children(named: "result").map { result in
            let fields = result.elements.map { Field($0.name, $0.text) }
            return fields.isEmpty && !result.text.isEmpty ? [Field("output", result.text)] : fields
        }
        parameters = JobPayload()
        if let echo = root.child("parameters") { parameters = try JobPayload(element: echo) }
    }

    /// The first field of that name in any result.
    public subscript(name: String) -> String? { results.lazy.flatMap { $0 }.first { $0.name == name }?.text }

    public func serialised() -> String {
        var attributes = [XMLElement.Attribute("probe_time", String(probeTimeMilliseconds)), .init("result_code", String(resultCode))]
        if let error { attributes.append(.init("error", error)) }
        let rows = results.map { fields in
            XMLElement.Node.element(XMLElement("result", children: fields.map { .element(XMLElement($0.name, text: $0.text)) }))
        }
        return XMLElement("results", attributes: attributes, children: rows + [.element(parameters.element)]).serialised()
    }
}
