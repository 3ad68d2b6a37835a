import PathValidation
import TrustPolicy

/// Telling apart the four ways in which a path ends in the dark: intermediate not sent, root not stored, interception, both missing.
extension ConnectionFindings {
    static func missingIssuer(
        _ issuer: String, _ keyIdentifier: String?, _ urls: [String], path: CandidatePath, facts: [String: String],
        _ evidence: ConnectionEvidence,
        _ context: FixContext
    ) -> Finding {
        var facts = facts
        facts["missingIssuer"] = issuer
        facts["authorityKeyIdentifier"] = keyIdentifier
        if !urls.isEmpty { facts["caIssuers"] = Words.list(urls) }
        if let repaired = evidence.pathWithFetchedIssuers {
            if repaired.isValid { return intermediateMissing(issuer, repaired: repaired, facts: facts, evidence, context) }
            // The intermediate could be fetched, and what it leads to is not trusted either: that is the root cause.
            if let defect = repaired.best.defects.first, case .rootNotTrusted(let root) = defect.failure,
                repaired.best.certificates.indices.contains(defect.index)
            {
                return untrustedRoot(
                    root, certificate: repaired.best.certificates[defect.index], aia: true, facts: facts, evidence, context)
            }
        }
        let last = path.certificates.last
        let endsInAuthority = path.certificates.count > 1 || last?.isCertificateAuthority == true
        if endsInAuthority { return untrustedRoot(issuer, certificate: nil, aia: false, facts: facts, evidence, context) }
        if let sign = InterceptionSigns.sign(in: [issuer]) {
            return intercepted(sign, root: nil, aia: false, facts: facts, evidence, context)
        }
        return intermediateMissing(issuer, repaired: nil, facts: facts, evidence, context)
    }

    private static func intermediateMissing(
        _ issuer: String, repaired: PathOutcome?, facts: [String: String], _ evidence: ConnectionEvidence, _ context: FixContext
    ) -> Finding {
        let host = evidence.endpoint.host
        let used = repaired.map { outcome in outcome.fetched.filter { outcome.best.certificates.contains($0) } } ?? []
        var fixes = used.prefix(1).map { fetched in
            Finding.Fix(
                "Trust the missing intermediate \(fetched.subject.description), fetched from where the certificate says",
                command: context.trusting(fetched.sha256, from: evidence.endpoint, aia: true))
        }
        fixes.append(.init("Ask the owner of \(host) to send the whole chain"))
        return Finding(
            id: "chain.intermediate-missing", severity: .error, subject: evidence.subject,
            summary: "\(host) does not send its intermediate certificate \(issuer).",
            cause: "The server's chain stops too early; the issuer named in it is neither sent nor in the trust store.", evidence: facts,
            fixes: fixes,
            vendorMessages: ["No issuer certificate for certificate in certification path found.", "PKIX path building failed"],
            references: ["RFC 5280 §6.1", "RFC 8446 §4.4.2"])
    }

    /// - Parameter aia: the root was not presented but fetched.
    static func untrustedRoot(
        _ root: String, certificate: ParsedCertificate?, aia: Bool, facts: [String: String], _ evidence: ConnectionEvidence,
        _ context: FixContext
    ) -> Finding {
        let issuers = evidence.presented.map { $0.issuer.description } + [root]
        if let sign = InterceptionSigns.sign(in: issuers) {
            return intercepted(sign, root: certificate, aia: aia, facts: facts, evidence, context)
        }
        if rotatedInterceptor(evidence, issuers: issuers) != nil, let issuer = issuers.first {
            let sign = InterceptionSigns.Sign(issuer: issuer, because: "An issuing certificate of the same owner was trusted before.")
            return intercepted(sign, root: certificate, aia: aia, facts: facts, evidence, context)
        }
        var facts = facts
        facts["missingRoot"] = root
        var fixes: [Finding.Fix] = []
        if let certificate {
            facts["rootSha256"] = certificate.sha256
            fixes.append(
                .init(
                    "Trust this root, after comparing its fingerprint with its owner's",
                    command: context.trusting(certificate.sha256, from: evidence.endpoint, aia: aia)))
        } else {
            fixes.append(
                .init("Ask the owner of \(evidence.endpoint.host) for the root certificate \(root), and add it to the trust store"))
        }
        return Finding(
            id: "chain.root-missing", severity: .error, subject: evidence.subject,
            summary: "\(evidence.endpoint.host) is vouched for by \(root), which is not in the trust store.",
            cause: "The path is complete, but the authority at its end is not trusted here.", evidence: facts, fixes: fixes,
            vendorMessages: [
                "javax.net.ssl.SSLPeerUnverifiedException: peer not authenticated",
                "No issuer certificate for certificate in certification path found.", "PKIX path building failed",
            ],
            references: ["RFC 5280 §6.1.1 (d)"])
    }

