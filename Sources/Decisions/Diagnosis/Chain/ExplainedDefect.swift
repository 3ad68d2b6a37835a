import PathValidation

/// The words for one defect.
struct Explained {
    private let scene: PathFindings.Scene
    private let named: String
    private let facts: [String: String]
    private let replace: Finding.Fix

    init(_ defect: PathDefect, in path: CandidatePath, _ scene: PathFindings.Scene) {
        self.scene = scene
        let certificate = path.certificates.indices.contains(defect.index) ? path.certificates[defect.index] : nil
        named = certificate.map { $0.subject.isEmpty ? "a certificate without a subject" : $0.subject.description } ?? "the certificate"
        var facts = scene.facts
        facts["certificate"] = named
        facts["sha256"] = certificate?.sha256
        facts["extension"] = defect.failure.extensionOID
        self.facts = facts
        replace = .init("Ask the owner of \(scene.owner) for a certificate without this fault")
    }

    private func finding(
        _ id: String, _ summary: String, _ cause: String, _ more: [String: String] = [:], fixes: [Finding.Fix]? = nil,
        vendor: [String] = [],
        references: [String] = ["RFC 5280 §6.1"]
    ) -> Finding {
        Finding(
            id: id, severity: .error, subject: scene.subject, summary: summary, cause: cause, evidence: facts.merging(more) { $1 },
            fixes: fixes ?? [replace], vendorMessages: vendor, references: references)
    }

