import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles
import StrictDER

struct KeystoreShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show everything about entries of a keystore.",
        discussion: """
            With --pem the certificates themselves. A file of certificates (PEM, DER, PKCS#7) is shown, too. Of a PKCS#12 file also the bags as they lie in it, whatever Java makes of them. Of keytool:
            keytool -list -v -alias ALIAS -keystore STORE, with -rfc for PEM.
            """)

    @OptionGroup var store: StoreOptions
    @Argument(help: "The entries' aliases; without one all entries.") var aliases: [String] = []
    @Option(name: .customLong("alias"), help: ArgumentHelp("One more alias.", valueName: "alias")) var moreAliases: [String] = []
    @Flag(name: [.customLong("pem"), .customLong("rfc")], help: "Print the certificates as PEM.") var pem = false
    @Flag(help: "Do not ask for a password, and check nothing.") var noPassword = false
    @OptionGroup var keyPassword: PasswordOptions<KeyPassword>
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.reporting(on: Files.absolute(store.path)) {
            let access = store.access(keyPassword: keyPassword.source, withoutPassword: noPassword)
            let bytes = try access.read()
            if let certificates = Self.certificates(in: bytes) { return print(certificates, path: access.path) }
            let opened = try access.open(bytes, password: access.choosePassword(for: bytes, .ifThere))
            let names = aliases + moreAliases
            let entries = try names.isEmpty ? opened.entries : names.map { try opened.entry($0) }
            let passwords = opened.password == nil ? [] : try opened.keyPasswords()
            let shown = entries.map {
                ShownEntry($0, in: opened.format, check: passwords.isEmpty ? nil : KeyCheck($0.content, candidates: passwords))
            }
            let bags = opened.format == .pkcs12 ? (try? PKCS12.bags(bytes, password: opened.password)) ?? [] : []
            let wanted = names.isEmpty ? bags : bags.filter { bag in entries.contains { $0.isNamed(bag.friendlyName) } }
            print(opened, shown, wanted)
        }
    }

    /// A file of certificates is shown as well; nil for keystores, and for what is neither.
    private static func certificates(in bytes: [UInt8]) -> [StoredCertificate]? {
        let (material, damages) = KeyMaterial.salvage(bytes, password: nil)
        if case .keystore = damages.first?.problem { return nil }
        return material.certificates.isEmpty ? nil : material.certificates
    }

    private func print(_ certificates: [StoredCertificate], path: String) {
        var result = ResultStream()
        let rows = certificates.map { CertificateRow($0) }
        if output.isJSON {
            result.json(.object([("path", .string(path)), ("certificates", .array(rows.map(\.json))), ("findings", .array([]))]))
            return result.text("\n")
        }
        for (number, row) in rows.enumerated() {
            result.line("certificate \(number + 1) of \(rows.count):")
            for line in row.lines { result.line(Printable.line("  " + line)) }
            if pem { result.text(PEM.encode([row.stored])) }
        }
    }

    private func print(_ opened: OpenStore, _ shown: [ShownEntry], _ bags: [PKCS12.Bag]) {
        var result = ResultStream()
        if output.isJSON {
            let fields: [(String, JSONText)] = [
                ("entries", .array(shown.map { .object($0.fields(pem: pem)) })), ("bags", .array(bags.map(\.json))),
                ("findings", .array([])),
            ]
            result.json(.object(opened.headingFields + fields))
            return result.text("\n")
        }
        result.line(opened.heading)
        for entry in shown {
            result.line("")
            for line in entry.lines { result.line(Printable.line(line)) }
            if pem { result.text(PEM.encode(entry.entry.content.certificates)) }
        }
        if !bags.isEmpty {
            result.line("\nBags of the file:")
            for bag in bags { result.line(Printable.line("  " + bag.text)) }
        }
    }
}

extension Keystore.Entry {
    fileprivate func isNamed(_ name: String?) -> Bool {
        guard let name else { return false }
        return KeystoreFormat.pkcs12.settingAlias(name) == KeystoreFormat.pkcs12.settingAlias(alias)
    }
}

/// Everything that is said of one entry.
struct ShownEntry {
    let entry: Keystore.Entry
    let row: EntryRow
    /// nil without a password.
    let check: KeyCheck?

