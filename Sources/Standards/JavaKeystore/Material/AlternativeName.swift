import StrictDER

/// A name that a certificate speaks for besides its subject (RFC 5280 §4.2.1.6).
public enum AlternativeName: Hashable, Sendable {
    /// ASCII; a `*` may stand for the first label.
    case dns(String)
    /// Four or sixteen octets.
    case ip([UInt8])
    case email(String)
    case uri(String)

    /// From `dns:agent.example.com`, `ip:192.0.2.1`, `email:a@example.com`, `uri:https://…` as keytool takes them, in any case; without
    /// prefix it is an address when it looks like one, and else a host.
    public init(_ text: String) throws(NameError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let prefix = parts[0].lowercased()
        let value = parts.count == 2 ? parts[1] : ""
        switch prefix {
        case "dns" where parts.count == 2: self = .dns(try Self.host(value))
        case "ip" where parts.count == 2: self = .ip(try Self.address(value))
        case "email" where parts.count == 2: self = .email(try Self.mailbox(value))
        case "uri" where parts.count == 2: self = .uri(try Self.identifier(value))
        default:
            if let address = IPAddressText.octets(text) {
                self = .ip(address)
            } else {
                self = text.contains("@") ? .email(try Self.mailbox(text)) : .dns(try Self.host(text))
            }
        }
    }

    private static func host(_ text: String) throws(NameError) -> String {
        guard text.utf8.count <= 253 else { throw NameError(.tooLong(limit: 253), position: 253) }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        var position = 0
        for (number, label) in labels.enumerated() {
            guard !label.isEmpty else { throw NameError(.empty, position: position) }
            guard label.utf8.count <= 63 else { throw NameError(.tooLong(limit: 63), position: position) }
            let isWildcard = number == 0 && label == "*" && labels.count > 1
            let isWord = label.utf8.allSatisfy {
                ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || ($0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z"))
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
            guard isWildcard || isWord else { throw NameError(.characterNotAllowed, position: position) }
            position += label.count + 1
        }
        return text
    }

    private static func address(_ text: String) throws(NameError) -> [UInt8] {
        guard let octets = IPAddressText.octets(text) else { throw NameError(.notAnAddress, position: 0) }
        return octets
    }

    private static func mailbox(_ text: String) throws(NameError) -> String {
        let parts = try identifier(text).split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { throw NameError(.notAnAddress, position: 0) }
        _ = try host(String(parts[1]))
        return text
    }

    private static func identifier(_ text: String) throws(NameError) -> String {
        guard !text.isEmpty else { throw NameError(.empty, position: 0) }
        guard text.utf8.count <= 2048 else { throw NameError(.tooLong(limit: 2048), position: 2048) }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw NameError(.characterNotAllowed, position: 0) }
        return text
    }

    /// GeneralName.
    var der: [UInt8] {
        switch self {
        case .email(let text): DER.element(DERElement.Tag.primitive(1), Array(text.utf8))
        case .dns(let text): DER.element(DERElement.Tag.primitive(2), Array(text.utf8))
        case .uri(let text): DER.element(DERElement.Tag.primitive(6), Array(text.utf8))
        case .ip(let octets): DER.element(DERElement.Tag.primitive(7), octets)
        }
    }
}

/// IP addresses as text.
enum IPAddressText {
    /// Four octets of a dotted address, sixteen of RFC 4291 §2.2; nil for anything else, a zone included.
    static func octets(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= 45 else { return nil }
        return text.contains(":") ? version6(text) : version4(text[...])
    }

    private static func version4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let octets = parts.compactMap { part in
            // No leading zero: some take it for octal.
            part.utf8.allSatisfy { (0x30...0x39).contains($0) } && (part == "0" || part.first != "0") ? UInt8(part) : nil
        }
        return parts.count == 4 && octets.count == 4 ? octets : nil
    }

    private static func version6(_ text: String) -> [UInt8]? {
        // Bytes, since the two colons are one place that stands for any number of zeros.
        let bytes = Array(text.utf8)
        let gap = bytes.indices.dropLast().first { bytes[$0] == UInt8(ascii: ":") && bytes[$0 + 1] == UInt8(ascii: ":") }
        guard let gap else { return groups(bytes[...]).flatMap { $0.count == 16 ? $0 : nil } }
        guard let before = groups(bytes[..<gap]), let after = groups(bytes[(gap + 2)...]), before.count + after.count <= 14 else {
            return nil
        }
        // A dotted address stands at the end or nowhere.
        guard !bytes[..<gap].contains(UInt8(ascii: ".")) else { return nil }
        return before + Array(repeating: 0, count: 16 - before.count - after.count) + after
    }

    private static func groups(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        guard !bytes.isEmpty else { return [] }
        let words = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var octets: [UInt8] = []
        for (number, word) in words.enumerated() {
            let text = String(decoding: word, as: UTF8.self)
            if number == words.count - 1, let dotted = version4(text[...]) {
                octets += dotted
            } else {
                guard (1...4).contains(word.count), word.first != UInt8(ascii: "+"), let group = UInt16(text, radix: 16) else { return nil }
                octets += [UInt8(group >> 8), UInt8(truncatingIfNeeded: group)]
            }
        }
        return octets
    }
}
