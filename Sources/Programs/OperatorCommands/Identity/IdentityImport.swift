import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles
import StrictDER

struct IdentityImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Give an agent a certificate of your own authority.",
        discussion: """
            Takes PEM in any order, DER, PKCS#7, PKCS#8 and PKCS#1, encrypted or not, PKCS#12 and keystores. Without a private key the certificate is
            for the key that the agent has, or for the one that midguard identity csr --new-key made. Everything is checked before anything is
            touched: key and certificate belong together, the key is long enough, the chain is whole, the certificate is in its time and may be
            used by a client. The agent has to be validated again when its key is another one.
            """)

    @OptionGroup var identity: IdentityOptions
    @Argument(help: "Files with the certificate, its chain and its key; - is standard input.") var sources: [String]
    @OptionGroup var sourcePassword: PasswordOptions<SourcePassword>
    @Flag(help: "Take a chain that does not reach a root.") var allowIncomplete = false
    @OptionGroup var edit: IdentityEditOptions

    func validate() throws { if sources.isEmpty { throw ValidationError("Say which files.") } }

    func run() throws {
        try identity.on { home in
            let material = try ImportSource.gather(sources, password: sourcePassword.source, refused: CustomCertificate.keyForm)
            let outcome = try IdentityEdit(home: home, isDryRun: edit.dryRun).perform { store in
                try CustomCertificate(store: store, home: home, allowsIncompleteChain: allowIncomplete).change(with: material)
            }
            outcome.print(identity.output, isDryRun: edit.dryRun)
        }
    }
}

/// Checks what somebody brings, and puts it in the place of the agent's pair.
struct CustomCertificate {
    let store: OpenStore
    let home: IdentityHome
    let allowsIncompleteChain: Bool

    /// Shorter RSA keys are refused everywhere by now (NIST SP 800-131A).
    static let smallestRSAKey = 2_048

    func change(with material: KeyMaterial) throws(StoreProblem) -> StoreChange {
        let (key, isOwn) = try key(for: material)
        let own: PublicKeyInfo
        do throws(KeystoreError) { own = try key.publicKeyInfo() } catch { throw store.problem(error) }
        if let bits = PublicKeyRow(own.der[...]).bits, PublicKeyRow(own.der[...]).algorithm == "RSA", bits < Self.smallestRSAKey {
            throw refused(
                "auth.key-too-short", "The key has \(bits) bits.",
                "RSA keys below \(Self.smallestRSAKey) bits are refused by every peer that is up to date.",
                ["bits": "\(bits)"], fix: "Make a new key, and ask for a certificate for it: this is the request",
                command: home.command("csr", ["--new-key", "rsa-3072"]))
        }
        let trusted = store.entries.compactMap { entry in
            if case .trustedCertificate(let known) = entry.content { known } else { nil }
        }
        let old = store.reading.keystore.identity?.content.certificates.dropFirst() ?? []
        let chain = CertificateChain.ordered(material.certificates + (isOwn ? Array(old) : []) + trusted, for: own)
        guard let leaf = chain.certificates.first else {
            throw refused(
                "auth.pair-mismatch", "None of the \(material.certificates.count) certificates is for the key.",
                "Their public keys are others than the key's: the files belong to two requests.",
                ["certificates": "\(material.certificates.count)"],
                fix: "Bring the certificate that was issued for this key, or the key that this certificate is for")
        }
        try check(leaf)
        if case .issuerMissing(let name) = chain.end, !allowsIncompleteChain {
            throw refused(
                "auth.chain-incomplete", "The chain ends at \(name), which is not there.",
                "Who checks the certificate needs every certificate up to the root.",
                ["missingIssuer": name, "certificates": "\(chain.certificates.count)"],
                fix: "Add the certificate of \(name) to what is imported; --allow-incomplete takes the chain as it is")
        }
        return try replacing(key, chain)
    }

    /// The key that comes along, or the one that waits for these certificates.
    private func key(for material: KeyMaterial) throws(StoreProblem) -> (PrivateKeyInfo, isOwn: Bool) {
        let distinct = material.distinctKeys
        if distinct.count > 1 {
            throw refused(
                "auth.key-form", "There are \(distinct.count) private keys.",
                "An agent has one key pair, and nobody can say which is meant.",
                ["keys": "\(distinct.count)"], fix: "Bring one key, with its certificate and chain")
        }
        if let key = distinct.first { return (key, false) }
        let password = store.password ?? KeystorePassword("")
        let waiting = store.reading.keystore.entries.filter { $0.isIdentity || $0.alias == IdentityCSR.pendingAlias }
        for entry in waiting {
            guard case .privateKey(let key, _) = entry.content, let opened = try? key.open(password: password) else { continue }
            if material.certificates.contains(where: { KeyPairMatch.of(opened, and: $0) == .yes }) { return (opened, true) }
        }
        throw refused(
            "auth.pair-mismatch", "The certificate is for a key that is not here.",
            "There is no private key in the files, and neither the agent's key nor one of its requests fits.", [:],
            fix: "Bring the private key too, or ask for a certificate for the key that is here: this is the request",
            command: home.command("csr"))
    }