    init(_ entry: Keystore.Entry, in format: KeystoreFormat, check: KeyCheck?) {
        (self.entry, row, self.check) = (entry, EntryRow(entry, in: format), check)
    }

    /// Kind and size of a secret key, which only the opened key tells.
    private var secret: (algorithm: String, bits: Int)? {
        if case .secret(let algorithm, let bits) = check?.state { (algorithm, bits) } else { nil }
    }

    func fields(pem: Bool) -> [(String, JSONText)] {
        var fields = row.fields
        if let secret {
            fields = fields.map { $0.0 == "keyAlgorithm" ? ($0.0, .string(secret.algorithm)) : $0 } + [("keyBits", .number(secret.bits))]
        }
        if case .closed = check?.state {
            fields.append(("key", .string("closed")))
        } else if check != nil {
            fields.append(("key", .string("opens")))
        }
        if !entry.attributes.isEmpty {
            fields.append(
                (
                    "attributes",
                    .array(
                        entry.attributes.map {
                            .object([("oid", .string($0.identifier.description)), ("values", .string(hexadecimal($0.values)))])
                        })
                ))
        }
        if pem { fields.append(("pem", .strings(entry.content.certificates.map { PEM.encode([$0]) }))) }
        return fields
    }

    var lines: [String] {
        var lines = ["\(row.alias): \(entry.content.kindText)"]
        if row.alias != entry.alias { lines.append("  in the file: \(entry.alias)") }
        lines.append("  created: \(row.created ?? "the file does not say")")
        if let secret { lines.append("  secret key: \(secret.algorithm), \(secret.bits) bits") }
        if case .closed = check?.state { lines.append("  key: the password does not open it") }
        let certificates = entry.content.certificates
        for (number, certificate) in certificates.enumerated() {
            lines.append(certificates.count == 1 ? "  certificate:" : "  certificate \(number + 1) of \(certificates.count):")
            lines += CertificateRow(certificate).lines.map { "    " + $0 }
        }
        for attribute in entry.attributes { lines.append("  attribute \(attribute.identifier): \(hexadecimal(attribute.values))") }
        return lines
    }
}

extension CertificateRow {
    /// For people.
    var lines: [String] {
        guard outline != nil else { return ["cannot be read; SHA-256 \(sha256)"] }
        return [
            "subject: \(subject ?? "")", "issuer: \(issuer ?? "")", "serial: \(serial ?? "")",
            "valid: \(notBefore.map { Moments.rfc3339($0) } ?? "?") to \(notAfter.map { Moments.rfc3339($0) } ?? "?")",
            "key: \(key?.text ?? "?")",
            "signature: \(outline.map { SignatureName.text($0.signatureAlgorithm) } ?? "?")", "SHA-256: \(sha256)", "SHA-1: \(sha1)",
            "SHA-256 of the key: \(spkiSha256 ?? "")",
        ]
    }
}

extension PKCS12.Bag {
    private var kindText: String {
        switch content {
        case .privateKey(let key): key.isInTheClear ? "privateKeyInTheClear" : "privateKey"
        case .certificate: "certificate"
        case .secretKey: "secretKey"
        case .revocationList: "revocationList"
        case .safeContents: "safeContents"
        case .unknown: "unknown"
        }
    }

    private var sha256: String? {
        if case .certificate(let certificate) = content { CertificateRow(certificate).sha256 } else { nil }
    }

    fileprivate var json: JSONText {
        let fields: [(String, JSONText)] = [
            ("kind", .string(kindText)), ("friendlyName", .optional(friendlyName)),
            ("localKeyId", .optional(localKeyID.map { hexadecimal($0) })),
            ("trustedKeyUsage", trustedKeyUsage.map { .strings($0.map(\.description)) } ?? .null), ("encrypted", .bool(wasEncrypted)),
            ("sha256", .optional(sha256)),
        ]
        return .object(fields)
    }

    fileprivate var text: String {
        [
            kindText, friendlyName.map { "name \($0)" }, localKeyID.map { "identifier \(hexadecimal($0))" },
            trustedKeyUsage.map { "trusted for \($0.map(\.description).joined(separator: " "))" },
            wasEncrypted ? "encrypted" : "in the clear",
            sha256.map { "SHA-256 \($0)" },
        ].compactMap { $0 }.joined(separator: ", ")
    }
}
