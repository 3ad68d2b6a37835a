import PathValidation
import TrustPolicy

extension ConnectionFindings {
    static func revoked(_ evidence: ConnectionEvidence, context: FixContext) -> [Finding] {
        guard evidence.decision.policy.checks.revocation != .notChecked else { return [] }
        return evidence.revocation.compactMap { outcome in
            guard case .revoked(let proof, let moment, let reason) = outcome.status else { return nil }
            let named = outcome.certificate.subject.description
            return Finding(
                id: "revocation.revoked", severity: .error, subject: evidence.subject,
                summary: "\(named) was revoked \(Words.time(moment, from: evidence.at)).",
                cause: "Its authority says so in signed and fresh evidence: the endpoint must not be trusted.",
                evidence: [
                    "certificate": named, "serial": outcome.certificate.serialText,
                    "sha256": outcome.certificate.sha256,
                    "reason": reason.map { "\($0)" } ?? "not given", "source": "\(proof.kind.rawValue.uppercased()) \(proof.source)",
                    "thisUpdate": Words.time(proof.thisUpdate), "revokedAt": Words.time(moment),
                ],
                fixes: [.init("Ask the owner of \(evidence.endpoint.host) to replace the certificate and its key")],
                vendorMessages: ["failed certificate revocation verification", "OCSP certificate revocation check"],
                references: [proof.kind == .crl ? "RFC 5280 §6.3" : "RFC 6960 §2.2"])
        }
    }

    static func revocationUnknown(_ evidence: ConnectionEvidence, context: FixContext) -> [Finding] {
        let checks = evidence.decision.policy.checks
        guard checks.revocation != .notChecked else { return [] }
        var seen: Set<String> = []
        let overcome = evidence.revocationFromKept.sorted { $0.key < $1.key }.flatMap { index, obstacles -> [Finding] in
            guard evidence.revocation.indices.contains(index) else { return [] }
            return obstacles.map { obstacle in
                var finding = obstacle.finding(for: evidence.revocation[index].certificate, severity: .warning, evidence, context)
                finding.evidence["decidedBy"] = "the last answer that was verified, which is kept"
                return finding
            }
        }
        return
            (overcome
            + evidence.revocation.flatMap { outcome -> [Finding] in
                guard case .unknown(let obstacles) = outcome.status else { return [] }
                let severity: Finding.Severity = checks.denies(outcome.status) ? .error : .warning
                return obstacles.map { $0.finding(for: outcome.certificate, severity: severity, evidence, context) }
            }).filter { seen.insert($0.id + $0.summary).inserted }
    }
}

