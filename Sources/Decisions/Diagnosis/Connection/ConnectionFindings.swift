import PathValidation
public import TrustPolicy

/// Findings on one attempt to connect, root cause first.
///
/// The same evidence gives the same findings wherever it is explained: `midguard check`, the agent's log, the console.
public enum ConnectionFindings {
    public static func explaining(_ evidence: ConnectionEvidence, context: FixContext = FixContext()) -> [Finding] {
        guard let cause = nameIndicationNeeded(evidence, context: context) else { return causes(evidence, context: context) }
        return [cause] + causes(evidence, context: context).map { $0.severity == .error ? $0.followed(from: cause) : $0 }
    }

    private static func causes(_ evidence: ConnectionEvidence, context: FixContext) -> [Finding] {
        if let obstacle = evidence.obstacle { return [obstacle.finding(for: evidence, context: context)] }
        var findings = revoked(evidence, context: context)
        if let clock = wrongClock(evidence, context: context) {
            findings.append(clock)
            findings += chain(evidence, context: context).map { $0.followed(from: clock) }
        } else {
            findings += chain(evidence, context: context)
        }
        let cause = findings.first
        if var finding = hostname(evidence, context: context) {
            // An interceptor's certificate is made for its own purposes: the name is not what to mend.
            if cause?.id == "chain.intercepted" { finding.consequenceOf = cause?.id }
            findings.append(finding)
        }
        var unknown = revocationUnknown(evidence, context: context)
        if let moved = sourcesMoved(evidence, isCause: unknown.contains { $0.severity == .error }, context: context) {
            // Where the new ones cannot be reached, that they are new is why.
            for index in unknown.indices where blocked.contains(unknown[index].id) { unknown[index].consequenceOf = moved.id }
            unknown.insert(moved, at: 0)
        }
        findings += unknown + ahead(evidence, context: context)
        if evidence.decision.policy.reportOnly { findings = findings.map { $0.reportedOnly(by: evidence.decision) } }
        return findings + policyNotes(evidence, refused: findings.contains { $0.evidence["reportOnly"] != nil }, context: context)
    }

    /// What a firewall that does not know the new places makes of the question.
    private static let blocked: Set = [
        "revocation.responder-unreachable", "revocation.list-unreachable", "revocation.blocked-by-proxy",
    ]

    static func severity(_ enforced: Bool) -> Finding.Severity { enforced ? .error : .warning }
}

extension Finding {
    fileprivate func followed(from cause: Finding) -> Finding {
        var copy = self
        copy.consequenceOf = cause.id
        return copy
    }

    fileprivate func reportedOnly(by decision: PolicyDecision) -> Finding {
        guard severity == .error else { return self }
        var copy = self
        copy.severity = .warning
        copy.evidence["reportOnly"] = "row \(decision.policy.name)"
        return copy
    }
}

extension ConnectionEvidence {
    var subject: String { endpoint.description }
    var storeText: String { "\(trustStore.path) (\(trustStore.entries) \(trustStore.entries == 1 ? "entry" : "entries"))" }
    var presentedText: String {
        presented.isEmpty
            ? "nothing readable" : Words.list(presented.map { $0.subject.description.isEmpty ? "(empty subject)" : $0.subject.description })
    }
}
