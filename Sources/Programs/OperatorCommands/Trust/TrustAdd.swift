import AgentRuntime
import ArgumentParser
import Foundation
import JavaKeystore
import PathValidation
import TrustedTransport
import X509

struct TrustAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add certificates to a trust store.",
        discussion: """
            From files (PEM or DER), or one certificate that an endpoint shows, chosen by its fingerprint. The store is backed up beside itself
            first and replaced at once. A running agent takes the change at its next start.
            """)

    @Argument(help: "PEM or DER files.") var sources: [String] = []
    @Option(help: "HOST:PORT that presents the certificate.") var from: HostAndPort?
    @Option(help: "HOST:PORT whose certificates say where the missing issuer is.") var fromAia: HostAndPort?
    @Option(help: "SHA-256 of the certificate to take from --from or --from-aia.") var fingerprint: Fingerprint?
    @Option(help: "HOST:PORT to dial instead.") var connect: HostAndPort?
    @OptionGroup var store: TrustStoreOptions
    @OptionGroup var proxy: ProxyOptions
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false

    func validate() throws {
        guard store.home != nil || store.trustStore != nil else {
            throw ValidationError("Say which store: --home HOME or --trust-store FILE.")
        }
        let live = [from, fromAia].compactMap { $0 }
        guard live.count + (sources.isEmpty ? 0 : 1) == 1 else { throw ValidationError("Give files, or --from, or --from-aia.") }
        if !live.isEmpty, fingerprint == nil {
            throw ValidationError(
                "--fingerprint is needed with --from and --from-aia: nothing is trusted unseen. midguard trust fetch shows it.")
        }
    }

    func run() async throws {
        let trust = try TrustInForce(store, proxy: proxy)
        let wanted = try await certificates(trust)
        let known = Set(trust.file.certificates.map(\.sha256))
        var new: [ParsedCertificate] = []
        for certificate in wanted {
            let isNew = !known.contains(certificate.sha256) && !new.contains(certificate)
            if isNew { new.append(certificate) }
            Console.result(
                "\(isNew ? (dryRun ? "would add" : "added") : "already there"): \(certificate.subject)\n  SHA-256 \(certificate.sha256)")
        }
        guard !new.isEmpty, !dryRun else { return }
        let backup = try trust.replace(with: try trust.bytes(adding: new))
        Console.result("\(trust.file.path) now has \(trust.file.certificates.count + new.count) certificates; before: \(backup)")
    }

    private func certificates(_ trust: TrustInForce) async throws -> [ParsedCertificate] {
        if let place = from ?? fromAia, let fingerprint {
            return [try await LiveCertificates(of: place, dial: connect, trust: trust).chosen(fingerprint, fetched: fromAia != nil)]
        }
        return try sources.flatMap { path -> [ParsedCertificate] in
            if let bytes = FileManager.default.contents(atPath: path), let one = try? ParsedCertificate(der: Array(bytes)) { return [one] }
            do throws(TrustStoreError) {
                return try TrustStoreFile(path: path, password: KeystorePassword("changeit")).certificates
            } catch {
                throw TrustInForce.failure(error)
            }
        }
    }
}
