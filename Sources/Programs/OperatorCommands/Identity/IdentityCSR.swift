import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles
import StrictDER

struct IdentityCSR: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "csr", abstract: "Print a request for a certificate, for an authority of your own.",
        discussion: """
            For the key that the agent has, or with --new-key for a new one, which waits in the keystore under an alias of its own; the agent goes
            on with the old one meanwhile. What the authority sends goes in with midguard identity import, which finds the key that it is for.
            """)

    /// Where a key waits for its certificate.
    static let pendingAlias = "midguard_pending_key"

    @OptionGroup var identity: IdentityOptions
    @Option(help: ArgumentHelp("CN=agent,O=Corp; without it the subject of the certificate that is there.", valueName: "name")) var subject:
        String?
    @Option(name: .customLong("san"), help: ArgumentHelp("dns:agent.example, ip:192.0.2.1.", valueName: "name")) var names: [String] = []
    @Option(help: ArgumentHelp("Make a key of this kind: \(KeyKind.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "kind"))
    var newKey: KeyKind?
    @Option(help: "A file to write instead; one that exists is not replaced.") var out: String?
    @OptionGroup var edit: IdentityEditOptions

    func run() throws {
        try identity.on { home in
            var request: [UInt8] = []
            let outcome = try IdentityEdit(home: home, isDryRun: edit.dryRun).perform { store in
                let (key, change) = try key(in: store)
                request = try made(for: key, in: store)
                return change
            }
            let text = PEM.encode(certificateRequest: request)
            if let out, !edit.dryRun {
                do throws(FileFailure) { try Files.create(Files.absolute(out), with: Array(text.utf8)) } catch { throw StoreProblem(error) }
            } else {
                StandardStream.write(Array(text.utf8), to: 1)
            }
            for step in outcome.steps { Console.error("\(step.action.rawValue): \(step.alias), \(step.note)") }
            if let backup = outcome.backup { Console.error("before: \(backup)") }
        }
    }

    private func key(in store: OpenStore) throws -> (PrivateKeyInfo, StoreChange) {
        let password = store.password ?? KeystorePassword("")
        do throws(KeystoreError) {
            guard let newKey else {
                guard let entry = store.reading.keystore.identity, case .privateKey(let key, _) = entry.content else {
                    throw .noSuchEntry(alias: store.format.identityAlias)
                }
                return (try key.open(password: password), StoreChange(keystore: store.reading.keystore))
            }
            let key = try PrivateKeyInfo.generate(newKey.generated)
            // A keystore holds keys with certificates only: its own stands in until the authority's comes.
            let certificate = try SelfSignedCertificate(
                subject: DistinguishedName.pending, notBefore: Clock.seconds, notAfter: Clock.seconds + 365 * 86_400
            ).make(key: key)
            let entry = Keystore.Entry(
                aliasUnits: Array(Self.pendingAlias.utf16), createdMilliseconds: Clock.seconds * 1000,
                content: .privateKey(try .protecting(key, password: password, in: store.reading.settings), chain: [certificate]))
            let others = store.reading.keystore.entries.filter { $0.alias != Self.pendingAlias }
            return (key, StoreChange(keystore: Keystore(entries: others + [entry]), steps: [.init(.added, entry, in: store.format)]))
        } catch { throw store.problem(error) }
    }

    private func made(for key: PrivateKeyInfo, in store: OpenStore) throws -> [UInt8] {
        let alternatives: [AlternativeName]
        let name: [UInt8]
        do throws(NameError) {
            alternatives = try names.map { text throws(NameError) in try AlternativeName(text) }
            if let subject {
                name = try DistinguishedName(subject).der
            } else if let certificate = store.reading.keystore.identity?.content.certificates.first,
                let outline = try? certificate.outline()
            {
                name = Array(outline.subject)
            } else {
                throw NameError(.empty, position: 0)
            }
        } catch { throw ValidationError(error.text) }
        do throws(KeystoreError) { return try CertificateRequest(subject: name, alternativeNames: alternatives).make(key: key) } catch {
            throw store.problem(error)
        }
    }
}

extension DistinguishedName {
    fileprivate static var pending: DistinguishedName {
        get throws(KeystoreError) {
            do throws(NameError) { return try DistinguishedName("CN=waiting for a certificate") } catch {
                throw .malformed(field: "name", offset: 0)
            }
        }
    }
}
