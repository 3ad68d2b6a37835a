import AgentProtocol
import Foundation
import InstanceStore

/// A finding as an agent reported it: the catalogue's JSON shape, read leniently, for the console.
struct ReportedFinding: Hashable, Sendable, Decodable {
    struct Fix: Hashable, Sendable, Decodable {
        var effect: String
        var command: String?
    }

    var id: String
    var severity: String
    var subject: String?
    var summary: String
    var cause: String?
    var fixes: [Fix]?
}

enum ReportedFindings {
    static let most = 200

    /// Each must have the catalogue's shape; what cannot be shown is not stored.
    static func check(_ findings: [String]) throws(APIFault) {
        guard findings.count <= most else { throw .malformed("More than \(most) findings") }
        for (index, finding) in findings.enumerated() where parse(finding) == nil {
            throw .malformed("Bad value: findings.\(index)")
        }
    }

    static func parse(_ finding: String) -> ReportedFinding? {
        try? JSONDecoder().decode(ReportedFinding.self, from: Data(finding.utf8))
    }

    /// Findings that came in the results of jobs, newest first, each of a subject once. `entries` are newest first.
    static func inResults(_ entries: [QueueEntry], of agent: String) -> [ReportedFinding] {
        var seen: Set<String> = []
        var found: [ReportedFinding] = []
        for entry in entries where entry.record.queue == .input && entry.record.agent == queueAgent(named: agent) {
            guard entry.record.payload.contains("<findings>"), let result = try? ResultPayload(parsing: entry.record.payload),
                let list = result["findings"].flatMap({ try? JSONDecoder().decode([ReportedFinding].self, from: Data($0.utf8)) })
            else { continue }
            for finding in list where found.count < most && seen.insert("\(finding.id) \(finding.subject ?? "")").inserted {
                found.append(finding)
            }
        }
        return found
    }
}
