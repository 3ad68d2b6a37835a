public import struct Foundation.Date

/// Which sources are asked, in which order, and how long their answers count.
public struct RevocationOptions: Hashable, Sendable {
    public var order: [RevocationProof.Kind]
    public var limits: EvidenceLimits

    public init(order: [RevocationProof.Kind] = [.crl, .ocsp], limits: EvidenceLimits = .standard) {
        (self.order, self.limits) = (order, limits)
    }
    public static let standard = RevocationOptions()
}

/// Finds out for each certificate of a path whether it was revoked. Not knowing is an answer of its own.
public struct RevocationChecker: Sendable {
    public init() {}

    /// Locations of one kind that are tried for one certificate.
    static let locationLimit = 3

    /// One outcome for each certificate below the anchor, end entity first; they are found out side by side.
    public func check(
        path: CandidatePath, at time: Date, source: any EvidenceSource, options: RevocationOptions = .standard
    ) async -> [RevocationOutcome] {
        let certificates = path.certificates
        return await withTaskGroup(of: (Int, RevocationOutcome).self) { group in
            for index in certificates.indices.dropLast() {
                group.addTask {
                    let inquiry = Inquiry(
                        certificate: certificates[index], issuers: Array(certificates[(index + 1)...]), time: time, source: source,
                        options: options)
                    return (index, RevocationOutcome(certificate: certificates[index], status: await inquiry.status()))
                }
            }
            var outcomes: [(Int, RevocationOutcome)] = []
            for await outcome in group { outcomes.append(outcome) }
            return outcomes.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

/// One certificate's question, put to one source after the other until one knows.
private struct Inquiry: Sendable {
    var certificate: ParsedCertificate
    /// The certificates above it, nearest first.
    var issuers: [ParsedCertificate]
    var time: Date
    var source: any EvidenceSource
    var options: RevocationOptions

    func status() async -> RevocationOutcome.Status {
        var obstacles: [RevocationObstacle] = []
        for kind in options.order {
            for url in (kind == .crl ? certificate.crlURLs : certificate.ocspURLs).prefix(RevocationChecker.locationLimit) {
                let status = await ask(kind, url)
                guard case .unknown(let why) = status else { return status }
                obstacles += why
            }
        }
        return .unknown(obstacles.isEmpty ? [.noSource] : obstacles)
    }

    private func ask(_ kind: RevocationProof.Kind, _ url: String) async -> RevocationOutcome.Status {
        guard url.lowercased().hasPrefix("http://") else {
            return .unknown([.unreachable(kind, url: url, .unsupportedScheme(String(url.prefix { $0 != ":" }.prefix(16))))])
        }
        guard let issuer = issuers.first else { return .unknown([.issuerMissing]) }
        var request = EvidenceRequest(kind: .crl, url: url)
        if kind == .ocsp {
            guard let question = try? OCSPRequest.make(for: certificate, issuer: issuer) else { return .unknown([.issuerMissing]) }
            request.kind = .ocsp(request: question)
        }
        switch await source.fetch(request) {
        case .failed(let failure): return .unknown([.unreachable(kind, url: url, failure)])
        case .answered(let status, _, let via, let body):
            guard status == 200 else { return .unknown([.httpStatus(kind, url: url, status: status, via: via)]) }
            return kind == .crl
                ? CertificateRevocationList.judge(body, for: certificate, issuers: issuers, at: time, source: url, limits: options.limits)
                : OCSPResponse.judge(body, for: certificate, issuer: issuer, at: time, source: url, limits: options.limits)
        }
    }
}
