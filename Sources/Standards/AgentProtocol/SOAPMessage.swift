public import StrictXML

/// A named value in a SOAP body.
public struct SOAPField: Hashable, Sendable {
    public var name: String
    public var value: String
    public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

/// SOAP 1.1, document/literal: one operation with fields (`/{table}.do?SOAP` and the scripted services).
public struct SOAPRequest: Hashable, Sendable {
    public var operation: String
    /// What the operation's prefix refers to; empty when it is declared nowhere.
    public var namespace: String
    public var fields: [SOAPField]

    public init(operation: String, namespace: String = SOAP.namespace, fields: [SOAPField] = []) {
        (self.operation, self.namespace, self.fields) = (operation, namespace, fields)
    }

    public init(parsing bytes: [UInt8]) throws(XMLError) {
        let (envelope, body) = try SOAP.opened(bytes)
        guard let element = body.elements.first else { throw .malformed(expected: "an operation in the SOAP body", at: body.position) }
        operation = String(element.localName)
        namespace = SOAP.namespace(of: element, inside: [body, envelope])
        fields = SOAP.fields(of: element)
    }

    /// The last of that name.
    public subscript(name: String) -> String? { fields.last { $0.name == name }?.value }

    public func serialised() -> String {
        SOAP.envelope(
            XMLElement(
                "m:" + operation, attributes: [.init("xmlns:m", namespace)],
                children: fields.map { .element(XMLElement($0.name, text: $0.value)) }))
    }
}

/// The answer to an operation: one row of fields, or several (`getRecords`).
public struct SOAPResponse: Hashable, Sendable {
    public var operation: String
    public var rows: [[SOAPField]]

    public init(operation: String, rows: [[SOAPField]]) { (self.operation, self.rows) = (operation, rows) }

    /// Throws `SOAPFault` when the other side says that something is wrong, and `XMLError` when it is no SOAP.
    public init(parsing bytes: [UInt8]) throws {
        let body = try SOAP.opened(bytes).body
        guard let element = body.elements.first else { throw XMLError.malformed(expected: "an answer in the SOAP body", at: body.position) }
        if element.localName == "Fault" { throw SOAPFault(element) }
        let name = String(element.localName)
        operation = name.hasSuffix("Response") ? String(name.dropLast("Response".count)) : name
        // An element of a row's name that has text and no fields is a field.
        let nested = element.children(named: operation + "Result").filter { $0.text.allSatisfy(\.isWhitespace) || !$0.elements.isEmpty }
        let flat = SOAP.fields(of: element)
        rows = nested.isEmpty ? (flat.isEmpty ? [] : [flat]) : nested.map(SOAP.fields)
    }

    public func serialised(namespace: String = SOAP.namespace) -> String {
        let rowName = operation + "Result"
        let children: [XMLElement.Node]
        // One row lies flat, unless it could be taken for none or for a row of its own.
        if rows.count == 1, let row = rows.first, operation != "getRecords", !row.isEmpty, !row.contains(where: { $0.name == rowName }) {
            children = row.map { .element(XMLElement($0.name, text: $0.value)) }
        } else {
            children = rows.map { row in
                .element(XMLElement(rowName, children: row.map { .element(XMLElement($0.name, text: $0.value)) }))
            }
        }
        return SOAP.envelope(XMLElement("m:" + operation + "Response", attributes: [.init("xmlns:m", namespace)], children: children))
    }
}

/// A refusal in SOAP's own form.
public struct SOAPFault: Error, Hashable, Sendable {
    public var code: String
    public var string: String
    public var detail: String

    public init(code: String = "SOAP-ENV:Client", string: String, detail: String = "") {
        (self.code, self.string, self.detail) = (code, string, detail)
    }

    init(_ element: XMLElement) {
        code = element.child("faultcode")?.text ?? ""
        string = element.child("faultstring")?.text ?? ""
        detail = element.child("detail")?.text ?? ""
    }

    public func serialised() -> String {
        SOAP.envelope(
            XMLElement(
                "SOAP-ENV:Fault",
                children: [
                    .element(XMLElement("faultcode", text: code)), .element(XMLElement("faultstring", text: string)),
                    .element(XMLElement("detail", text: detail)),
                ]))
    }
}

/// What all SOAP messages share.
public enum SOAP {
    public static let namespace = "http://www.service-now.com"
    static let envelopeNamespace = "http://schemas.xmlsoap.org/soap/envelope/"

    static func opened(_ bytes: [UInt8]) throws(XMLError) -> (envelope: XMLElement, body: XMLElement) {
        let root = try XMLDocument(parsing: bytes).root
        guard root.localName == "Envelope" else { throw .malformed(expected: "a SOAP envelope", at: root.position) }
        guard let body = root.child("Body") else { throw .malformed(expected: "a SOAP body", at: root.position) }
        return (root, body)
    }

    /// The nearest declaration of the element's prefix counts (Namespaces in XML §6.1); `outer` from the inside out.
    static func namespace(of element: XMLElement, inside outer: [XMLElement]) -> String {
        let parts = element.name.split(separator: ":", maxSplits: 1)
        let declaration = parts.count == 2 ? "xmlns:\(parts[0])" : "xmlns"
        return ([element] + outer).lazy.compactMap { $0.attribute(declaration) }.first ?? ""
    }

    static func fields(of element: XMLElement) -> [SOAPField] { element.elements.map { SOAPField(String($0.localName), $0.text) } }

    static func envelope(_ content: XMLElement) -> String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
            + XMLElement(
                "SOAP-ENV:Envelope", attributes: [.init("xmlns:SOAP-ENV", envelopeNamespace)],
                children: [.element(XMLElement("SOAP-ENV:Body", children: [.element(content)]))]
            ).serialised()
    }
}
