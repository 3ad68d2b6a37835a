public import StrictDER

public import struct FoundationEssentials.Date

extension OCSPResponse {
    /// What this answer says about this certificate of this issuer, and nothing else (RFC 6960 §3.2). The issuer is taken as the caller gives
    /// it: whether it may be relied on is the path's matter.
    ///
    /// - Parameter requestNonce: a different one in the answer refuses it; none in the answer is accepted, as most responders sign ahead,
    ///   unless `limits.requiresNonce`.
    public static func judge(
        _ bytes: [UInt8], for certificate: ParsedCertificate, issuer: ParsedCertificate, at time: Date, source: String,
        requestNonce: [UInt8]? = nil, limits: EvidenceLimits = .standard
    ) -> RevocationOutcome.Status {
        guard let subject = try? CertificateOutline(der: certificate.der[...]),
            let authority = try? CertificateOutline(der: issuer.der[...])
        else { return .unknown([.unsupported(.ocsp, url: source, "certificate")]) }
        return judge(bytes, for: subject, issuer: authority, at: time, source: source, requestNonce: requestNonce, limits: limits)
    }

    /// The same for certificates that are only outlined, whatever their keys.
    public static func judge(
        _ bytes: [UInt8], for certificate: CertificateOutline, issuer: CertificateOutline, at time: Date, source: String,
        requestNonce: [UInt8]? = nil, limits: EvidenceLimits = .standard
    ) -> RevocationOutcome.Status {
        guard let subject = try? EvidenceCertificate(certificate), let authority = try? EvidenceCertificate(issuer) else {
            return .unknown([.unsupported(.ocsp, url: source, "certificate")])
        }
        let message: Message
        do { message = try read(bytes) } catch {
            return .unknown([.notAnAnswer(.ocsp, url: source, beginning: PrintableText.beginning(of: bytes))])
        }
        switch message {
        case .error(let status): return .unknown([.statusUnknown(url: source, "\(status)")])
        case .answer(let response):
            let judge = OCSPJudge(response: response, issuer: authority, time: time, source: source, limits: limits)
            return judge.status(of: subject, requestNonce: requestNonce)
        }
    }
}

/// One answer, one issuer, one moment.
struct OCSPJudge {
    var response: OCSPResponse
    var issuer: EvidenceCertificate
    var time: Date
    var source: String
    var limits: EvidenceLimits

    func status(of certificate: EvidenceCertificate, requestNonce: [UInt8]?) -> RevocationOutcome.Status {
        // An answer's meaning is looked at only after its signature.
        let signer: EvidenceSigner
        switch findSigner() {
        case .failure(let obstacle): return .unknown([obstacle])
        case .success(let found): signer = found
        }
        if let unprocessed = response.unprocessed { return .unknown([unprocessed.obstacle(.ocsp, url: source)]) }
        if let requestNonce, response.nonce.map({ $0 != requestNonce }) ?? limits.requiresNonce {
            return .unknown([.nonceMismatch(url: source)])
        }
        guard !limits.isAhead(response.producedAt, of: time) else {
            return .unknown([.producedInFuture(url: source, producedAt: response.producedAt)])
        }
        let singles = response.singles.filter { $0.identifier.matches(certificate, issuer: issuer) }
        guard !singles.isEmpty else { return .unknown([.outOfScope(.ocsp, url: source)]) }
        return worst(of: singles, signer)
    }

    /// Of several statements that count, revoked wins. Good beside unknown is neither.
    private func worst(of singles: [OCSPResponse.Single], _ signer: EvidenceSigner) -> RevocationOutcome.Status {
        var good: RevocationProof?
        var isUnknown = false
        var obstacles: [RevocationObstacle] = []
        var revoked: RevocationOutcome.Status?
        var notUnderstood: RevocationObstacle?
        for single in singles {
            if let unprocessed = single.unprocessed {
                notUnderstood = notUnderstood ?? unprocessed.obstacle(.ocsp, url: source)
                continue
            }
            if let objection = limits.objection(.ocsp, source, from: single.thisUpdate, until: single.nextUpdate, at: time) {
                obstacles.append(objection)
                continue
            }
            let proof = RevocationProof(
                kind: .ocsp, source: source, thisUpdate: single.thisUpdate, nextUpdate: single.nextUpdate, producedAt: response.producedAt,
                signer: signer)
            switch single.status {
            case .revoked(let moment, let reason): revoked = revoked ?? .revoked(proof, at: moment, reason: reason)
            case .good: good = good ?? proof
            case .unknown: isUnknown = true
            }
        }
        if let revoked { return revoked }
        // What is not understood may change what the others mean.
        if let notUnderstood { return .unknown([notUnderstood]) }
        switch (good, isUnknown) {
        case (.some, true): return .unknown([.contradictory(url: source)])
        case (.some(let proof), false): return .good(proof)
        case (nil, true): return .unknown([.statusUnknown(url: source, "unknown")] + obstacles)
        case (nil, false): return .unknown(obstacles)
        }
    }

