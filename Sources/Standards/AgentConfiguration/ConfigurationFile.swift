public import StrictXML

/// config.xml: read once, and rewritten so that only what was set changes. Comments, order, indentation and unknown parameters stay.
public struct ConfigurationFile: Hashable, Sendable {
    public struct Parameter: Hashable, Sendable {
        public var name: String
        public var value: String
        /// `secure="true"`, in older templates `encrypt="true"`: the value is a secret.
        public var isSecure: Bool
        public var position: XMLPosition
        let element: Range<Int>
        let valueRange: Range<Int>?
    }

    public let bytes: [UInt8]
    /// In the order of the file.
    public let parameters: [Parameter]
    private let root: XMLElement

    /// The largest file that is read. Real ones have a few KiB.
    public static let sizeLimit = 4 << 20

    public init(parsing bytes: [UInt8]) throws(ConfigurationError) {
        var limits = XMLLimits()
        limits.bytes = Self.sizeLimit
        do { root = try XMLDocument(parsing: bytes, limits: limits).root } catch { throw .notXML(error) }
        guard root.localName == "parameters" else { throw .noParametersElement(found: root.name, at: root.position) }
        self.bytes = bytes
        var parameters: [Parameter] = []
        for element in root.children(named: "parameter") {
            guard let name = element.attribute("name") else { throw .parameterWithoutName(at: element.position) }
            let value = element.attributes.first { $0.name == "value" }
            parameters.append(
                Parameter(
                    name: name, value: value?.value ?? "",
                    isSecure: element.attribute("secure") == "true" || element.attribute("encrypt") == "true", position: element.position,
                    element: element.range, valueRange: value?.range))
        }
        self.parameters = parameters
    }

    /// The value in force. Of several parameters with one name the last counts; which one Java-based agents take is not public.
    public func value(_ name: String) -> String? { parameter(name)?.value }

    public func parameter(_ name: String) -> Parameter? { parameters.last { $0.name == name } }

    /// The file with that value. One that is missing is added behind the last parameter, indented like it.
    public func setting(_ name: String, to value: String, secure: Bool? = nil) throws(ConfigurationError) -> ConfigurationFile {
        let escaped = XMLEscaping.attribute(value)
        guard let old = parameter(name) else {
            let isSecure = secure == true ? " secure=\"true\"" : ""
            return try inserting("<parameter name=\"\(XMLEscaping.attribute(name))\"\(isSecure) value=\"\(escaped)\"/>")
        }
        if old.value == value, secure == nil || secure == old.isSecure { return self }
        guard let range = old.valueRange, secure == nil || secure == old.isSecure, bytes[range.lowerBound - 1] == UInt8(ascii: "\"") else {
            let isSecure = (secure ?? old.isSecure) ? " secure=\"true\"" : ""
            return try replacing(old.element, by: "<parameter name=\"\(XMLEscaping.attribute(name))\"\(isSecure) value=\"\(escaped)\"/>")
        }
        return try replacing(range, by: escaped)
    }

    /// The file without the parameters of that name, and without the lines that they leave empty.
    public func removing(_ name: String) throws(ConfigurationError) -> ConfigurationFile {
        var changed = bytes
        for parameter in parameters.reversed() where parameter.name == name {
            var range = parameter.element
            while range.lowerBound > 0, [0x20, 0x09].contains(bytes[range.lowerBound - 1]) {
                range = range.lowerBound - 1..<range.upperBound
            }
            let startsLine = range.lowerBound == 0 || bytes[range.lowerBound - 1] == 0x0A
            var end = range.upperBound
            if end < bytes.count, bytes[end] == 0x0D { end += 1 }
            if startsLine, end < bytes.count, bytes[end] == 0x0A { range = range.lowerBound..<end + 1 } else { range = parameter.element }
            changed.removeSubrange(range)
        }
        return try ConfigurationFile(parsing: changed)
    }

    private func replacing(_ range: Range<Int>, by text: String) throws(ConfigurationError) -> ConfigurationFile {
        var changed = bytes
        changed.replaceSubrange(range, with: Array(text.utf8))
        return try ConfigurationFile(parsing: changed)
    }

    private func inserting(_ element: String) throws(ConfigurationError) -> ConfigurationFile {
        let lineEnd = bytes.firstIndex(of: 0x0A).map { $0 > 0 && bytes[$0 - 1] == 0x0D ? "\r\n" : "\n" } ?? "\n"
        if let last = parameters.last {
            var start = last.element.lowerBound
            while start > 0, [0x20, 0x09].contains(bytes[start - 1]) { start -= 1 }
            let indentation = String(decoding: bytes[start..<last.element.lowerBound], as: UTF8.self)
            return try replacing(last.element.upperBound..<last.element.upperBound, by: lineEnd + indentation + element)
        }
        let close = Array("</\(root.name)>".utf8)
        // `<parameters/>` has no inside to put anything into.
        guard let inside = bytes[root.range].lastIndex(of: UInt8(ascii: "<")), bytes[inside...].starts(with: close) else {
            return try replacing(root.range, by: "<\(root.name)>\(lineEnd)  \(element)\(lineEnd)</\(root.name)>")
        }
        return try replacing(inside..<inside, by: "  \(element)\(lineEnd)")
    }
}

/// Why config.xml cannot be used. A closed list.
public enum ConfigurationError: Error, Hashable, Sendable {
    case notXML(XMLError)
    case noParametersElement(found: String, at: XMLPosition)
    case parameterWithoutName(at: XMLPosition)
}
