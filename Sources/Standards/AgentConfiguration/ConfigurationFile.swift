public import StrictXML

/// config.xml: read once, and rewritten so that only what was set changes. Comments, order, indentation and unknown parameters stay.
public struct ConfigurationFile: Hashable, Sendable {
    public struct Parameter: Hashable, Sendable {
        public var name: String
        public var value: String
        /// `secure="true"`, in older templates `encrypt="true"`: the value is a secret.
        public var isSecure: Bool
        public var position: XMLPosition
        /// From `<` to `>`.
        let element: Range<Int>
        let attributes: [XMLElement.Attribute]
    }

    public let bytes: [UInt8]
    /// In the order of the file.
    public let parameters: [Parameter]
    let root: XMLElement

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
                    element: element.range, attributes: element.attributes))
        }
        self.parameters = parameters
    }

    /// The value in force. Of several parameters with one name the last counts; which one Java-based agents take is not public.
    public func value(_ name: String) -> String? { parameter(name)?.value }

    public func parameter(_ name: String) -> Parameter? { parameters.last { $0.name == name } }

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
            while end < bytes.count, [0x20, 0x09].contains(bytes[end]) { end += 1 }
            if end < bytes.count, bytes[end] == 0x0D { end += 1 }
            if startsLine, end < bytes.count, bytes[end] == 0x0A { range = range.lowerBound..<end + 1 } else { range = parameter.element }
            changed.removeSubrange(range)
        }
        return try ConfigurationFile(parsing: changed)
    }
}

/// Why config.xml cannot be used. A closed list.
public enum ConfigurationError: Error, Hashable, Sendable {
    case notXML(XMLError)
    case noParametersElement(found: String, at: XMLPosition)
    case parameterWithoutName(at: XMLPosition)
}