extension RevocationObstacle {
    /// Why a source gave no usable answer, explained. There is no `default`.
    fileprivate func finding(
        for certificate: ParsedCertificate, severity: Finding.Severity, _ evidence: ConnectionEvidence, _ context: FixContext
    )
        -> Finding
    {
        let named = certificate.subject.description
        let facts = ["certificate": named, "sha256": certificate.sha256]
        let again = Finding.Fix("Look again", command: context.command(["check", evidence.subject], store: true, connecting: true))
        func finding(
            _ id: String, _ summary: String, _ cause: String, _ more: [String: String] = [:], fixes: [Finding.Fix], vendor: [String] = [],
            _ reference: String = "RFC 6960 §2"
        ) -> Finding {
            Finding(
                id: id, severity: severity, subject: evidence.subject, summary: summary, cause: cause, evidence: facts.merging(more) { $1 },
                fixes: fixes + (severity == .error ? [context.exception(for: evidence)].compactMap { $0 } : []), vendorMessages: vendor,
                references: [reference])
        }
        switch self {
        case .noSource:
            return finding(
                "revocation.no-source", "\(named) names neither an OCSP responder nor a CRL.",
                "Whether it was revoked cannot be found out.",
                fixes: [.init("Ask the authority that issued it to name a responder or a list")], "RFC 5280 §4.2.1.13")
        case .issuerMissing:
            return finding(
                "revocation.issuer-missing", "The issuer of \(named) is needed to ask for its revocation, and is not at hand.",
                "It is neither sent nor in the trust store.",
                fixes: [.init("Ask the owner of \(evidence.endpoint.host) to send the whole chain")])
        case .unreachable(let kind, let url, let failure):
            let what = kind == .ocsp ? "The OCSP responder" : "The revocation list"
            return finding(
                kind == .ocsp ? "revocation.responder-unreachable" : "revocation.list-unreachable",
                "\(what) \(url) could not be reached: \(failure.words).",
                "The endpoint may be fine; its authority's server does not answer from here.",
                ["url": url, "failure": failure.words],
                fixes: [.init("Ask for the firewall to be opened for \(url), by name and not by address"), again],
                vendor: ["OCSP revoke check IOException for", "OCSPCheck authority: \(url)"])
        case .httpStatus(let kind, let url, let status, let via):
            let filtered = via != nil || status == 403 || status == 407
            return finding(
                filtered
                    ? "revocation.blocked-by-proxy" : kind == .ocsp ? "revocation.responder-unreachable" : "revocation.list-unreachable",
                "\(url) answered with HTTP status \(status).",
                filtered ? "A proxy or filter on the way answered instead of the authority." : "The authority's server is out of order.",
                ["url": url, "status": "\(status)", "via": via ?? ""],
                fixes: [.init("Ask for \(url) to be exempted in the proxy or filter"), again],
                vendor: ["OCSPCheck HTTP status: \(status)", "OCSP communication error \(status)"])
        case .notAnAnswer(let kind, let url, let beginning):
            return finding(
                "revocation.not-an-answer", "\(url) sent something that is no \(kind == .ocsp ? "OCSP response" : "CRL").",
                "A web page of a filter or of a captive portal is the usual reason.", ["url": url, "beginning": beginning],
                fixes: [.init("Ask for \(url) to be exempted in the proxy or filter"), again], vendor: ["unknown tag 28 encountered"])
        case .statusUnknown(let url, let status):
            return finding(
                "revocation.status-unknown", "The OCSP responder \(url) says \(status).",
                "The responder answers, but not about this certificate.",
                ["url": url, "status": status], fixes: [.init("Ask the authority that runs \(url)"), again],
                vendor: ["OCSP certificate revocation check was not processed"], "RFC 6960 §2.3")
        case .stale(_, let url, let end):
            return finding(
                "revocation.stale", "What \(url) says is out of date\(end.map { " since \(Words.time($0, from: evidence.at))" } ?? "").",
                "Evidence counts only until its nextUpdate.", ["url": url, "nextUpdate": end.map { Words.time($0) } ?? ""],
                fixes: [.init("Ask the authority that runs \(url) to publish again"), again], "RFC 6960 §4.2.2.1")
        case .notYetValid(_, let url, let begin):
            return finding(
                "revocation.stale", "What \(url) says counts only from \(Words.time(begin, from: evidence.at)).",
                "Its clock and this machine's disagree.", ["url": url, "thisUpdate": Words.time(begin)],
                fixes: [.init("Make sure that this machine's clock is right", command: "date -u"), again], "RFC 6960 §4.2.2.1")
        case .signerNotAuthorised(_, let url):
            return finding(
                "revocation.signer-not-authorised", "What \(url) says is signed by a key that may not speak for the issuer.",
                "Only the issuer, or a responder that it authorised, may.", ["url": url],
                fixes: [.init("Ask the authority that runs \(url)"), again],
                "RFC 6960 §4.2.2.2")
        case .badSignature(_, let url):
            return finding(
                "revocation.bad-signature", "The signature on what \(url) says does not verify.", "It was altered, or made by another key.",
                ["url": url], fixes: [.init("Ask the authority that runs \(url)"), again], "RFC 6960 §3.2")
        case .unsupported(_, let url, let what):
            return finding(
                "revocation.not-an-answer", "What \(url) says uses a form that is not understood: \(what).",
                "Evidence that is not understood whole is not used.", ["url": url, "form": what],
                fixes: [.init("Ask the authority that runs \(url) for another form"), again], "RFC 5280 §5.2")
        case .unknownCriticalExtension(let kind, let url, let oid):
            return finding(
                "revocation.not-an-answer", "What \(url) says carries the critical extension \(oid), which is not understood.",
                "Evidence that is not understood whole must not be used.", ["url": url, "extension": oid],
                fixes: [.init("Ask the authority that runs \(url) for another form"), again],
                kind == .crl ? "RFC 5280 §5.2" : "RFC 6960 §4.4")
        case .producedInFuture(let url, let moment):
            return finding(
                "revocation.stale", "The answer of \(url) says that it is signed only \(Words.time(moment, from: evidence.at)).",
                "Its clock and this machine's disagree.", ["url": url, "producedAt": Words.time(moment)],
                fixes: [.init("Make sure that this machine's clock is right", command: "date -u"), again], "RFC 6960 §4.2.2.1")
        case .nonceMismatch(let url):
            return finding(
                "revocation.not-an-answer", "The answer of \(url) is to another request.",
                "It may be an old answer that somebody on the way sends again.", ["url": url], fixes: [again], "RFC 9654 §2.1")
        case .contradictory(let url):
            return finding(
                "revocation.status-unknown", "The OCSP responder \(url) says two different things about \(named) at once.",
                "Which of them holds cannot be told.", ["url": url], fixes: [.init("Ask the authority that runs \(url)"), again],
                "RFC 6960 §4.2.1")
        case .reasonsNotCovered(let url, let missing):
            return finding(
                "revocation.status-unknown", "The lists for \(named) cover only some reasons for revocation.",
                "The lists for the other reasons are not at hand.",
                ["url": url, "missing": missing.map { "\($0)" }.joined(separator: ", ")],
                fixes: [.init("Ask the authority that runs \(url) for the lists of the other reasons"), again], "RFC 5280 §6.3.3")
        case .outOfScope(_, let url):
            return finding(
                "revocation.status-unknown", "What \(url) says is not about \(named).", "The answer or list covers other certificates.",
                ["url": url], fixes: [.init("Ask the authority that runs \(url)"), again], "RFC 5280 §6.3.3")
        }
    }
}

extension FetchFailure {
    var words: String {
        switch self {
        case .nameNotFound: "DNS has no address for it"
        case .refused: "the connection was refused"
        case .reset: "the connection was cut"
        case .timeout(let seconds): "no answer within \(Int(seconds)) seconds"
        case .overLimit(let bytes): "its answer is larger than allowed (\(bytes) bytes)"
        case .unsupportedScheme(let scheme): "only http URLs are fetched, not \(scheme)"
        case .proxy(let what): "the proxy says \(what)"
        case .backingOff: "it failed a moment ago and is left alone for a while"
        case .other(let what): what
        }
    }
}
