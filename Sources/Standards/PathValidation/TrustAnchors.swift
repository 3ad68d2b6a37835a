public import struct FoundationEssentials.Date

/// Certificates that end a path. A copy is cheap: the index is shared.
public struct TrustAnchors: Sendable {
    /// What a certificate in the store vouches for.
    public enum Role: Hashable, Sendable {
        /// For itself when it is presented as an end entity, and for what it issued.
        case issuerOrItself
        /// For what it issued, never for itself as an end entity.
        case issuer
        /// For itself only.
        case itself
        /// For itself only, and only when its own key signed it.
        case itselfSelfSigned
    }

    private final class Index: Sendable {
        let byName: [NormalisedName: [ParsedCertificate]]
        let count: Int
        let distrusted: Set<ParsedCertificate>
        init(_ certificates: [ParsedCertificate], _ distrusted: [ParsedCertificate]) {
            var byName: [NormalisedName: [ParsedCertificate]] = [:]
            var known: Set<ParsedCertificate> = []
            self.distrusted = Set(distrusted)
            for certificate in certificates where !self.distrusted.contains(certificate) && known.insert(certificate).inserted {
                byName[certificate.subject.normalised, default: []].append(certificate)
            }
            (self.byName, count) = (byName, known.count)
        }
    }
    private let index: Index
    public let role: Role

    /// - Parameter distrusted: certificates that may stand nowhere in a path, anchors or not.
    public init(_ certificates: [ParsedCertificate], role: Role = .issuerOrItself, distrusted: [ParsedCertificate] = []) {
        index = Index(certificates, distrusted)
        self.role = role
    }

    public var count: Int { index.count }

    /// The very same certificate, byte for byte.
    public func contains(_ certificate: ParsedCertificate) -> Bool { named(certificate.subject).contains(certificate) }
    public func distrusts(_ certificate: ParsedCertificate) -> Bool {
        !index.distrusted.isEmpty && index.distrusted.contains(certificate)
    }

    func named(_ subject: CertificateName) -> [ParsedCertificate] { index.byName[subject.normalised] ?? [] }
}

extension TrustAnchors {
    public func endedNamesakes(of path: CandidatePath, at: Date) -> [ParsedCertificate] {
        path.endedNamesakes(among: path.certificates.dropFirst().flatMap { named($0.subject) }, at: at)
    }
}

extension CandidatePath {
    /// Those that bear the name of one of the path's authorities, are not on it, and have ended: what software may take that looks no farther
    /// than the name.
    public func endedNamesakes(among certificates: [ParsedCertificate], at: Date) -> [ParsedCertificate] {
        let authorities = self.certificates.dropFirst()
        return certificates.reduce(into: []) { found, candidate in
            guard candidate.notAfter < at, authorities.contains(where: { $0.subject == candidate.subject }),
                !self.certificates.contains(candidate), !found.contains(candidate)
            else { return }
            found.append(candidate)
        }
    }
}
