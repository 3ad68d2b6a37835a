import StrictDER

/// Where a certificate says that evidence about it is to be had.
extension ParsedCertificate {
    public var ocspURLs: [String] { accessURLs(EvidenceIdentifier.responderMethod) }
    /// caIssuers: where the issuer's certificate is.
    public var issuerURLs: [String] { accessURLs(EvidenceIdentifier.issuersMethod) }
    /// The URIs of the full names of all distribution points (RFC 5280 §4.2.1.13), in order.
    public var crlURLs: [String] {
        guard let outline = try? CertificateOutline(der: der[...]), let value = outline.value(of: EvidenceIdentifier.distributionPoints)
        else { return [] }
        return (try? DistributionPoint.all(in: value))?.flatMap(\.urls) ?? []
    }
    /// All of them.
    public var evidenceURLs: [String] { ocspURLs + crlURLs + issuerURLs }

    private func accessURLs(_ method: ObjectIdentifier) -> [String] {
        guard let outline = try? CertificateOutline(der: der[...]),
            let value = outline.value(of: EvidenceIdentifier.authorityInformationAccess)
        else { return [] }
        return AccessLocations.urls(in: value, method)
    }
}
