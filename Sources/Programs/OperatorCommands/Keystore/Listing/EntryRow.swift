import JavaKeystore

extension Keystore.Content {
    var kind: String {
        switch self {
        case .privateKey: "privateKey"
        case .trustedCertificate: "trustedCertificate"
        case .secretKey: "secretKey"
        }
    }
    /// For people.
    var kindText: String {
        switch self {
        case .privateKey: "private key"
        case .trustedCertificate: "trusted certificate"
        case .secretKey: "secret key"
        }
    }
    /// A trusted certificate is a chain of one.
    var certificates: [StoredCertificate] {
        switch self {
        case .privateKey(_, let chain): chain
        case .trustedCertificate(let certificate): [certificate]
        case .secretKey: []
        }
    }
}

/// What is said of an entry.
struct EntryRow {
    let alias: String
    let entry: Keystore.Entry

    init(_ entry: Keystore.Entry, in format: KeystoreFormat) { (self.entry, alias) = (entry, format.shownAlias(of: entry)) }

    var created: String? { entry.createdMilliseconds.map { Moments.rfc3339(milliseconds: $0) } }

    var fields: [(String, JSONText)] {
        let chain = entry.content.certificates.map { CertificateRow($0) }
        let name: JSONText = alias == entry.alias ? .units(entry.aliasUnits) : .string(alias)
        return [("alias", name)] + (alias == entry.alias ? [] : [("storedAlias", .string(entry.alias))]) + [
            ("kind", .string(entry.content.kind)), ("created", .optional(created)),
            ("keyAlgorithm", .optional(chain.first?.key?.algorithm)),
            ("chain", .array(chain.map(\.json))),
        ]
    }

    /// `alias, private key, 2026-11-25, SHA-256 …, until 2027-11-25, CN=…`
    var line: String {
        var parts = [alias, entry.content.kindText, entry.createdMilliseconds.map { Moments.day(milliseconds: $0) } ?? "no date"]
        if let first = entry.content.certificates.first.map({ CertificateRow($0) }) {
            parts.append("SHA-256 " + first.sha256)
            parts.append(first.notAfter.map { "until " + Moments.day($0) } ?? "unreadable certificate")
            if let subject = first.subject { parts.append(subject) }
        } else if case .privateKey = entry.content {
            parts.append("no certificate")
        }
        if case .privateKey(_, let chain) = entry.content, chain.count > 1 { parts.append("chain of \(chain.count)") }
        return Printable.line(parts.joined(separator: ", "))
    }
}

/// Names out of files may hold anything; what goes to a terminal may not move its cursor.
enum Printable {
    static func line(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
        if isPlain { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: shown.append("\u{FFFD}")
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }
}
