import AgentProtocol
import Foundation
import InstanceStore
import Mustache

/// The console's one page, from what the tables say. Works without scripts; reloads itself.
struct ConsolePage {
    static let shownJobs = 100
    static let shownPayload = 20_000
    static let shownActions = 20

    var agents: [(record: AgentRecord, findings: [ReportedFinding])]
    var jobs: [QueueEntry]
    var counts: [QueueRecord.State: Int]
    var audit: [AuditEntry]
    /// What its forms must bring back.
    var proof: String
    /// Why the last action was not done.
    var notice: String?
    var now: Date

    func html() throws -> String { try MustacheTemplate(string: ConsoleTemplate.text).render(facts) }

    private var facts: [String: Any] {
        [
            "now": Self.time(now), "agents": agents.map(agentFacts), "hasAgents": !agents.isEmpty,
            "jobs": jobs.map(jobFacts), "hasJobs": !jobs.isEmpty, "shownJobs": String(Self.shownJobs),
            "counts": QueueRecord.State.allCases.map { ["state": $0.rawValue, "count": String(counts[$0] ?? 0)] },
            "findings": agents.flatMap { agent in agent.findings.map { findingFacts($0, of: agent.record) } },
            "audit": audit.map {
                ["at": Self.time($0.at), "who": $0.who, "action": $0.action, "subject": $0.subject, "detail": $0.detail]
            },
            "hasAudit": !audit.isEmpty, "proof": proof, "notice": notice ?? "", "hasNotice": notice != nil,
            "hasFindings": agents.contains { !$0.findings.isEmpty },
        ]
    }

    private func agentFacts(_ agent: (record: AgentRecord, findings: [ReportedFinding])) -> [String: Any] {
        let record = agent.record
        let certificate = record.certificate.flatMap(AgentCertificate.init(der:))
        let isUp = record.isUp(at: now)
        return [
            "name": record.name, "sysID": record.sysID.description, "status": isUp ? "Up" : "Down", "statusClass": isUp ? "good" : "bad",
            "validated": record.validation.rawValue, "validatedClass": record.validation == .yes ? "good" : "bad",
            "host": record.hostName, "home": record.homeDirectory, "version": record.version, "user": record.userName,
            "lastSeen": record.lastSeen.map(Self.time) ?? "never", "spooled": String(record.spooledResults),
            "subject": certificate?.subject ?? "none yet", "fingerprint": certificate?.fingerprint ?? "",
            "expires": certificate.map { Self.time($0.notAfter) } ?? "",
            "isRekeying": record.rekeyRequestedAt != nil || record.pendingCertificate != nil,
            "actions": AgentAction.allCases.map { actionFacts($0, on: record) },
        ]
    }

    /// What may be done now, and why the rest may not.
    private func actionFacts(_ action: AgentAction, on agent: AgentRecord) -> [String: Any] {
        var changed = agent
        var obstacle = ""
        do throws(AgentAction.Refusal) { _ = try action.apply(to: &changed, now: now) } catch { obstacle = error.words }
        if action == .validate, agent.validation == .yes { obstacle = "It is validated." }
        return [
            "action": action.rawValue, "label": action.label, "effect": action.effect, "obstacle": obstacle, "isOff": !obstacle.isEmpty,
            "agentName": agent.name, "formProof": proof,
        ]
    }

    private func jobFacts(_ entry: QueueEntry) -> [String: Any] {
        let record = entry.record
        return [
            "created": Self.time(entry.createdAt), "queue": record.queue.rawValue, "state": record.state.rawValue,
            "stateClass": record.state == .error ? "bad" : record.state == .processed ? "good" : "", "agent": record.agent,
            "topic": record.topic, "name": record.name, "source": record.source, "priority": String(record.priority.rawValue),
            "sysID": record.sysID.description, "responseTo": record.responseTo?.description ?? "", "error": record.errorString,
            "payload": String(record.payload.prefix(Self.shownPayload)), "hasPayload": !record.payload.isEmpty,
            "isCut": record.payload.utf8.count > Self.shownPayload, "claims": String(entry.claims),
        ]
    }

    private func findingFacts(_ finding: ReportedFinding, of agent: AgentRecord) -> [String: Any] {
        [
            "agent": agent.name, "id": finding.id, "severity": finding.severity, "severityClass": finding.severity == "error" ? "bad" : "",
            "subject": finding.subject ?? "", "summary": finding.summary, "cause": finding.cause ?? "",
            "fixes": (finding.fixes ?? []).map {
                ["effect": $0.effect, "command": $0.command ?? "", "hasCommand": $0.command != nil] as [String: Any]
            },
        ]
    }

    /// RFC 3339, UTC, whole seconds.
    static func time(_ date: Date) -> String { date.formatted(.iso8601) }
}

extension AgentAction {
    fileprivate var label: String {
        switch self {
        case .validate: "Validate"
        case .invalidate: "Invalidate"
        case .rekey: "Re-key"
        case .removeCustom: "Remove custom certificate"
        }
    }

    /// What it does, said before it is done.
    fileprivate var effect: String {
        switch self {
        case .validate: "It gets jobs and secrets. Compare the fingerprint with what midguard agent status shows on its machine first."
        case .invalidate: "It gets no more jobs, makes itself a new key pair, and has to be validated again."
        case .rekey: "It makes a new key pair, for which the old one vouches, and works on meanwhile."
        case .removeCustom: "A generated key pair takes the place of its custom certificate."
        }
    }
}
