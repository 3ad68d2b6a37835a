import StrictDER

/// Finds out whose key made the signature on a list, among certificates that may be relied on.
enum ListSigners {
    /// Certificates of one name that are tried for one list.
    static let limit = 8

    /// Those that bear the name of the list's issuer and may sign lists, the one that its authorityKeyIdentifier means first.
    static func candidates(for list: CertificateRevocationList, among certificates: [EvidenceCertificate]) -> [EvidenceCertificate] {
        var seen: Set<ArraySlice<UInt8>> = []
        let named = certificates.filter { $0.subject == list.issuerName && $0.maySignLists && seen.insert($0.outline.der).inserted }
        guard let wanted = list.signingKeyIdentifier else { return Array(named.prefix(limit)) }
        let meant = named.filter { $0.outline.subjectKeyIdentifier == wanted }
        let others = named.filter { $0.outline.subjectKeyIdentifier != wanted }
        return Array((meant + others).prefix(limit))
    }

    /// - Parameters:
    ///   - certificates: relied on already.
    ///   - issuer: of the certificate that is asked about.
    static func signature(
        of item: SourcedList, among certificates: [EvidenceCertificate], issuer: NormalisedName, limits: EvidenceLimits
    ) -> ListSignature {
        guard certificates.contains(where: { $0.subject == item.list.issuerName }) else { return .refused(.issuerMissing) }
        let candidates = candidates(for: item.list, among: certificates)
        guard !candidates.isEmpty else { return .refused(.signerNotAuthorised(.crl, url: item.source)) }
        var unsupported: RevocationObstacle?
        for candidate in candidates {
            switch SignatureCheck.check(item.list.signature, by: candidate.outline.publicKeyInfo, limits: limits) {
            case .valid: return .by(candidate, candidate.role(forCertificatesOf: issuer))
            case .invalid: continue
            case .unsupported(let what): unsupported = .unsupported(.crl, url: item.source, what)
            }
        }
        return .refused(unsupported ?? .badSignature(.crl, url: item.source))
    }
}

extension EvidenceCertificate {
    func role(forCertificatesOf issuer: NormalisedName) -> EvidenceSigner {
        guard subject != issuer else { return .issuer }
        return .listIssuer(
            subject: DistinguishedNameText.text(outline.subject), sha256: hexadecimal(OCSPCertID.Hash.sha256.digest(outline.der)))
    }
}
