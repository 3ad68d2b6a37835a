import SwiftASN1
import X509

public import struct Foundation.Date

extension CertificateRevocationList {
    /// What this list says about a certificate (RFC 5280 §6.3.3).
    /// - Parameters:
    ///   - issuers: the certificates above it in its path. One of them that bears its issuer's name must have signed the list; after a change of
    ///     keys that may be a later one.
    ///   - source: the URL or file that goes into proofs and obstacles.
    public func judge(
        _ certificate: ParsedCertificate, issuers: [ParsedCertificate], at time: Date, source: String, limits: EvidenceLimits = .standard
    ) -> RevocationOutcome.Status {
        if let obstacle = obstacle(certificate, issuers, time, source, limits) { return .unknown([obstacle]) }
        let proof = RevocationProof(kind: .crl, source: source, thisUpdate: thisUpdate, nextUpdate: nextUpdate)
        guard let entry = entry(serial: certificate.certificate.serialNumber.bytes) else { return .good(proof) }
        return .revoked(proof, at: entry.revoked, reason: entry.reason)
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

    private func obstacle(
        _ certificate: ParsedCertificate, _ issuers: [ParsedCertificate], _ time: Date, _ source: String, _ limits: EvidenceLimits
    ) -> RevocationObstacle? {
        let name = NormalisedName(certificate.issuer)
        let signers = issuers.filter { NormalisedName($0.subject) == name }
        if signers.isEmpty { return .issuerMissing }
        guard NormalisedName(issuer) == name else { return .signerNotAuthorised(.crl, url: source) }
        let authorised = signers.filter(\.maySignLists)
        if authorised.isEmpty { return .signerNotAuthorised(.crl, url: source) }
        // An answer's meaning is looked at only after its signature.
        var results: [SignatureCheck.Result] = []
        for signer in authorised where !results.contains(.valid) {
            results.append(
                SignatureCheck.check(signature, by: signer.certificate.publicKey, allowsInsecureSHA1: limits.allowsInsecureSHA1))
        }
        guard results.contains(.valid) else {
            if case .unsupported(let what)? = results.first { return .unsupported(.crl, url: source, what) }
            return .badSignature(.crl, url: source)
        }
        if let unsupported { return .unsupported(.crl, url: source, unsupported) }
        if let objection = limits.objection(.crl, source, from: thisUpdate, until: nextUpdate, at: time) { return objection }
        let points = certificate.distributionPoints
        // Every place of the certificate names another signer: an indirect list is meant, and this is none.
        if !points.isEmpty, points.allSatisfy({ $0.issuers != nil }) { return .outOfScope(.crl, url: source) }
        if let distributionPoint, !distributionPoint.covers(certificate) { return .outOfScope(.crl, url: source) }
        return nil
    }
}

extension ParsedCertificate {
    /// cRLSign, where key usages are given at all (RFC 5280 §6.3.3 (f)).
    fileprivate var maySignLists: Bool {
        guard let usage = try? certificate.extensions.keyUsage else { return certificate.extensions[oid: [2, 5, 29, 15]] == nil }
        return usage.cRLSign
    }
}

/// What may be shown of bytes that should have been an answer.
enum PrintableText {
    /// At most 80 characters, printable ASCII; every other octet becomes one dot, white space one space.
    static func beginning(of bytes: [UInt8]) -> String {
        String(
            decoding: bytes.prefix(80).map { octet in
                switch octet {
                case 0x20...0x7E: octet
                case 0x09...0x0D: UInt8(ascii: " ")
                default: UInt8(ascii: ".")
                }
            }, as: UTF8.self)
    }
}
