import PathValidation
public import TrustPolicy

/// What `midguard check --json` prints for one URL. Field names are a contract.
public struct ConnectionReport: Sendable, Codable {
    public enum Verdict: String, Sendable, Codable, CaseIterable {
        case trusted, refused
        /// The peer answered, but no session came about in which it could be judged.
        case undetermined
        case unreachable
    }
    public enum Check: String, Sendable, Codable { case pass, fail, unknown, off }
    public struct Stage: Sendable, Codable {
        public var name: String
        public var outcome: String
        public var milliseconds: Double
    }
    public struct Checks: Sendable, Codable { public var chain: Check, hostname: Check, revocation: Check }
    public struct Certificate: Sendable, Codable {
        public var subject: String, issuer: String, serial: String, notBefore: String, notAfter: String, sha256: String, spkiSha256: String
    }
    public struct Revocation: Sendable, Codable {
        public var certificate: String
        public var status: String
        public var source: String?
        public var thisUpdate: String?
        public var nextUpdate: String?
    }

    public var url: String
    public var verdict: Verdict
    public var decidedBy: String
    public var stages: [Stage]
    public var checks: Checks
    public var presented: [Certificate]
    public var path: [Certificate]
    public var revocation: [Revocation]
    public var endpointsToOpen: [String]
    public var findings: [Finding]

    public init(_ evidence: ConnectionEvidence, findings: [Finding]) {
        url = evidence.endpoint.description
        verdict = Self.verdict(evidence)
        decidedBy = "\(evidence.decision.policy.name): \(evidence.decision.because)"
        stages = evidence.stages.map {
            Stage(name: $0.name.rawValue, outcome: $0.outcome.rawValue, milliseconds: ($0.milliseconds * 1_000).rounded() / 1_000)
        }
        checks = Self.checks(evidence)
        presented = evidence.presented.map(Certificate.init)
        path = evidence.path?.best.certificates.map(Certificate.init) ?? []
        revocation = evidence.revocation.map(Revocation.init)
        endpointsToOpen = Self.endpointsToOpen(evidence)
        self.findings = findings
    }

    /// A line of a list that names no endpoint: nothing was tried.
    public init(unreadable text: String, line: Int) {
        let shown = Words.printable(text)
        (url, verdict, decidedBy) = (shown, .undetermined, "nothing: no endpoint is named")
        (stages, presented, path, revocation, endpointsToOpen) = ([], [], [], [], [])
        checks = Checks(chain: .unknown, hostname: .unknown, revocation: .unknown)
        findings = [
            Finding(
                id: "config.bad-value", severity: .error, subject: shown, summary: "Line \(line) names no endpoint.",
                cause: "An endpoint is https://HOST[:PORT], ldaps://HOST[:PORT] or HOST:PORT.", evidence: ["line": "\(line)"],
                fixes: [.init("Correct the line; the others were checked")])
        ]
    }

    private static func verdict(_ evidence: ConnectionEvidence) -> Verdict {
        switch evidence.obstacle {
        case .nameNotFound, .resolverSilent, .refused, .timeout, .reset, .proxy, .other: return .unreachable
        case .notTLS, .notLDAP, .startTLSRefused, .protocolTooOld, .noCommonCipher, .peerAlert, .clientCertificateRequired,
            .clientCertificateRefused:
            return .undetermined
        case .plainHTTPRefused: return .refused
        case nil: break
        }
        if case .refused = evidence.decision.policy.verdict(on: evidence) { return .refused }
        return .trusted
    }

    private static func checks(_ evidence: ConnectionEvidence) -> Checks {
        let policy = evidence.decision.policy
        guard evidence.obstacle == nil else {
            return Checks(
                chain: policy.checks.chain ? .unknown : .off, hostname: policy.checks.hostname ? .unknown : .off,
                revocation: policy.checks.revocation == .notChecked ? .off : .unknown)
        }
        let statuses = evidence.revocation.map(\.status)
        let judged = evidence.path?.isValid == true
        return Checks(
            chain: !policy.checks.chain ? .off : judged ? .pass : .fail,
            hostname: !policy.checks.hostname || !policy.checks.chain
                ? .off : evidence.hostname.map { policy.accepts($0) ? .pass : .fail } ?? .unknown,
            revocation: policy.checks.revocation == .notChecked
                ? .off : statuses.contains(where: \.isRevoked) ? .fail : !judged || statuses.contains(where: \.isUnknown) ? .unknown : .pass
        )
    }

    /// Hosts and ports of all OCSP, CRL and AIA locations of the path: what a firewall must let through besides the endpoint itself.
    private static func endpointsToOpen(_ evidence: ConnectionEvidence) -> [String] {
        let certificates =
            (evidence.path?.best.certificates ?? []) + evidence.presented + (evidence.pathWithFetchedIssuers?.best.certificates ?? [])
        let places = certificates.flatMap(\.evidenceURLs).compactMap { Endpoint($0) }.map(\.hostAndPort)
        return Set(places).sorted()
    }
}

extension ConnectionReport.Certificate {
    init(_ parsed: ParsedCertificate) {
        subject = parsed.subject.description
        issuer = parsed.issuer.description
        serial = parsed.serialText
        notBefore = Words.time(parsed.notBefore)
        notAfter = Words.time(parsed.notAfter)
        sha256 = parsed.sha256
        spkiSha256 = parsed.spkiSha256
    }
}

extension ConnectionReport.Revocation {
    init(_ outcome: RevocationOutcome) {
        certificate = outcome.certificate.sha256
        let proof: RevocationProof?
        switch outcome.status {
        case .good(let found): (status, proof) = ("good", found)
        case .revoked(let found, _, _): (status, proof) = ("revoked", found)
        case .unknown: (status, proof) = ("unknown", nil)
        }
        source = proof.map { "\($0.kind.rawValue) \($0.source)" }
        thisUpdate = proof.map { Words.time($0.thisUpdate) }
        nextUpdate = proof?.nextUpdate.map { Words.time($0) }
    }
}
