import AgentProtocol
import Foundation
import HTTPTypes
import Hummingbird
import InstanceStore
import NIOCore
import PathValidation
import X509

/// `/metrics` for administrators, in the text format that Prometheus reads: ends as points in time, so that whoever asks does the arithmetic.
struct MetricsRoutes: Sendable {
    var context: InstanceContext

    func add(to router: Router<InstanceRequestContext>) {
        router.get("/metrics") { request, _ in
            _ = try await context.authenticator.user(of: request, role: .admin)
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: try await text())))
        }
    }

    private func text() async throws -> String {
        let (agents, now) = (try await context.store.agents(), context.now())
        var text = MetricsText()
        func each(_ name: String, _ help: String, _ value: (AgentRecord) -> Double?) {
            text.gauge("midguard_agent_" + name, help, agents.compactMap { agent in value(agent).map { (["agent": agent.name], $0) } })
        }
        each("certificate_not_after_timestamp_seconds", "End of the agent's identity certificate.") { agent in
            agent.certificate.flatMap { try? ParsedCertificate(der: $0) }?.notAfter.timeIntervalSince1970
        }
        each("validated", "Whether the agent may take jobs.") { $0.validation == .yes ? 1 : 0 }
        each("up", "Whether the agent was heard of lately.") { $0.isUp(at: now) ? 1 : 0 }
        each("last_seen_timestamp_seconds", "When the agent was last heard of.") { $0.lastSeen?.timeIntervalSince1970 }
        each("spooled_results", "Results that wait on the agent's own disk.") { Double($0.spooledResults) }
        var findings: [([String: String], Double)] = []
        var seen: Set<[String: String]> = []
        for agent in agents {
            for finding in try await context.store.findings(of: agent.sysID).compactMap(ReportedFindings.parse) {
                let labels = ["agent": agent.name, "finding": finding.id, "severity": finding.severity, "subject": finding.subject ?? ""]
                if seen.insert(labels).inserted { findings.append((labels, 1)) }
            }
        }
        text.gauge("midguard_agent_finding", "What stands against the agent now.", findings)
        let ends = [("root", context.authority.root), ("issuing", context.authority.issuing)].map { name, pair in
            (["certificate": name], pair.certificate.notValidAfter.timeIntervalSince1970)
        }
        text.gauge("midguard_authority_not_after_timestamp_seconds", "End of the authority's certificates.", ends)
        let counts = try await context.store.jobCounts()
        text.gauge(
            "midguard_jobs", "Jobs by their state.",
            QueueRecord.State.allCases.map { (["state": $0.rawValue], Double(counts[$0] ?? 0)) })
        return text.lines
    }
}

/// Metrics in Prometheus' text format, version 0.0.4.
struct MetricsText {
    private(set) var lines = ""

    mutating func gauge(_ name: String, _ help: String, _ samples: [(labels: [String: String], value: Double)]) {
        if samples.isEmpty { return }
        lines += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
        for sample in samples {
            let labels = sample.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            let value = sample.value.rounded(.down)
            lines += "\(name){\(labels)} \(value == sample.value && abs(value) < 1e15 ? String(Int(value)) : String(sample.value))\n"
        }
    }

    private static func escaped(_ value: String) -> String {
        value.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"")
            .replacingOccurrences(of: "\n", with: "\\n")
    }
}
