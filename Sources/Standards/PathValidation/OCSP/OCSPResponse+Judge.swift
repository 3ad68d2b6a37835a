import X509

public import struct Foundation.Date

extension OCSPResponse {
    /// What this answer says about this certificate of this issuer, and nothing else (RFC 6960 §3.2).
    ///
    /// - Parameter requestNonce: a different one in the answer refuses it; none in the answer is accepted, as most responders sign ahead.
    public static func judge(
        _ bytes: [UInt8], for certificate: ParsedCertificate, issuer: ParsedCertificate, at time: Date, source: String,
        requestNonce: [UInt8]? = nil, limits: EvidenceLimits = .standard
    ) -> RevocationOutcome.Status {
        let notAnAnswer = RevocationOutcome.Status.unknown([
            .notAnAnswer(.ocsp, url: source, beginning: PrintableText.beginning(of: bytes))
        ])
        guard let message = try? read(bytes), let subject = try? CertificateParts(certificate),
            let authority = try? CertificateParts(issuer)
        else { return notAnAnswer }
        switch message {
        case .error(let status): return .unknown([.statusUnknown(url: source, status)])
        case .answer(let response):
            // An answer's meaning is looked at only after its signature.
            if let obstacle = response.signatureObstacle(issuer, authority, at: time, source, limits) { return .unknown([obstacle]) }
            if let unsupported = response.unsupported { return .unknown([.unsupported(.ocsp, url: source, unsupported)]) }
            if let requestNonce, let nonce = response.nonce, nonce != requestNonce {
                return .unknown([.unsupported(.ocsp, url: source, "an answer to another request (nonce)")])
            }
            return response.status(subject, authority, at: time, source, limits)
        }
    }

    /// Of several answers about the certificate, revoked wins, then good.
    private func status(
        _ certificate: CertificateParts, _ issuer: CertificateParts, at time: Date, _ source: String, _ limits: EvidenceLimits
    ) -> RevocationOutcome.Status {
        let mine = singles.filter { $0.identifier.matches(certificate, issuer: issuer) }
        guard !mine.isEmpty else { return .unknown([.outOfScope(.ocsp, url: source)]) }
        var good: RevocationProof?
        var obstacles: [RevocationObstacle] = []
        for single in mine {
            if let objection = limits.objection(.ocsp, source, from: single.thisUpdate, until: single.nextUpdate, at: time) {
                obstacles.append(objection)
                continue
            }
            let proof = RevocationProof(kind: .ocsp, source: source, thisUpdate: single.thisUpdate, nextUpdate: single.nextUpdate)
            switch single.status {
            case .revoked(let moment, let reason): return .revoked(proof, at: moment, reason: reason)
            case .good: good = good ?? proof
            case .unknown: obstacles.append(.statusUnknown(url: source, "unknown"))
            }
        }
        return good.map { .good($0) } ?? .unknown(obstacles)
    }

    /// Signed by the issuer, or by a responder that the issuer itself authorised (RFC 6960 §4.2.2.2).
    private func signatureObstacle(
        _ issuer: ParsedCertificate, _ authority: CertificateParts, at time: Date, _ source: String, _ limits: EvidenceLimits
    ) -> RevocationObstacle? {
        var signers: [ParsedCertificate] = names(authority) ? [issuer] : []
        for certificate in certificates where certificate != issuer {
            guard let parts = try? CertificateParts(certificate), names(parts),
                isDelegate(certificate, parts, of: issuer, authority, at: time, limits)
            else { continue }
            signers.append(certificate)
        }
        guard !signers.isEmpty else { return .signerNotAuthorised(.ocsp, url: source) }
        var unsupported: String?
        for signer in signers {
            switch SignatureCheck.check(signature, by: signer.certificate.publicKey, allowsInsecureSHA1: limits.allowsInsecureSHA1) {
            case .valid: return nil
            case .invalid: continue
            case .unsupported(let what): unsupported = what
            }
        }
        return unsupported.map { .unsupported(.ocsp, url: source, $0) } ?? .badSignature(.ocsp, url: source)
    }

    /// Whether the answer's responder identifier means this certificate.
    private func names(_ certificate: CertificateParts) -> Bool {
        switch responder {
        case .name(let name): certificate.subject.elementsEqual(name)
        case .keyHash(let hash): OCSPCertID.digest(certificate.key, .sha1).elementsEqual(hash)
        }
    }

    private func isDelegate(
        _ certificate: ParsedCertificate, _ parts: CertificateParts, of issuer: ParsedCertificate, _ authority: CertificateParts,
        at time: Date,
        _ limits: EvidenceLimits
    ) -> Bool {
        guard parts.issuer.elementsEqual(authority.subject), let usages = try? certificate.certificate.extensions.extendedKeyUsage,
            usages.contains(.ocspSigning)
        else { return false }
        let now = time.timeIntervalSince1970
        guard certificate.certificate.notValidBefore.timeIntervalSince1970 <= now + limits.skew,
            now <= certificate.certificate.notValidAfter.timeIntervalSince1970
        else { return false }
        return SignatureCheck.check(parts.signature, by: issuer.certificate.publicKey, allowsInsecureSHA1: limits.allowsInsecureSHA1)
            == .valid
    }
}
