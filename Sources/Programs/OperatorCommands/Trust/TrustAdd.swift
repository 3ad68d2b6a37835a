import ArgumentParser
import Diagnosis
import JavaKeystore
import PathValidation
import TrustedTransport

struct TrustAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add certificates to a trust store.",
        discussion: """
            From files (PEM with any number of certificates, DER, PKCS#7, PKCS#12 and every type of keystore), or one certificate that an
            endpoint shows, chosen by its fingerprint. Says what happens to each certificate, and asks a person at a terminal first. The store
            is backed up beside itself and replaced at once. A running agent takes the change within seconds.
            """)

    @Argument(help: "Files with certificates; - is standard input.") var sources: [String] = []
    @Option(help: "HOST:PORT that presents the certificate; ldap://HOST for StartTLS.") var from: LiveEndpoint?
    @Option(help: "HOST:PORT whose certificates say where the missing issuer is.") var fromAia: LiveEndpoint?
    @Option(help: "SHA-256 of the certificate to take from --from or --from-aia.") var fingerprint: Fingerprint?
    @Option(help: "HOST:PORT to dial instead.") var connect: HostAndPort?
    @OptionGroup var store: TrustStoreOptions
    @OptionGroup var proxy: ProxyOptions
    @OptionGroup var sourcePassword: PasswordOptions<SourcePassword>
    @Flag(help: "Do not ask.") var yes = false
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false

    func validate() throws {
        try store.requireOne()
        let live = [from, fromAia].compactMap { $0 }
        guard live.count + (sources.isEmpty ? 0 : 1) == 1 else { throw ValidationError("Give files, or --from, or --from-aia.") }
        if !live.isEmpty, fingerprint == nil {
            throw ValidationError(
                "--fingerprint is needed with --from and --from-aia: nothing is trusted unseen. midguard trust fetch shows it.")
        }
    }

    func run() async throws {
        let trust = try TrustInForce(store, proxy: proxy)
        if let note = trust.note { Console.error(FindingText(colours: false).render([note])) }
        let entries = try TrustedEntries(trust)
        let wanted = try await certificates(trust)
        let known = Set(entries.entries.map(\.sha256))
        var new: [StoredCertificate] = []
        for certificate in wanted {
            let row = CertificateRow(certificate)
            let isNew = !known.contains(row.sha256) && !new.contains(certificate)
            if isNew { new.append(certificate) }
            Console.result("\(isNew ? "new" : "already there"): \(Printable.line(row.subject ?? "(unreadable)"))\n  SHA-256 \(row.sha256)")
        }
        let findings = leaves(new, among: wanted, trust)
        if !findings.isEmpty { Console.error(FindingText(colours: false).render(findings)) }
        guard !new.isEmpty, !dryRun else { return }
        if !yes, Terminal.isThere, !Terminal.confirms("Trust \(new.count == 1 ? "this certificate" : "these \(new.count) certificates")?") {
            throw CommandFailure(message: "Nothing was written.", exitCode: 1)
        }
        let backup = try trust.replace(with: entries.bytes(without: [], adding: new))
        Console.result("\(entries.path) now has \(entries.entries.count + new.count) certificates; before: \(backup)")
    }

    /// A server's own certificate serves for that server only, and ends soon; its issuer is what to trust.
    private func leaves(_ new: [StoredCertificate], among all: [StoredCertificate], _ trust: TrustInForce) -> [Finding] {
        let parsed = new.compactMap { try? ParsedCertificate(der: $0.der) }
        return parsed.filter { !$0.isCertificateAuthority && $0.subject != $0.issuer }.map { leaf in
            Finding(
                id: "store.leaf-trusted", severity: .warning, subject: trust.file.path,
                summary: "\(leaf.subject) is no authority: it is trusted for itself only, until it is replaced.",
                cause: "It was issued by \(leaf.issuer); whoever trusts that authority trusts the next certificate, too.",
                evidence: ["certificate": leaf.sha256, "issuer": "\(leaf.issuer)"],
                fixes: [.init("Add the certificate of \(leaf.issuer) instead")])
        }
    }

    private func certificates(_ trust: TrustInForce) async throws -> [StoredCertificate] {
        if let place = from ?? fromAia, let fingerprint {
            let live = try await LiveCertificates(of: place, dial: connect, trust: trust)
            return [StoredCertificate(der: try live.chosen(fingerprint, fetched: fromAia != nil).der)]
        }
        return try sources.flatMap { path -> [StoredCertificate] in
            do throws(StoreProblem) {
                // Trust stores mostly have the password that everybody knows.
                switch try ImportSource.read(
                    path, password: sourcePassword.source, keyPassword: nil, fallback: KeystorePassword("changeit"))
                {
                case .material(let material, let name, let damages):
                    if !damages.isEmpty { throw StoreProblem(damages, exitCode: 1) }
                    guard !material.certificates.isEmpty else {
                        throw StoreProblem(StoreFindings.notCertificates(name, reason: "it holds none"), exitCode: 1)
                    }
                    return material.certificates
                case .store(let store, _):
                    return store.everything.compactMap { entry in
                        switch entry.content {
                        case .trustedCertificate(let certificate): certificate
                        // Of somebody's key pair the authority at the end of the chain is what can be trusted.
                        case .privateKey(_, let chain): chain.last
                        case .secretKey: nil
                        }
                    }
                }
            } catch { throw CommandFailure(findings: error.findings, exitCode: error.exitCode) }
        }
    }
}
