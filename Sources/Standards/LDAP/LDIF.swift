import FoundationEssentials

/// Entries as text (RFC 2849), one value a line.
public enum LDIF {
    public static func text(_ entries: some Sequence<LDAPEntry>) -> String {
        entries.map { entry in
            ([line("dn", Array(entry.name.utf8))]
                + entry.attributes.flatMap { attribute in attribute.values.map { line(attribute.type, $0) } })
                .joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }

    private static func line(_ type: String, _ value: [UInt8]) -> String {
        isSafe(value) ? "\(type): \(String(decoding: value, as: UTF8.self))" : "\(type):: \(Data(value).base64EncodedString())"
    }

    /// SAFE-STRING, and no space at its end, which would not be seen.
    private static func isSafe(_ value: [UInt8]) -> Bool {
        guard let first = value.first else { return true }
        return !" :<".utf8.contains(first) && value.last != UInt8(ascii: " ") && value.allSatisfy { (32..<127).contains($0) }
    }
}