    private func check(_ leaf: StoredCertificate) throws(StoreProblem) {
        let row = CertificateRow(leaf)
        if let end = row.notAfter, end < Clock.seconds {
            throw refused(
                "identity.expired", "The certificate ended on \(Moments.day(end)).", "Nobody accepts it any more.", ["sha256": row.sha256],
                fix: "Ask the authority for a new one: this is the request", command: home.command("csr"))
        }
        if let start = row.notBefore, start > Clock.seconds + 300 {
            throw refused(
                "chain.not-yet-valid", "The certificate counts from \(Moments.rfc3339(start)) on.", "Until then every peer refuses it.",
                ["sha256": row.sha256], fix: "Import it then, or look whether this machine's clock is right")
        }
        guard leaf.allowsClientUse else {
            throw refused(
                "chain.usage", "The certificate may not be used by a client.",
                "Its extended key usages leave out clientAuth (RFC 5280 §4.2.1.12).",
                ["sha256": row.sha256], fix: "Ask the authority for a certificate with the usage clientAuth")
        }
    }

    private func replacing(_ key: PrivateKeyInfo, _ chain: CertificateChain) throws(StoreProblem) -> StoreChange {
        let settings = store.reading.settings
        let password = store.password ?? KeystorePassword("")
        let protected: ProtectedKey
        do throws(KeystoreError) { protected = try .protecting(key, password: password, in: settings) } catch { throw store.problem(error) }
        let entry = Keystore.Entry(
            aliasUnits: Array(store.format.identityAlias.utf16), createdMilliseconds: Clock.seconds * 1000,
            content: .privateKey(protected, chain: chain.certificates))
        let there = store.reading.keystore.identity
        if there?.content.certificates.map(\.bytes) == chain.certificates.map(\.bytes) {
            return StoreChange(keystore: store.reading.keystore, steps: [.init(.alreadyThere, entry, in: store.format)])
        }
        let others = store.reading.keystore.entries.filter { !$0.isIdentity && $0.alias != IdentityCSR.pendingAlias }
        var step = StoreChange.Step(there == nil ? .added : .replaced, entry, in: store.format)
        if chain.certificates.count > 1 { step.note += ", chain of \(chain.certificates.count)" }
        if chain.wasReordered { step.note += ", put in order (auth.chain-order)" }
        return StoreChange(keystore: Keystore(entries: others + [entry]), steps: [step])
    }

    func refused(
        _ id: String, _ summary: String, _ cause: String, _ evidence: [String: String], fix: String, command: String? = nil
    ) -> StoreProblem {
        StoreProblem(
            Finding(
                id: id, severity: .error, subject: home.keystorePath, summary: summary, cause: cause + " Nothing was touched.",
                evidence: evidence, fixes: [.init(fix, command: command)]), exitCode: 1)
    }

    /// What is wrong with the files is, here, wrong with the form of key or certificate.
    static func keyForm(_ finding: Finding) -> Finding {
        var finding = finding
        if (finding.evidence["label"] ?? finding.summary).contains("PRIVATE KEY") { finding.id = "auth.key-form" }
        return finding
    }
}

extension KeyMaterial {
    /// Each key once.
    var distinctKeys: [PrivateKeyInfo] { privateKeys.reduce(into: []) { found, key in if !found.contains(key) { found.append(key) } } }
}

extension StoredCertificate {
    /// No extended key usages, or one that a client may have; what cannot be read allows nothing.
    fileprivate var allowsClientUse: Bool {
        guard let outline = try? outline(),
            let usages = outline.extensions.first(where: { $0.identifier == ObjectIdentifier(2, 5, 29, 37).content[...] })
        else { return true }
        guard var list = try? DERReader.single(DERElement.Tag.sequence, in: usages.value, "extKeyUsage").inside else { return false }
        while let usage = try? list.take(DERElement.Tag.objectIdentifier, "extKeyUsage").content {
            let identifier = ObjectIdentifier(content: usage)
            // clientAuth, anyExtendedKeyUsage
            if [ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 2), ObjectIdentifier(2, 5, 29, 37, 0)].contains(identifier) { return true }
        }
        return false
    }
}
