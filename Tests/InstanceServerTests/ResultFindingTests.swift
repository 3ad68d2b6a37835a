import AgentProtocol
import Foundation
import Testing

@testable import InstanceServer
@testable import InstanceStore

@Suite("The console shows what jobs found, newest first, each finding of a subject once")
struct ResultFindingTests {
    static func entry(_ findings: String, agent: String = "alpha", queue: QueueRecord.Queue = .input) -> QueueEntry {
        let payload = ResultPayload(probeTimeMilliseconds: 1, results: [[.init("findings", findings)]]).serialised()
        let record = QueueRecord(agent: queueAgent(named: agent), queue: queue, topic: "CertificateProbe", payload: payload)
        return QueueEntry(record: record, createdAt: Date(), updatedAt: Date(), createdBy: "test", token: 0, claims: 0, leaseUntil: nil)
    }

    static func finding(_ id: String, _ subject: String) -> String {
        """
        {"id":"\(id)","severity":"error","subject":"\(subject)","summary":"s","cause":"c","evidence":{},"fixes":[],"vendorMessages":[],"references":[]}
        """
    }

    @Test func found() {
        let entries = [
            Self.entry("[\(Self.finding("a.b", "x")),\(Self.finding("c.d", "x"))]"), Self.entry("[\(Self.finding("a.b", "x"))]"),
            Self.entry("[\(Self.finding("a.b", "y"))]"), Self.entry("[\(Self.finding("e.f", "z"))]", agent: "beta"),
            Self.entry("[\(Self.finding("g.h", "z"))]", queue: .output), Self.entry("no JSON"),
        ]
        let found = ReportedFindings.inResults(entries, of: "alpha").map { "\($0.id) \($0.subject ?? "")" }
        #expect(found == ["a.b x", "c.d x", "a.b y"])
    }
}
