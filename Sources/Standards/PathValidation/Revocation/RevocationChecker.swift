import StrictDER

public import struct FoundationEssentials.Date

/// Which sources are asked, in which order, and how long their answers count.
public struct RevocationOptions: Hashable, Sendable {
    public var order: [RevocationProof.Kind]
    public var limits: EvidenceLimits
    /// Whether delta lists (RFC 5280 §5.2.6) are fetched where a list or certificate names one.
    public var usesDeltaLists: Bool

    public init(order: [RevocationProof.Kind] = [.crl, .ocsp], limits: EvidenceLimits = .standard, usesDeltaLists: Bool = true) {
        (self.order, self.limits, self.usesDeltaLists) = (order, limits, usesDeltaLists)
    }
    public static let standard = RevocationOptions()
}

/// Finds out for each certificate of a path whether it was revoked. Not knowing is an answer of its own.
public struct RevocationChecker: Sendable {
    public init() {}

    /// Responders that are asked about one certificate.
    static let locationLimit = 3

    /// One outcome for each certificate below the anchor, end entity first; they are found out side by side.
    /// - Parameters:
    ///   - signers: certificates that may have signed a list and are not on the path.
    ///   - signerPath: builds the path of such a signer; nil: `PathBuilder` does.
    ///   - nonce: makes the nonce of one OCSP request, at most 32 octets (RFC 9654 §2.1); nil asks without.
    public func check(
        path: CandidatePath, at time: Date, source: any EvidenceSource, options: RevocationOptions = .standard,
        signers: [ParsedCertificate] = [], signerPath: SignerPath? = nil, nonce: (@Sendable () -> [UInt8])? = nil
    ) async -> [RevocationOutcome] {
        let certificates = path.certificates
        return await withTaskGroup(of: (Int, RevocationOutcome).self) { group in
            for index in certificates.indices.dropLast() {
                group.addTask {
                    let inquiry = Inquiry(
                        index: index, path: certificates, signers: signers, signerPath: signerPath ?? ListAnchorage.built, time: time,
                        source: source, options: options, nonce: nonce)
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
    var index: Int
    var path: [ParsedCertificate]
    var signers: [ParsedCertificate]
    var signerPath: SignerPath
    var time: Date
    var source: any EvidenceSource
    var options: RevocationOptions
    var nonce: (@Sendable () -> [UInt8])?

    private var certificate: ParsedCertificate { path[index] }
    private var above: [ParsedCertificate] { Array(path[(index + 1)...]) }

    func status() async -> RevocationOutcome.Status {
        var obstacles: [RevocationObstacle] = []
        for kind in options.order {
            switch await ask(kind) {
            case .unknown(let why): obstacles += why
            case let known: return known
            }
        }
        return .unknown(obstacles.isEmpty ? [.noSource] : obstacles)
    }

    private func ask(_ kind: RevocationProof.Kind) async -> RevocationOutcome.Status {
        switch kind {
        case .crl:
            var search = ListSearch(
                anchorage: ListAnchorage(path: path, signerPath: signerPath), lists: [], others: path.dropLast() + signers, at: time,
                limits: options.limits, fetcher: ListFetcher(source: source, usesDeltaLists: options.usesDeltaLists))
            return await search.status(of: certificate, above: above)
        case .ocsp:
            var obstacles: [RevocationObstacle] = []
            for url in certificate.ocspURLs.prefix(RevocationChecker.locationLimit) {
                switch await ask(responder: url) {
                case .unknown(let why): obstacles += why
                case let known: return known
                }
            }
            return .unknown(obstacles)
        }
    }

    private func ask(responder url: String) async -> RevocationOutcome.Status {
        if let obstacle = PlainHTTP.obstacle(.ocsp, url) { return .unknown([obstacle]) }
        let nonce = nonce?()
        guard let issuer = above.first, let question = try? OCSPRequest.make(for: certificate, issuer: issuer, nonce: nonce) else {
            return .unknown([.issuerMissing])
        }
        switch await source.fetch(EvidenceRequest(kind: .ocsp(request: question), url: url)) {
        case .failed(let failure): return .unknown([.unreachable(.ocsp, url: url, failure)])
        case .answered(let status, _, let via, let body):
            guard status == 200 else { return .unknown([.httpStatus(.ocsp, url: url, status: status, via: via)]) }
            return OCSPResponse.judge(
                body, for: certificate, issuer: issuer, at: time, source: url, requestNonce: nonce, limits: options.limits)
        }
    }
}
