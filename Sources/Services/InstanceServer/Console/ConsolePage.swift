import AgentProtocol
import Foundation
import InstanceStore
import Mustache

/// The console's one page, from what the tables say. Works without scripts; reloads itself.
struct ConsolePage {
    static let shownJobs = 100
    static let shownPayload = 20_000

    var agents: [(record: AgentRecord, findings: [ReportedFinding])]
    var jobs: [QueueEntry]
    var counts: [QueueRecord.State: Int]
    var now: Date

    func html() throws -> String { try MustacheTemplate(string: ConsoleTemplate.text).render(facts) }

    private var facts: [String: Any] {
        [
            "now": Self.time(now), "agents": agents.map(agentFacts), "hasAgents": !agents.isEmpty,
            "jobs": jobs.map(jobFacts), "hasJobs": !jobs.isEmpty, "shownJobs": String(Self.shownJobs),
            "counts": QueueRecord.State.allCases.map { ["state": $0.rawValue, "count": String(counts[$0] ?? 0)] },
            "findings": agents.flatMap { agent in agent.findings.map { findingFacts($0, of: agent.record) } },
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
