public import JavaKeystore
import StrictDER

// What is to be said of a store that can be read: entries past their time, twice, or out of Java's sight, and passwords that everybody knows.
extension StoreFindings {
    /// Days before its end from which a certificate is said to be ending. Our choice: time enough for a company's own CA.
    public static let warningDays: Int64 = 30

    /// Passwords that documentation and installers propose, or that are tried first.
    static let wellKnownPasswords = [
        "changeit", "changeme", "password", "secret", "keystore", "truststore", "123456", "12345678", "storepass", "keypass", "test",
        "admin", "",
    ]

    /// `now`: seconds since 1970. `password`: what opened the store; nil when it was not opened with one. Root cause first.
    public static func reviewing(_ reading: KeystoreReading, at now: Int64, password: KeystorePassword?, on store: StoreContext)
        -> [Finding]
    {
        ends(reading, at: now, on: store)
            + [
                duplicates(reading, on: store), unseen(reading, on: store), defaultPassword(reading, password, on: store),
            ].compactMap { $0 }
    }

    fileprivate struct Ending {
        var alias: String
        var isKey: Bool
        var seconds: Int64
        var text: String { "\(alias) (\(CivilTime(milliseconds: seconds * 1000).rfc3339))" }
    }

    /// Of a private key every certificate counts: peers check the whole chain.
    private static func ends(_ reading: KeystoreReading, at now: Int64, on store: StoreContext) -> [Finding] {
        var endings: [Ending] = []
        for entry in reading.keystore.entries {
            let certificates: [StoredCertificate]
            var isKey = false
            switch entry.content {
            case .privateKey(_, let chain): (certificates, isKey) = (chain, true)
            case .trustedCertificate(let certificate): certificates = [certificate]
            case .secretKey: continue
            }
            let ends = certificates.compactMap { end($0) }
            guard let first = ends.min(), first < now + warningDays * 86_400 else { continue }
            endings.append(Ending(alias: reading.format.shownAlias(of: entry), isKey: isKey, seconds: first))
        }
        guard !endings.isEmpty else { return [] }
        let expired = endings.filter { $0.seconds < now }
        let expiring = endings.filter { $0.seconds >= now }
        return [
            expired.filter(\.isKey).finding(
                "store.entry-expired", .error, "has expired", "Peers refuse the certificate of a key that is past its end.", store),
            expiring.filter(\.isKey).finding(
                "store.entry-expiring", .warning, "ends within \(warningDays) days", "Peers refuse it from then on.", store),
            expired.filter { !$0.isKey }.finding(
                "store.entry-expired", .warning, "has expired", "A path that needs it fails; one that has another root does not.", store),
            expiring.filter { !$0.isKey }.finding(
                "store.entry-expiring", .warning, "ends within \(warningDays) days", "Paths that need it fail from then on.", store),
        ].compactMap { $0 }
    }

    private static func end(_ certificate: StoredCertificate) -> Int64? {
        guard let outline = try? certificate.outline() else { return nil }
        return try? outline.seconds(outline.notAfter, "notAfter")
    }

    private static func duplicates(_ reading: KeystoreReading, on store: StoreContext) -> Finding? {
        var entries: [WholeBytes: [Keystore.Entry]] = [:]
        for entry in reading.keystore.entries {
            guard case .trustedCertificate(let certificate) = entry.content else { continue }
            entries[WholeBytes(bytes: certificate.bytes), default: []].append(entry)
        }
        let groups = entries.values.filter { $0.count > 1 }.map { $0.map { reading.format.shownAlias(of: $0) } }.sorted { $0[0] < $1[0] }
        guard !groups.isEmpty else { return nil }
        return finding(
            "store.duplicate", store, severity: .notice,
            "\(groups.count == 1 ? "A certificate is" : "\(groups.count) certificates are") in \(store.path) more than once.",
            "They were imported again under another alias. Deleting one alias does not end the trust.",
            ["aliases": Words.list(groups.map { $0.joined(separator: " = ") })],
            fixes: [
                .init(
                    "Delete the copies; a dated copy of the store stays beside it",
                    command: store.command("delete", groups.flatMap { $0.dropFirst() }))
            ])
    }

