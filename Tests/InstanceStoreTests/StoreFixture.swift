import AgentProtocol
import Foundation
import InstanceStore

/// A store in a folder of its own, gone afterwards.
func withStore<Value>(_ body: (InstanceStore, _ directory: String) async throws -> Value) async throws -> Value {
    let directory = FileManager.default.temporaryDirectory.path + "/instance-store-" + SysID.random().description
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let store = try InstanceStore(directory: directory)
    let value: Value
    do { value = try await body(store, directory) } catch {
        try? store.close()
        throw error
    }
    try store.close()
    return value
}

/// A fixed point in time; tests count seconds from it.
let noon = Date(timeIntervalSince1970: 1_800_000_000)

func after(_ seconds: Double) -> Date { noon.addingTimeInterval(seconds) }

func job(_ topic: String = "Test", for agent: String = "one", priority: Priority = .standard, sequence: Int64 = 0) -> QueueRecord {
    QueueRecord(agent: queueAgent(named: agent), queue: .output, topic: topic, priority: priority, sequence: sequence)
}

func result(of claim: ClaimedJob, key: String? = nil, token: Int64? = nil, error: String = "") -> AgentMessages.Result {
    AgentMessages.Result(
        idempotencyKey: key ?? "key-" + claim.record.sysID.description, token: token ?? claim.token,
        record: QueueRecord(
            agent: claim.record.agent, queue: .input, topic: claim.record.topic, payload: "<results/>", responseTo: claim.record.sysID,
            errorString: error))
}

extension InstanceStore {
    func claimAll(_ agent: String = "one", session: String = "s1", at now: Date = noon, places: Int = 100) async throws -> [ClaimedJob] {
        try await claim(
            agent: queueAgent(named: agent), limits: ClaimLimits(interactive: places, expedited: places, standard: places),
            session: session,
            leaseSeconds: 60, now: now)
    }
}