    private enum Finding {
        case success(EvidenceSigner)
        case failure(RevocationObstacle)
    }

    /// The issuer, or a responder that the issuer itself authorised (RFC 6960 §4.2.2.2).
    private func findSigner() -> Finding {
        var unsupported: RevocationObstacle?
        var isNamed = false
        if names(issuer) {
            isNamed = true
            switch SignatureCheck.check(response.signature, by: issuer.outline.publicKeyInfo, limits: limits) {
            case .valid: return .success(.issuer)
            case .invalid: break
            case .unsupported(let what): unsupported = .unsupported(.ocsp, url: source, what)
            }
        }
        for outline in response.certificates where outline.der != issuer.outline.der {
            guard let delegate = try? EvidenceCertificate(outline), names(delegate), isAuthorised(delegate) else { continue }
            isNamed = true
            switch SignatureCheck.check(response.signature, by: outline.publicKeyInfo, limits: limits) {
            case .valid: return .success(delegate.asDelegate)
            case .invalid: break
            case .unsupported(let what): unsupported = .unsupported(.ocsp, url: source, what)
            }
        }
        if let unsupported { return .failure(unsupported) }
        return .failure(isNamed ? .badSignature(.ocsp, url: source) : .signerNotAuthorised(.ocsp, url: source))
    }

    /// Whether the answer's responder identifier means this certificate.
    private func names(_ certificate: EvidenceCertificate) -> Bool {
        switch response.responder {
        case .name(let name): certificate.subject == name
        case .keyHash(let hash): OCSPCertID.Hash.sha1.digest(certificate.key).elementsEqual(hash)
        }
    }

    /// "This certificate MUST be issued directly by the CA that is identified in the request … A certificate's issuer SHOULD use the same
    /// key", RFC 6960 §4.2.2.2: with another key we could not tell that it is the same authority.
    private func isAuthorised(_ delegate: EvidenceCertificate) -> Bool {
        let outline = delegate.outline
        guard delegate.issuer == issuer.subject, outline.innerAlgorithm == outline.signatureAlgorithm,
            delegate.extendedKeyUsages.contains(where: { EvidenceIdentifier.ocspSigning == $0 }), delegate.maySignAnswers,
            delegate.criticalExtensionsAreKnown, isInForce(outline)
        else { return false }
        return SignatureCheck.check(delegate.signature, by: issuer.outline.publicKeyInfo, limits: limits) == .valid
    }

    private func isInForce(_ outline: CertificateOutline) -> Bool {
        guard let begin = try? outline.seconds(outline.notBefore, "notBefore"), let end = try? outline.seconds(outline.notAfter, "notAfter")
        else { return false }
        let now = time.timeIntervalSince1970
        // notAfter is the last second that belongs to it (RFC 5280 §4.1.2.5).
        return Double(begin) <= now + limits.skew && now < Double(end) + 1
    }
}

extension EvidenceCertificate {
    fileprivate var asDelegate: EvidenceSigner {
        .delegate(
            subject: DistinguishedNameText.text(outline.subject), sha256: hexadecimal(OCSPCertID.Hash.sha256.digest(outline.der)),
            isExemptFromChecks: outline.value(of: EvidenceIdentifier.noCheck) != nil)
    }

    /// digitalSignature or nonRepudiation, where key usages are given at all: what goes with id-kp-OCSPSigning, RFC 5280 §4.2.1.12.
    fileprivate var maySignAnswers: Bool {
        do { return try keyUsage().map { $0.contains(0) || $0.contains(1) } ?? true } catch { return false }
    }

    fileprivate var criticalExtensionsAreKnown: Bool {
        let known = [
            EvidenceIdentifier.keyUsage, EvidenceIdentifier.extendedKeyUsage, EvidenceIdentifier.basicConstraints,
            EvidenceIdentifier.subjectAlternativeName, EvidenceIdentifier.certificatePolicies, EvidenceIdentifier.noCheck,
            EvidenceIdentifier.authorityKeyIdentifier, EvidenceIdentifier.subjectKeyIdentifier, EvidenceIdentifier.distributionPoints,
            EvidenceIdentifier.authorityInformationAccess,
        ]
        return outline.extensions.allSatisfy { item in !item.isCritical || known.contains { $0 == item.identifier } }
    }
}
