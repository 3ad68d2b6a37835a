import PathValidation
import TrustPolicy
import X509

extension ConnectionFindings {
    static func chain(_ evidence: ConnectionEvidence, context: FixContext) -> [Finding] {
        guard evidence.decision.policy.checks.chain else { return [] }
        guard let path = evidence.path else {
            return [malformed(evidence, reason: evidence.malformed.first ?? "no certificate was presented")]
        }
        guard !path.isValid else { return [] }
        return path.best.defects.map { explain($0, in: path.best, evidence, context) }
    }

    private static func malformed(_ evidence: ConnectionEvidence, reason: String) -> Finding {
        Finding(
            id: "chain.malformed", severity: .error, subject: evidence.subject,
            summary: "The certificate that \(evidence.endpoint.host) presents cannot be read.",
            cause: "It is not a certificate as RFC 5280 defines it.",
            evidence: ["error": String(reason.prefix(200))], fixes: [.init("Ask the owner of \(evidence.endpoint.host) to replace it")],
            references: ["RFC 5280 §4.1"])
    }

    /// One reason of RFC 5280 §6.1, with the certificate that it concerns. There is no `default`.
    private static func explain(_ defect: PathDefect, in path: CandidatePath, _ evidence: ConnectionEvidence, _ context: FixContext)
        -> Finding
    {
        let host = evidence.endpoint.host
        let certificate = path.certificates.indices.contains(defect.index) ? path.certificates[defect.index] : nil
        let named = certificate.map { $0.subject.description } ?? "the certificate"
        var facts = ["presented": evidence.presentedText, "trustStore": evidence.storeText, "certificate": named]
        facts["sha256"] = certificate?.sha256
        func finding(
            _ id: String, _ summary: String, _ cause: String, _ more: [String: String] = [:], fixes: [Finding.Fix], vendor: [String] = [],
            references: [String] = ["RFC 5280 §6.1"]
        ) -> Finding {
            Finding(
                id: id, severity: .error, subject: evidence.subject, summary: summary, cause: cause, evidence: facts.merging(more) { $1 },
                fixes: fixes, vendorMessages: vendor, references: references)
        }
        let replace = Finding.Fix("Ask the owner of \(host) for a certificate without this fault")
        switch defect.failure {
        case .malformed(let reason):
            return malformed(evidence, reason: reason)
        case .issuerNotFound(let issuer, let keyIdentifier, let urls):
            return missingIssuer(issuer, keyIdentifier, urls, path: path, facts: facts, evidence, context)
        case .rootNotTrusted(let root):
            return untrustedRoot(root, certificate: certificate, aia: false, facts: facts, evidence, context)
        case .selfSignedNotTrusted:
            return finding(
                "chain.self-signed", "\(host) presents a self-signed certificate that is not trusted.",
                "The certificate is its own issuer, so only an entry of its own in the trust store can vouch for it.",
                fixes: [
                    .init(
                        "Trust exactly this certificate, after comparing its fingerprint with the owner's",
                        command: certificate.map { context.trusting($0.sha256, from: evidence.endpoint, aia: false) }),
                    .init("Ask the owner of \(host) for a certificate from an authority"),
                ], vendor: ["PKIX path building failed", "unable to find valid certification path to requested target"])
        case .expired(let end):
            return finding(
                "chain.expired", "\(named) expired \(Words.time(end, from: evidence.at)).", "A certificate of the path is past its end.",
                ["notAfter": Words.time(end), "at": Words.time(evidence.at)],
                fixes: [
                    .init("Ask the owner of \(host) to renew it"),
                    .init("Make sure that this machine's clock is right", command: "date -u"),
                ],
                vendor: ["java.security.cert.CertificateExpiredException: NotAfter:", "Session contains no certificates - Untrusted"],
                references: ["RFC 5280 §4.1.2.5"])
        case .notYetValid(let begin):
            return finding(
                "chain.not-yet-valid", "\(named) is valid only from \(Words.time(begin, from: evidence.at)).",
                "A certificate of the path is not valid yet, or this machine's clock is behind.",
                ["notBefore": Words.time(begin), "at": Words.time(evidence.at)],
                fixes: [.init("Make sure that this machine's clock is right", command: "date -u"), replace],
                vendor: ["java.security.cert.CertificateNotYetValidException: NotBefore:"], references: ["RFC 5280 §4.1.2.5"])
        case .badSignature:
            return finding(
                "chain.bad-signature", "The signature on \(named) does not verify.",
                "It was altered, or another key of the same name signed it.",
                fixes: [replace], vendor: ["java.security.SignatureException: certificate does not verify with supplied key"])
        case .notACertificateAuthority:
            return finding(
                "chain.not-a-ca", "\(named) issued a certificate but is no certificate authority.",
                "Its basicConstraints extension does not say that it may issue.", fixes: [replace], references: ["RFC 5280 §4.2.1.9"])
        case .pathLengthExceeded(let limit, let found):
            return finding(
                "chain.path-length", "\(named) allows \(limit) authorities below it; there are \(found).",
                "A path length constraint is exceeded.",
                ["required": "at most \(limit)", "found": "\(found)"], fixes: [replace], references: ["RFC 5280 §4.2.1.9"])
        case .keyUsage(let required):
            return finding(
                "chain.usage", "\(named) may not be used for \(required).", "Its key usage extension leaves that out.",
                ["required": required],
                fixes: [replace], references: ["RFC 5280 §4.2.1.3"])
        case .extendedKeyUsage(let required, let found):
            return finding(
                "chain.usage", "\(named) may not be used for \(required).", "Its extended key usage extension leaves that out.",
                ["required": required, "found": Words.list(found)], fixes: [replace], references: ["RFC 5280 §4.2.1.12"])
        case .nameConstraint(let name, let constraint):
            return finding(
                "chain.name-constraint", "An authority of the path may not issue for \(name).", "Its name constraints leave that name out.",
                ["name": name, "constraint": constraint], fixes: [replace], references: ["RFC 5280 §4.2.1.10"])
        case .unknownCriticalExtension(let oid):
            return finding(
                "chain.unknown-critical-extension", "\(named) has a critical extension that is not understood: \(oid).",
                "A critical extension that cannot be processed forbids use of the certificate.", ["extension": oid], fixes: [replace],
                references: ["RFC 5280 §4.2"])
        case .weakAlgorithm(let found, let required):
            return finding(
                "chain.weak-algorithm", "\(named) relies on \(found).", "The policy wants \(required).",
                ["found": found, "required": required],
                fixes: [replace], vendor: ["Certificates do not conform to algorithm constraints"])
        case .signatureAlgorithmUnsupported(let oid):
            return finding(
                "chain.weak-algorithm", "\(named) is signed with an algorithm that is not supported: \(oid).",
                "The signature cannot be checked.",
                ["algorithm": oid], fixes: [replace], vendor: ["Certificates do not conform to algorithm constraints"])
        case .budgetExhausted(let what):
            return finding(
                "chain.policy", "Checking the chain that \(host) sends takes more work than is allowed: \(what).",
                "Chains like this are made to exhaust their readers.", ["limit": what], fixes: [replace])
        }
    }
}