    private static func intercepted(
        _ sign: InterceptionSigns.Sign, root: ParsedCertificate?, aia: Bool, facts: [String: String], _ evidence: ConnectionEvidence,
        _ context: FixContext
    ) -> Finding {
        let host = evidence.endpoint.host
        var facts = facts
        facts["interceptor"] = sign.issuer
        facts["why"] = sign.because
        facts["rootSha256"] = root?.sha256
        if let last = rotatedInterceptor(evidence, issuers: evidence.presented.map { $0.issuer.description } + [sign.issuer]) {
            return rotated(sign, since: last, root: root, aia: aia, facts: facts, evidence, context)
        }
        return Finding(
            id: "chain.intercepted", severity: .error, subject: evidence.subject,
            summary: "A device between here and \(host) presents its own certificate, issued by \(sign.issuer).",
            cause: "\(sign.because) It decrypts what passes, and its authority is not in the trust store.", evidence: facts,
            fixes: [
                .init("Ask for connections to \(host) to be exempted from TLS inspection"),
                trusting(root, aia: aia, evidence, context),
            ],
            vendorMessages: ["PKIX path building failed", "Unable to find certificate chain.", "Request not sent to uri="],
            references: ["RFC 5280 §6.1.1 (d)"])
    }
}

extension ConnectionFindings {
    /// - Parameter root: of the device; nil when it does not present it.
    fileprivate static func trusting(
        _ root: ParsedCertificate?, aia: Bool, _ evidence: ConnectionEvidence, _ context: FixContext
    ) -> Finding.Fix {
        let consequence = "everything that the device signs, for any host, is then trusted"
        guard let root else {
            return .init("Or ask the device's owner for its root certificate, and add that to the trust store: \(consequence)", safe: false)
        }
        return .init(
            "Or trust the device's root after comparing its fingerprint: \(consequence)",
            command: context.trusting(root.sha256, from: evidence.endpoint, aia: aia), safe: false)
    }

    /// - Parameter last: when the device was trusted with its former key.
    fileprivate static func rotated(
        _ sign: InterceptionSigns.Sign, since last: EndpointVisit, root: ParsedCertificate?, aia: Bool, facts: [String: String],
        _ evidence: ConnectionEvidence, _ context: FixContext
    ) -> Finding {
        let host = evidence.endpoint.host
        let facts = facts.merging(["issuerBefore": last.issuer, "anchorBefore": last.anchor, "since": Words.time(last.since)]) { $1 }
        return Finding(
            id: "chain.interceptor-rotated", severity: .error, subject: evidence.subject,
            summary: "The device between here and \(host) issues from another certificate than before: \(sign.issuer).",
            cause: last.anchorIsRoot
                ? "The device was trusted with the root \(last.anchor), which does not vouch for what it presents now."
                : "Only the device's issuing certificate \(last.anchor) was trusted, and such certificates are replaced every few weeks: its "
                    + "root stays.",
            evidence: facts,
            fixes: [
                .init("Ask for connections to \(host) to be exempted from TLS inspection"),
                trusting(root, aia: aia, evidence, context),
            ],
            vendorMessages: ["PKIX path building failed", "Unable to find certificate chain.", "Request not sent to uri="],
            references: ["RFC 5280 §6.1.1 (d)"])
    }
}

/// Names by which inspecting devices and programs give themselves away in the issuers that they make up.
enum InterceptionSigns {
    struct Sign: Hashable, Sendable {
        var issuer: String
        var because: String
    }

    static func sign(in issuers: [String]) -> Sign? {
        for issuer in issuers {
            let folded = issuer.lowercased()
            if let mark = marks.first(where: { folded.contains($0.text) }) {
                return Sign(issuer: issuer, because: "The issuer's name contains \"\(mark.text)\", \(mark.meaning).")
            }
        }
        return nil
    }

    private static let product = "the name of a product that inspects TLS"
    private static let purpose = "which says what it is for"
    /// Default issuer names of products, as their public documentation shows them, and words that describe the purpose.
    private static let marks: [(text: String, meaning: String)] = [
        ("zscaler", product), ("fortinet", product), ("fortigate", product), ("palo alto", product), ("netskope", product),
        ("blue coat", product), ("bluecoat", product), ("symantec web security", product), ("cisco umbrella", product),
        ("forcepoint", product),
        ("websense", product), ("sophos", product), ("mcafee web gateway", product), ("skyhigh", product), ("check point", product),
        ("barracuda", product), ("sonicwall", product), ("watchguard", product), ("untangle", product), ("mitmproxy", product),
        ("squid", product), ("charles proxy", product), ("fiddler", product), ("burp", product), ("iboss", product),
        ("menlo security", product),
        ("tls inspection", purpose), ("ssl inspection", purpose), ("https inspection", purpose), ("tls interception", purpose),
        ("ssl interception", purpose), ("ssl decryption", purpose), ("tls decryption", purpose), ("deep inspection", purpose),
    ]
}
