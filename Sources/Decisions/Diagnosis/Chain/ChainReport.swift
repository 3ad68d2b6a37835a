public import PathValidation

/// What `midguard verify --json` prints for one chain. Field names are a contract.
public struct ChainReport: Sendable, Codable {
    public typealias Check = ConnectionReport.Check
    public enum Verdict: String, Sendable, Codable {
        case trusted, refused
        /// The chain holds, but the lists and answers given say nothing of its end entity.
        case undetermined
    }
    /// One path that was tried, the best first.
    public struct Candidate: Sendable, Codable {
        public struct Defect: Sendable, Codable {
            /// Of the certificate in the path; 0 is the end entity.
            public var index: Int
            public var finding: String
            /// Dotted identifier; nil when no extension is at fault.
            public var `extension`: String?
            public var cause: String
        }
        /// SHA-256 of each certificate, end entity first.
        public var path: [String]
        public var isAnchored: Bool
        public var defects: [Defect]
    }

    public var file: String
    public var at: String
    public var verdict: Verdict
    public var checks: ConnectionReport.Checks
    public var presented: [ConnectionReport.Certificate]
    public var path: [ConnectionReport.Certificate]
    public var candidates: [Candidate]
    /// user_constrained_policy_set of a valid path, dotted identifiers.
    public var policies: [String]
    public var revocation: [ConnectionReport.Revocation]
    public var findings: [Finding]
}

/// What was found out about a chain in a file.
public struct ChainEvidence: Sendable {
    public var file: String
    public var presented: [ParsedCertificate]
    public var rules: PathRules
    public var outcome: PathOutcome
    /// nil when no name was asked for. The text is the name.
    public var name: (text: String, outcome: NameOutcome)?
    /// nil when neither lists nor answers were given.
    public var revocation: [RevocationOutcome]?

    public init(
        file: String, presented: [ParsedCertificate], rules: PathRules, outcome: PathOutcome,
        name: (text: String, outcome: NameOutcome)? = nil,
        revocation: [RevocationOutcome]? = nil
    ) {
        (self.file, self.presented, self.rules, self.outcome) = (file, presented, rules, outcome)
        (self.name, self.revocation) = (name, revocation)
    }
}

extension ChainReport {
    public init(_ evidence: ChainEvidence) {
        let best = evidence.outcome.best
        let scene = PathFindings.Scene(
            subject: evidence.file, owner: evidence.name?.text ?? best.certificates.first?.subject.description ?? evidence.file,
            at: evidence.rules.at)
        file = evidence.file
        at = Words.time(evidence.rules.at)
        presented = evidence.presented.map(ConnectionReport.Certificate.init)
        path = best.certificates.map(ConnectionReport.Certificate.init)
        candidates = evidence.outcome.candidates.map { Candidate($0, scene) }
        policies = best.isValid ? best.validPolicies(under: evidence.rules).sorted() : []
        let statuses = evidence.revocation?.map(\.status)
        revocation = evidence.revocation?.map(ConnectionReport.Revocation.init) ?? []
        checks = ConnectionReport.Checks(
            chain: best.isValid ? .pass : .fail, hostname: evidence.name.map { $0.outcome.isMatch ? .pass : .fail } ?? .off,
            revocation: statuses.map(Self.check) ?? .off)
        findings = PathFindings.explaining(best, scene)
        if let name = evidence.name, let finding = NameFindings.finding(name.outcome, name: name.text, subject: evidence.file) {
            findings.append(finding)
        }
        findings += (evidence.revocation ?? []).flatMap { GivenRevocationFindings.findings($0, scene) }
        findings += PathFindings.ahead(best, presented: evidence.presented, at: evidence.rules.at, scene)
        verdict =
            checks.chain == .fail || checks.hostname == .fail || checks.revocation == .fail
            ? .refused : checks.revocation == .unknown ? .undetermined : .trusted
    }

    /// Revoked anywhere fails; the end entity must be known to be good, as lists of higher authorities are seldom at hand.
    private static func check(_ statuses: [RevocationOutcome.Status]) -> Check {
        func isRevoked(_ status: RevocationOutcome.Status) -> Bool { if case .revoked = status { true } else { false } }
        if statuses.contains(where: isRevoked) { return .fail }
        if case .good? = statuses.first { return .pass }
        // A trusted end entity has no issuer to ask about it.
        return statuses.isEmpty ? .off : .unknown
    }
}

extension ChainReport.Candidate {
    fileprivate init(_ candidate: CandidatePath, _ scene: PathFindings.Scene) {
        path = candidate.certificates.map(\.sha256)
        isAnchored = candidate.isAnchored
        defects = zip(candidate.defects, PathFindings.explaining(candidate, scene)).map { defect, finding in
            Defect(index: defect.index, finding: finding.id, extension: defect.failure.extensionOID, cause: finding.summary)
        }
    }
}