    /// There is no `default`: a failure that nobody explained does not compile.
    func finding(for failure: PathFailure) -> Finding {
        let untrusted = ["PKIX path building failed", "unable to find valid certification path to requested target"]
        let algorithms = ["Certificates do not conform to algorithm constraints"]
        let clock = Finding.Fix("Make sure that this machine's clock is right", command: "date -u")
        switch failure {
        case .malformed(let reason):
            return PathFindings.malformed(reason, scene)
        case .issuerNotFound(let issuer, let keyIdentifier, let urls):
            var more = ["missingIssuer": issuer]
            more["authorityKeyIdentifier"] = keyIdentifier
            if !urls.isEmpty { more["caIssuers"] = Words.list(urls) }
            return finding(
                "chain.intermediate-missing", "The issuer of \(named) is missing: \(issuer).",
                "It is neither presented nor in the trust store.", more,
                fixes: [.init("Add the missing certificate \(issuer) to the chain, or its root to the trust store")], vendor: untrusted)
        case .rootNotTrusted(let root):
            return finding(
                "chain.root-missing", "\(root) vouches for \(scene.owner) and is not in the trust store.",
                "The path is complete, but the authority at its end is not trusted here.", ["missingRoot": root],
                fixes: [.init("Add this root to the trust store, after comparing its fingerprint with its owner's")], vendor: untrusted,
                references: ["RFC 5280 §6.1.1 (d)"])
        case .selfSignedNotTrusted:
            return finding(
                "chain.self-signed", "\(scene.owner) presents a self-signed certificate that is not trusted.",
                "The certificate is its own issuer, so only an entry of its own in the trust store can vouch for it.",
                fixes: [
                    .init("Trust exactly this certificate, after comparing its fingerprint with the owner's"),
                    .init("Ask the owner of \(scene.owner) for a certificate from an authority"),
                ], vendor: untrusted)
        case .distrusted:
            return finding(
                "chain.policy", "\(named) is named as not to be trusted.", "No path may lead over it, whoever vouches for it.",
                references: ["RFC 5280 §6.1.1"])
        case .expired(let end):
            return finding(
                "chain.expired", "\(named) expired \(Words.time(end, from: scene.at)).", "A certificate of the path is past its end.",
                ["notAfter": Words.time(end), "at": Words.time(scene.at)],
                fixes: [.init("Ask the owner of \(scene.owner) to renew it"), clock],
                vendor: ["java.security.cert.CertificateExpiredException: NotAfter:", "Session contains no certificates - Untrusted"],
                references: ["RFC 5280 §4.1.2.5"])
        case .notYetValid(let begin):
            return finding(
                "chain.not-yet-valid", "\(named) is valid only from \(Words.time(begin, from: scene.at)).",
                "A certificate of the path is not valid yet, or this machine's clock is behind.",
                ["notBefore": Words.time(begin), "at": Words.time(scene.at)], fixes: [clock, replace],
                vendor: ["java.security.cert.CertificateNotYetValidException: NotBefore:"], references: ["RFC 5280 §4.1.2.5"])
        case .badSignature:
            return finding(
                "chain.bad-signature", "The signature on \(named) does not verify.",
                "It was altered, or another key of the same name signed it.",
                vendor: ["java.security.SignatureException: certificate does not verify with supplied key"])
        case .weakAlgorithm(let found, let required):
            return finding(
                "chain.weak-algorithm", "\(named) relies on \(found).", "The policy wants \(required) or stronger.",
                ["found": found, "required": required], vendor: algorithms)
        case .signatureAlgorithmUnsupported(let oid):
            return finding(
                "chain.weak-algorithm", "\(named) has a key, or is signed with an algorithm, that is not supported: \(oid).",
                "Nothing here can verify with it.", ["algorithm": oid], vendor: algorithms)
        case .malformedExtension(let oid):
            return finding(
                "chain.malformed", "\(named) has an extension that cannot be read: \(oid).",
                "It is not what RFC 5280 defines, is there twice, or may not stand there.", references: ["RFC 5280 §4.2"])
        case .notACertificateAuthority:
            return finding(
                "chain.not-a-ca", "\(named) issued a certificate but is no certificate authority.",
                "Its basicConstraints extension does not say that it may issue.", references: ["RFC 5280 §4.2.1.9"])
        case .pathLengthExceeded(let limit, let found):
            return finding(
                "chain.path-length", "\(named) allows \(limit) authorities below it; there are \(found).",
                "A path length constraint is exceeded.", ["required": "at most \(limit)", "found": "\(found)"],
                references: ["RFC 5280 §4.2.1.9"])
        case .keyUsage(let required):
            return finding(
                "chain.usage", "\(named) may not be used for \(required).", "Its key usage extension leaves that out.",
                ["required": required], references: ["RFC 5280 §4.2.1.3"])
        case .extendedKeyUsage(let required, let found):
            return finding(
                "chain.usage", "\(named) may not be used for \(required).", "Its extended key usage extension leaves that out.",
                ["required": required, "found": Words.list(found)], references: ["RFC 5280 §4.2.1.12"])
        case .extendedKeyUsageExcluded(let usage):
            return finding(
                "chain.usage", "\(named) may also be used for \(usage).", "That use may not stand beside the one that is required.",
                ["found": usage], references: ["Baseline Requirements §7.1.2.7.10"])
        case .nameConstraint(let name, let constraint):
            return finding(
                "chain.name-constraint", "An authority of the path may not issue for \(name).", "Its name constraints leave that name out.",
                ["name": name, "constraint": constraint], references: ["RFC 5280 §4.2.1.10"])
        case .unknownCriticalExtension(let oid):
            return finding(
                "chain.unknown-critical-extension", "\(named) has a critical extension that is not understood: \(oid).",
                "A critical extension that cannot be processed forbids use of the certificate.", references: ["RFC 5280 §4.2"])
        case .noValidPolicy(let acceptable):
            return finding(
                "chain.policy", "No certificate policy that is acceptable is valid for \(named).",
                "A policy is required, by the caller or by an authority of the path.",
                ["acceptable": acceptable.isEmpty ? "any" : Words.list(acceptable)], references: ["RFC 5280 §6.1.5 (g)"])
        case .policyMappingOfAnyPolicy:
            return finding(
                "chain.policy", "\(named) maps a certificate policy from or to anyPolicy.", "That would make every policy every other.",
                references: ["RFC 5280 §4.2.1.5"])
        case .profile(let rule):
            return finding(
                "chain.policy", "\(named) breaks a rule of the profile that was asked for: \(rule.rawValue).",
                "Path validation does not need the rule; the profile does.", ["rule": rule.rawValue], references: [rule.source])
        case .budgetExhausted(let what):
            return finding(
                "chain.policy", "Checking the chain that \(scene.owner) presents takes more work than is allowed: \(what).",
                "Chains like this are made to exhaust their readers.", ["limit": what])
        }
    }
}
