import AgentRuntime
import Diagnosis

/// An agent's events as people read them; `agent run` and the trial print the same.
struct AgentEventText {
    var colours: Bool
    /// Jobs one by one; off for an agent with hundreds a second.
    var showsJobs = true

    /// nil for an event that is not worth a line.
    func render(_ event: AgentEvent) -> String? {
        switch event {
        case .stepStarted: return nil
        case .stepPassed(let step, let details):
            return (["  ✓ \(title(step))"] + details.map { "      \($0)" }).joined(separator: "\n")
        case .stepFailed(let step, let findings, let retry):
            let then = retry.map { "trying again in \(max(1, $0.components.seconds)) s" } ?? "giving up"
            return "  ✗ \(title(step)), \(then)\n" + FindingText(colours: colours).render(findings, indent: "    ")
        case .serving: return "  ✓ serving: jobs are taken from now on"
        case .notServing(let findings): return "  … not serving\n" + FindingText(colours: colours).render(findings, indent: "    ")
        case .jobStarted, .resultAcknowledged: return nil
        case .jobFinished(let facts, let outcome):
            guard showsJobs else { return nil }
            let code = outcome.resultCode == 0 ? "" : ", result code \(outcome.resultCode)"
            return "  job \(facts.topic) \(facts.source)\(code)\(outcome.findings.first.map { ", \($0.id)" } ?? "")"
        case .findingRaised(let finding): return FindingText(colours: colours).render([finding], indent: "  ")
        case .stopped: return "  stopped"
        }
    }

    private func title(_ step: StartupStep) -> String {
        switch step {
        case .configuration: "config.xml read"
        case .keystore: "keystore open"
        case .trust: "trust store and policies read"
        case .instanceInfo: "instance reached: chain, host name and revocation checked"
        case .login: "logged in"
        case .announcement: "key announced"
        case .validation: "validated"
        }
    }
}
