public import StrictDER

public import struct FoundationEssentials.Date

extension CertificateRevocationList {
    /// What this list alone says about a certificate (RFC 5280 §6.3.3). A delta list says nothing alone.
    /// - Parameters:
    ///   - issuers: relied on by the caller: the certificates above it in its path, and who else may sign lists. One of them that bears the name
    ///     of the list's issuer must have signed it; after a change of keys that may be a later one.
    ///   - source: the URL or file that goes into proofs and obstacles.
    public func judge(
        _ certificate: ParsedCertificate, issuers: [ParsedCertificate], at time: Date, source: String, limits: EvidenceLimits = .standard
    ) -> RevocationOutcome.Status {
        guard let outline = try? CertificateOutline(der: certificate.der[...]) else {
            return .unknown([.unsupported(.crl, url: source, "certificate")])
        }
        return judge(
            outline, issuers: issuers.compactMap { try? CertificateOutline(der: $0.der[...]) }, at: time, source: source, limits: limits)
    }

    /// The same for certificates that are only outlined, whatever their keys.
    public func judge(
        _ certificate: CertificateOutline, issuers: [CertificateOutline], at time: Date, source: String, limits: EvidenceLimits = .standard
    ) -> RevocationOutcome.Status {
        guard let subject = try? EvidenceCertificate(certificate), let inquiry = try? ListInquiry(subject, at: time, limits: limits) else {
            return .unknown([.unsupported(.crl, url: source, "certificate")])
        }
        guard inquiry.concerns(self) else { return .unknown([.outOfScope(.crl, url: source)]) }
        guard !isDelta else { return .unknown([.unsupported(.crl, url: source, "delta list without a complete one")]) }
        let item = SourcedList(self, source: source)
        let signers = issuers.compactMap { try? EvidenceCertificate($0) }
        return inquiry.status(
            by: [item], signatures: [0: ListSigners.signature(of: item, among: signers, issuer: subject.issuer, limits: limits)])
    }

    /// Reads the bytes of an answer and judges by them; what is no list gives `.notAnAnswer`.
    public static func judge(
        _ bytes: [UInt8], for certificate: ParsedCertificate, issuers: [ParsedCertificate], at time: Date, source: String,
        limits: EvidenceLimits = .standard
    ) -> RevocationOutcome.Status {
        guard let list = try? CertificateRevocationList(bytes) else {
            return .unknown([.notAnAnswer(.crl, url: source, beginning: PrintableText.beginning(of: bytes))])
        }
        return list.judge(certificate, issuers: issuers, at: time, source: source, limits: limits)
    }

    /// The same for certificates that are only outlined.
    public static func judge(
        _ bytes: [UInt8], for certificate: CertificateOutline, issuers: [CertificateOutline], at time: Date, source: String,
        limits: EvidenceLimits = .standard
    ) -> RevocationOutcome.Status {
        guard let list = try? CertificateRevocationList(bytes) else {
            return .unknown([.notAnAnswer(.crl, url: source, beginning: PrintableText.beginning(of: bytes))])
        }
        return list.judge(certificate, issuers: issuers, at: time, source: source, limits: limits)
    }
}
