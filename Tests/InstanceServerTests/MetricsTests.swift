import AgentIdentity
import Foundation
import PathValidation
import Testing

@testable import InstanceServer

@Suite("Metrics say when certificates end, as points in time, and only administrators see them") struct MetricsTests {
    @Test func ofAnInstance() async throws {
        try await withInstance { instance in
            let agent = try await TestAgent.validated("one \"two\"", at: instance)
            let answer = try await instance.request("GET", "/metrics", user: ("admin", instance.adminPassword))
            #expect(answer.status == 200 && answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = answer.body.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
            let name = #"agent="one \"two\"""#
            let end = Int(try ParsedCertificate(der: agent.pair.certificateDER).notAfter.timeIntervalSince1970)
            #expect(lines.contains("midguard_agent_certificate_not_after_timestamp_seconds{\(name)} \(end)"), "\(answer.body)")
            #expect(lines.contains("midguard_agent_validated{\(name)} 1") && lines.contains("midguard_agent_spooled_results{\(name)} 0"))
            #expect(lines.contains("midguard_jobs{state=\"ready\"} 0"))
            #expect(lines.contains { $0.hasPrefix("midguard_authority_not_after_timestamp_seconds{certificate=\"root\"} ") })
            // As the format has it: name, labels, number.
            let shape = #/[a-z_]+\{([a-z]+="([^"\\]|\\.)*",?)+\} [0-9.]+/#
            #expect(lines.allSatisfy { $0.wholeMatch(of: shape) != nil })
            #expect(try await instance.request("GET", "/metrics").status == 401)
            #expect(try await instance.request("GET", "/metrics", user: agent.user).status == 403)
        }
    }

    @Test func labelsAreEscaped() {
        var text = MetricsText()
        text.gauge("a", "b", [(["x": "1\n2\\3\"", "c": ""], 0.5)])
        #expect(text.lines == "# HELP a b\n# TYPE a gauge\na{c=\"\",x=\"1\\n2\\\\3\\\"\"} 0.5\n")
    }
}
