import AgentIdentity
import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

/// The vendor's `manage-certificates`, spelling and all.
struct ManageCertificates: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manage-certificates", abstract: "Understands the options of the vendor's manage-certificates.",
        discussion: """
            Works on the home of the present directory, or --home HOME. A link of the name manage-certificates to midguard does the same.

              -a ALIAS FILE   add a certificate with its chain and key        midguard identity import HOME FILE
              -g ALIAS        show subject, issuer and end                    midguard identity show HOME
              -l              list the aliases
              -d ALIAS        delete an entry
              -r              delete all entries but the agent's own
              -m              log in by client certificate                    midguard identity mutual-tls HOME on
              -b USER         log in by password again                        midguard identity password HOME --user USER

            FILE may be what midguard identity import takes: PEM in any order, encrypted keys, PKCS#12. -b asks for the password, or takes it
            with --password-file FILE: on a command line everybody on the machine could read it. The keystore is backed up before each change.
            """)

    @Argument(parsing: .captureForPassthrough, help: "The vendor's options.") var arguments: [String] = []

    func run() async throws {
        var words = arguments[...]
        var home = "."
        if words.first == "--home" {
            home = words.dropFirst().first ?? "."
            words = words.dropFirst(2)
        }
        guard let verb = words.popFirst(), !["-h", "--help", "-help"].contains(verb) else { throw CleanExit.helpRequest(Self.self) }
        switch (verb, words.count) {
        case ("-l", 0): try on(home) { home in Console.result(try home.open().entries.map(\.alias).joined(separator: ", ")) }
        case ("-g", 1): try on(home) { home in Self.show(try home.open().entry(words[words.startIndex])) }
        case ("-d", 1): try delete(home, alias: words[words.startIndex])
        case ("-r", 0): try delete(home, alias: nil)
        case ("-a", 2): try add(home, alias: words[words.startIndex], file: words[words.startIndex + 1])
        case ("-m", 0): try await run(IdentityMutualTLS.self, [home, "on"])
        case ("-b", 1...):
            let more = Array(words.dropFirst())
            guard more.isEmpty || more.count == 2 && more[0] == "--password-file" else { throw Self.secretInCall }
            try await run(IdentityPassword.self, [home, "--user", words[words.startIndex]] + more)
            try await run(IdentityMutualTLS.self, [home, "off"])
        default: throw ValidationError("Not understood: \(arguments.joined(separator: " ")). See midguard manage-certificates --help.")
        }
    }

    private static let secretInCall = CommandFailure(
        message: "A password does not belong on a command line, which everybody on the machine can read: -b USER asks for it, or "
            + "-b USER --password-file FILE.", exitCode: 2)

    private func on(_ home: String, _ body: (IdentityHome) throws -> Void) throws {
        try OutputOptions.parse([]).reporting(on: Files.absolute(home)) { try body(try IdentityHome(Files.absolute(home))) }
    }

    private func run(_ command: any ParsableCommand.Type, _ words: [String]) async throws {
        var parsed = try command.parseAsRoot(words)
        if var parsed = parsed as? any AsyncParsableCommand { try await parsed.run() } else { try parsed.run() }
    }

    private static func show(_ entry: Keystore.Entry) {
        guard let row = entry.content.certificates.first.map({ CertificateRow($0) }) else { return }
        Console.result("Subject: \(row.subject ?? "unreadable")")
        Console.result("Issuer: \(row.issuer ?? "unreadable")")
        Console.result("Expires: \(row.notAfter.map { Moments.rfc3339($0) } ?? "unreadable")")
    }

    /// nil: all but the agent's own.
    private func delete(_ home: String, alias: String?) throws {
        try on(home) { home in
            let outcome = try IdentityEdit(home: home, isDryRun: false).perform { store in
                let named = try alias.map { try store.entry($0).aliasUnits }
                let isGone = { (entry: Keystore.Entry) in named.map { $0 == entry.aliasUnits } ?? !entry.isIdentity }
                return StoreChange(
                    keystore: Keystore(entries: store.entries.filter { !isGone($0) }),
                    steps: store.entries.filter(isGone).map { .init(.deleted, $0, in: store.format) })
            }
            outcome.print(try OutputOptions.parse([]), isDryRun: false)
        }
    }

    /// Under the agent's own alias with all that an import checks; under another one the key with its chain.
    private func add(_ home: String, alias: String, file: String) throws {
        if alias.lowercased() == IdentityKeystore.alias.lowercased() {
            let command = try IdentityImport.parse([home, file])
            return try command.run()
        }
        try on(home) { home in
            let material = try ImportSource.gather([file], password: nil, refused: CustomCertificate.keyForm)
            let outcome = try IdentityEdit(home: home, isDryRun: false).perform { store in
                try CustomCertificate(store: store, home: home, allowsIncompleteChain: true).adding(material, under: alias)
            }
            outcome.print(try OutputOptions.parse([]), isDryRun: false)
        }
    }
}

extension CustomCertificate {
    /// A pair for somebody else's use (the web server extension, say), which is not the agent's identity.
    fileprivate func adding(_ material: KeyMaterial, under alias: String) throws(StoreProblem) -> StoreChange {
        guard let key = material.distinctKeys.first, material.distinctKeys.count == 1 else {
            throw refused(
                "auth.key-form", "There are \(material.distinctKeys.count) private keys in the file.", "One pair goes under one alias.",
                ["keys": "\(material.distinctKeys.count)"], fix: "Bring one private key with its certificate and chain")
        }
        let (settings, password) = (store.reading.settings, store.password ?? KeystorePassword(""))
        let chain: [StoredCertificate]
        let protected: ProtectedKey
        do throws(KeystoreError) {
            chain = CertificateChain.ordered(material.certificates, for: try key.publicKeyInfo()).certificates
            protected = try .protecting(key, password: password, in: settings)
        } catch { throw store.problem(error) }
        guard !chain.isEmpty else {
            throw refused(
                "auth.pair-mismatch", "None of the \(material.certificates.count) certificates is for the key.",
                "Their public keys are others than the key's.", ["certificates": "\(material.certificates.count)"],
                fix: "Bring the certificate that was issued for this key")
        }
        let entry = Keystore.Entry(
            aliasUnits: Array(store.format.settingAlias(alias).utf16), createdMilliseconds: Clock.seconds * 1000,
            content: .privateKey(protected, chain: chain))
        let others = store.entries.filter { $0.aliasUnits != entry.aliasUnits }
        let action: StoreChange.Step.Action = others.count < store.entries.count ? .replaced : .added
        return StoreChange(keystore: Keystore(entries: others + [entry]), steps: [.init(action, entry, in: store.format)])
    }
}
