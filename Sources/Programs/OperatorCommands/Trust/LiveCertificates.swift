import ArgumentParser
import Diagnosis
import PathValidation
import TrustPolicy
import TrustedTransport

/// The certificates that an endpoint shows, for an administrator to compare and choose from.
struct LiveCertificates {
    var presented: [ParsedCertificate]
    /// Issuers that the endpoint did not send, fetched from where its certificates say.
    var fetched: [ParsedCertificate]

    init(of place: LiveEndpoint, dial: HostAndPort?, trust: TrustInForce) async throws {
        let transport = TrustedTransport(configuration: trust.configuration)
        let endpoint = place.endpoint
        let evidence = await transport.inspect(endpoint, dial: dial.map { (host: $0.host, port: $0.port) })
        if evidence.obstacle != nil || evidence.presented.isEmpty {
            let report = FindingText(colours: false).render(trust.findings(on: evidence, connect: dial))
            throw CommandFailure(message: "No certificates from \(endpoint.hostAndPort).\n\(report)", exitCode: 3)
        }
        presented = evidence.presented
        fetched = evidence.pathWithFetchedIssuers?.fetched ?? []
    }

    /// The one with that fingerprint, which must match exactly.
    func chosen(_ fingerprint: Fingerprint, fetched onlyFetched: Bool) throws -> ParsedCertificate {
        let candidates = onlyFetched ? fetched : presented
        if let found = candidates.first(where: { $0.sha256 == fingerprint.hexadecimal }) { return found }
        let shown = candidates.map { "  \($0.sha256)  \($0.subject)" }.joined(separator: "\n")
        throw CommandFailure(
            message: "The endpoint shows no certificate with the SHA-256 fingerprint \(fingerprint.hexadecimal)."
                + (shown.isEmpty ? "" : " It shows:\n\(shown)"), exitCode: 1)
    }
}

/// Something that shows certificates: `HOST:PORT` and `ldaps://HOST` by TLS from the start, `ldap://HOST` by StartTLS.
struct LiveEndpoint: ExpressibleByArgument {
    var endpoint: Endpoint

    init?(argument: String) {
        guard let endpoint = Endpoint(argument), endpoint.scheme != .http else { return nil }
        self.endpoint = endpoint
    }
}
