import TrustPolicy

extension ConnectionFindings {
    /// What the row that decided does not check, and what it lets pass.
    static func policyNotes(_ evidence: ConnectionEvidence, refused: Bool, context: FixContext) -> [Finding] {
        let policy = evidence.decision.policy
        var facts = ["row": policy.name, "because": evidence.decision.because]
        if let owner = policy.owner { facts["owner"] = owner }
        if let reason = policy.reason { facts["reason"] = reason }
        if let until = policy.until { facts["until"] = Words.time(until, from: evidence.at) }
        let which = context.command(["policy", "decide", evidence.subject], policy: true)
        var findings: [Finding] = []
        if refused {
            findings.append(
                Finding(
                    id: "policy.report-only", severity: .warning, subject: evidence.subject,
                    summary: "The connection would be refused; the row \(policy.name) only reports.",
                    cause: "report-only is on for the endpoint, so what was found is said and not enforced.", evidence: facts,
                    fixes: [.init("See which row decides, and why", command: which)]))
        }
        let checks = policy.checks
        let off = [("chain", checks.chain), ("hostname", checks.hostname), ("revocation", checks.revocation != .notChecked)]
            .filter { !$0.1 }.map(\.0)
        if !off.isEmpty {
            facts["off"] = off.joined(separator: ", ")
            findings.append(
                Finding(
                    id: "policy.check-disabled", severity: .notice, subject: evidence.subject,
                    summary: "Not checked for \(evidence.endpoint.host): \(off.joined(separator: ", ")).",
                    cause: "The row \(policy.name) decides for the endpoint, and has these checks off.", evidence: facts,
                    fixes: [.init("See which row decides, and why", command: which)]))
        }
        return findings
    }
}
