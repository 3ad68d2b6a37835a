/// Fetches lists, and certificates of those who sign them, over plain HTTP: over TLS the answer would need a status itself.
struct ListFetcher: Sendable {
    let source: any EvidenceSource
    let usesDeltaLists: Bool

    enum Answer {
        case success(CertificateRevocationList)
        case failure(RevocationObstacle)
    }

    func list(at url: String) async -> Answer {
        if let obstacle = PlainHTTP.obstacle(.crl, url) { return .failure(obstacle) }
        switch await source.fetch(EvidenceRequest(kind: .crl, url: url)) {
        case .failed(let failure): return .failure(.unreachable(.crl, url: url, failure))
        case .answered(let status, _, let via, let body):
            guard status == 200 else { return .failure(.httpStatus(.crl, url: url, status: status, via: via)) }
            guard let list = try? CertificateRevocationList(body) else {
                return .failure(.notAnAnswer(.crl, url: url, beginning: PrintableText.beginning(of: body)))
            }
            return .success(list)
        }
    }

    func certificates(at url: String) async -> [ParsedCertificate] {
        guard PlainHTTP.obstacle(.crl, url) == nil,
            case .answered(200, _, _, let body) = await source.fetch(EvidenceRequest(kind: .issuer, url: url))
        else { return [] }
        return FetchedIssuers.certificates(in: body)
    }
}

enum PlainHTTP {
    /// nil for `http://`.
    static func obstacle(_ kind: RevocationProof.Kind, _ url: String) -> RevocationObstacle? {
        guard url.prefix(7).lowercased() != "http://" else { return nil }
        return .unreachable(kind, url: url, .unsupportedScheme(String(url.prefix { $0 != ":" }.prefix(16))))
    }
}