    private static func unseen(_ reading: KeystoreReading, on store: StoreContext) -> Finding? {
        guard !reading.unseen.isEmpty else { return nil }
        let reasons = Dictionary(grouping: reading.unseen, by: \.reason)
        var evidence: [String: String] = [:]
        for (reason, entries) in reasons {
            evidence[reason.rawValue] = Words.list(entries.map { $0.entry.map { reading.format.shownAlias(of: $0) } ?? "?" })
        }
        if reasons.count == 1, let needed = reasons[.passwordNeeded] {
            return finding(
                "store.entry-unseen", store, severity: .notice,
                "\(needed.count) encrypted parts of \(store.path) were not read, since no password was given.",
                "Java does not show them either without the password.", evidence,
                fixes: [
                    .init(
                        "Give the password with --password-file, --password-env or --password-fd; at a terminal it is asked for",
                        command: store.command("list"))
                ])
        }
        let helpful = reasons.keys.contains { [.certificateNotMarkedTrusted, .keyInTheClear, .keyWithoutIdentifier].contains($0) }
        return finding(
            "store.entry-unseen", store, severity: .warning,
            "Java does not see \(reading.unseen.count) of what \(store.path) holds.",
            "The program that wrote it leaves out what Java goes by: the attribute that marks a trusted certificate, or the identifier of a key.",
            evidence,
            fixes: helpful
                ? [
                    .init(
                        "Write the store anew with what Java goes by; a dated copy stays beside it",
                        command: store.command("import", [store.path]))
                ] : [],
            vendor: ["Your keystore contains \(reading.keystore.entries.count) entr\(reading.keystore.entries.count == 1 ? "y" : "ies")"])
    }

    /// What would be gone after a change, since it is written as Java sees it.
    public static func wouldLoseUnseen(_ reading: KeystoreReading, on store: StoreContext, option: String...) -> Finding {
        let found = unseen(reading, on: store)
        return finding(
            "store.entry-unseen", store, "\(store.path) holds what Java does not see and would not be written again. Nothing was written.",
            found?.cause ?? "", found?.evidence ?? [:],
            fixes: (found?.fixes ?? []) + [
                .init("Go on without it; a dated copy of the store stays beside it", command: store.repeating(with: option))
            ])
    }

    private static func defaultPassword(_ reading: KeystoreReading, _ password: KeystorePassword?, on store: StoreContext) -> Finding? {
        guard let password, wellKnownPasswords.contains(where: { KeystorePassword($0) == password }) else { return nil }
        let keys = reading.keystore.entries.filter {
            if case .trustedCertificate = $0.content { false } else { true }
        }
        guard !keys.isEmpty else { return nil }
        return finding(
            "store.default-password", store, severity: .warning, "\(store.path) keeps keys under a password that everybody knows.",
            "It is one that documentation and installers propose. Whoever reads the file has the keys.",
            ["entries": Words.list(keys.map { reading.format.shownAlias(of: $0) })],
            fixes: [
                .init(
                    "Give it another password, and tell it to the program that opens the store; a dated copy stays beside it",
                    command: store.command("password"))
            ])
    }
}

/// Bytes as a key, hashed in one go: a slice would hand them over one by one.
private struct WholeBytes: Hashable {
    let bytes: ArraySlice<UInt8>
    func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}

extension [StoreFindings.Ending] {
    fileprivate func finding(
        _ id: String, _ severity: Finding.Severity, _ what: String, _ cause: String, _ store: StoreContext
    ) -> Finding? {
        guard let first else { return nil }
        let soonest = sorted { $0.seconds < $1.seconds }
        let summary =
            count == 1
            ? "\(first.isKey ? "The key" : "The certificate") \(first.alias) in \(store.path) \(what)."
            : "\(count) \(first.isKey ? "keys" : "certificates") in \(store.path): each \(what)."
        return StoreFindings.finding(
            id, store, severity: severity, summary, cause, ["entries": Words.list(soonest.map(\.text), limit: 20)],
            fixes: first.isKey
                ? [.init("Have the certificate renewed, and put it in the place of the old one", command: nil)]
                : [
                    .init(
                        "Delete what no path needs any more; a dated copy of the store stays beside it",
                        command: store.command("delete", soonest.map(\.alias)))
                ])
    }
}
