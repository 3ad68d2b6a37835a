import JavaKeystore
import StrictDER

/// Aliases for what comes without one.
enum AliasProposal {
    /// From the common name, else the organisation, in the letters that shells and Java take without quoting; else from the fingerprint.
    static func alias(for certificate: StoredCertificate, taken: (String) -> Bool) -> String {
        let row = CertificateRow(certificate)
        let name = row.subject.flatMap { part("CN", of: $0) ?? part("OU", of: $0) ?? part("O", of: $0) } ?? ""
        let plain = plain(name)
        let base = plain.isEmpty ? "sha256-" + row.sha256.prefix(16) : plain
        if !taken(base) { return base }
        return unique(base + "-" + row.sha256.prefix(8), taken: taken)
    }

    /// `base`, or `base-2`, `base-3` … where that is taken.
    static func unique(_ base: String, taken: (String) -> Bool) -> String {
        var (name, number) = (base, 2)
        while taken(name) {
            name = "\(base)-\(number)"
            number += 1
        }
        return name
    }

    private static func part(_ label: String, of subject: String) -> String? {
        subject.split(separator: ",").first { $0.hasPrefix(label + "=") }.map { String($0.dropFirst(label.count + 1)) }
    }

    private static func plain(_ name: String) -> String {
        let letters = name.lowercased().unicodeScalars.map { scalar -> Character in
            let isPlain =
                scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "._".unicodeScalars.contains(scalar))
            return isPlain ? Character(scalar) : "-"
        }
        return String(letters.split(separator: "-").joined(separator: "-").prefix(60))
    }
}
