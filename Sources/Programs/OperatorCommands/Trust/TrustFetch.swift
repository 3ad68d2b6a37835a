import ArgumentParser
import Foundation
import JavaKeystore
import PathValidation
import X509

struct TrustFetch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Print the certificates that an endpoint shows, as PEM.",
        discussion: "Nothing is trusted by this: compare fingerprints with the owner's before you use what it prints.")

    @Argument(help: "HOST:PORT; ldap://HOST[:PORT] for StartTLS.") var place: LiveEndpoint
    @Option(help: "Only the certificate with this SHA-256 fingerprint.") var fingerprint: Fingerprint?
    @Flag(help: "Issuers that the endpoint does not send, fetched from where its certificates say.") var aia = false
    @Option(help: "HOST:PORT to dial instead.") var connect: HostAndPort?
    @OptionGroup var store: TrustStoreOptions
    @OptionGroup var proxy: ProxyOptions

    func run() async throws {
        let live = try await LiveCertificates(of: place, dial: connect, trust: TrustInForce(store, proxy: proxy))
        let chosen = try fingerprint.map { [try live.chosen($0, fetched: aia)] } ?? (aia ? live.fetched : live.presented)
        guard !chosen.isEmpty else { throw CommandFailure(message: "No certificate could be fetched.", exitCode: 3) }
        for certificate in chosen {
            Console.error("\(certificate.subject)\n  SHA-256 \(certificate.sha256)")
            StandardStream.write(Array(PEM.encode(certificate: certificate.der).utf8), to: 1)
        }
    }
}
