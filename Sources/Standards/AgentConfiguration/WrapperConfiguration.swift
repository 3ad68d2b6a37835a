/// `conf/wrapper.conf` and `conf/wrapper-override.conf`: how a Java MID Server's runtime is started. Only what decides about trust is read.
public struct WrapperConfiguration: Hashable, Sendable {
    /// A property and where it stands.
    public struct Property: Hashable, Sendable {
        public var name: String
        public var value: String
        public var file: String
        /// From 1.
        public var line: Int
    }

    /// Octets of a file, and lines that are kept; genuine ones have some hundreds. Our choice.
    public static let sizeLimit = 1 << 20

    private var properties: [String: Property] = [:]

    public init() {}

    /// Lines `name=value`; of a repeated name the last counts. Lines that are neither that nor a comment are passed over, as the wrapper does.
    public mutating func read(_ text: String, from file: String) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let trimmed = line.drop { $0.isWhitespace }
            guard !trimmed.hasPrefix("#"), let equals = trimmed.firstIndex(of: "=") else { continue }
            let name = String(trimmed[..<equals].reversed().drop { $0.isWhitespace }.reversed())
            let value = String(
                trimmed[trimmed.index(after: equals)...].drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
            properties[name] = Property(name: name, value: value, file: file, line: index + 1)
        }
    }

    /// The value of `-DNAME=VALUE` among `wrapper.java.additional.N`; of several the one with the highest number, which Java reads last.
    public func systemProperty(_ name: String) -> Property? {
        let prefix = "wrapper.java.additional."
        return properties.values.compactMap { property -> (Int, Property)? in
            guard property.name.hasPrefix(prefix), let number = Int(property.name.dropFirst(prefix.count)) else { return nil }
            var argument = Self.unquoted(property.value)
            guard argument.hasPrefix("-D" + name + "=") else { return nil }
            argument.removeFirst(name.count + 3)
            var found = property
            found.value = Self.unquoted(argument)
            return (number, found)
        }.max { $0.0 < $1.0 }?.1
    }

    /// The program that is started: the Java runtime's `bin/java`.
    public var javaCommand: Property? {
        properties["wrapper.java.command"].map { property in
            var property = property
            property.value = Self.unquoted(property.value)
            return property
        }
    }

    private static func unquoted(_ text: String) -> String {
        text.count >= 2 && text.first == "\"" && text.last == "\"" ? String(text.dropFirst().dropLast()) : text
    }
}
