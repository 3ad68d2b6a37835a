/// Certificates that end a path. A copy is cheap: the index is shared.
public struct TrustAnchors: Sendable {
    private final class Index: Sendable {
        let byName: [NormalisedName: [CertificateFacts]]
        let known: Set<String>
        init(_ certificates: [ParsedCertificate]) {
            var byName: [NormalisedName: [CertificateFacts]] = [:]
            var known: Set<String> = []
            for certificate in certificates where known.insert(certificate.sha256).inserted {
                let facts = CertificateFacts(certificate)
                byName[facts.subject, default: []].append(facts)
            }
            (self.byName, self.known) = (byName, known)
        }
    }
    private let index: Index

    public init(_ certificates: [ParsedCertificate]) { index = Index(certificates) }

    public var count: Int { index.known.count }

    /// The very same certificate, byte for byte.
    public func contains(_ certificate: ParsedCertificate) -> Bool { index.known.contains(certificate.sha256) }

    func named(_ subject: NormalisedName) -> [CertificateFacts] { index.byName[subject] ?? [] }
}
