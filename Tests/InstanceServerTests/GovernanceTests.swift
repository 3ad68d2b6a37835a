import AgentProtocol
import Foundation
import InstanceStore
import Testing

@testable import InstanceServer

@Suite("Agents that are silent for too long are not trusted any more, and nobody else") struct GovernanceTests {
    private static let day: Double = 86_400
    private let folder = temporaryPath("governance")
    private let start = Date(timeIntervalSince1970: 1_800_000_000)

    private func store(_ agents: [(name: String, silentDays: Double, own: Int?)]) async throws -> InstanceStore {
        let store = try InstanceStore(directory: folder)
        for agent in agents {
            var record = AgentRecord(name: agent.name, userName: "u-\(agent.name)", createdAt: start.addingTimeInterval(-90 * Self.day))
            (record.validation, record.inactivityDays) = (.yes, agent.own)
            record.lastSeen = start.addingTimeInterval(-agent.silentDays * Self.day)
            try await store.insertAgent(record)
        }
        return store
    }

    @Test func theirTimeIsTheirOwnOrEverybodys() async throws {
        let store = try await store([("quick", 1, nil), ("slow", 31, nil), ("spared", 200, 0), ("strict", 3, 2)])
        let governance = Governance(store: store)
        // Off at first.
        #expect(try await governance.sweep(now: start) == ["strict"])
        try await governance.setGeneralDays(30, by: "test", now: start)
        #expect(try await governance.sweep(now: start) == ["slow"])
        #expect(try await governance.sweep(now: start) == [])
        let slow = try #require(try await store.agent(named: "slow"))
        #expect(slow.validation == .no && slow.autoInvalidatedAt == start)
        let entries = try await store.audit().filter { $0.action == "auto-invalidate" }
        #expect(entries.map(\.subject) == ["slow", "strict"] && entries.allSatisfy { $0.who == Governance.who })
        let quick = try #require(try await store.agent(named: "quick"))
        let end = try #require(try await governance.end(of: quick))
        #expect(end == start.addingTimeInterval(29 * Self.day))
        // Validated again, it begins anew with the next word from it.
        _ = try await store.perform(.validate, onAgentNamed: "slow", by: "test", now: start)
        #expect(try await store.agent(named: "slow")?.autoInvalidatedAt == nil)
        try store.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func silenceCountsOnlyWhileTheInstanceIsThere() async throws {
        let store = try await store([("alpha", 0, nil)])
        let governance = Governance(store: store)
        try await governance.setGeneralDays(7, by: "test", now: start)
        #expect(try await governance.sweep(now: start) == [])
        // The instance was off for a month: everybody gets seven days from now.
        let back = start.addingTimeInterval(30 * Self.day)
        #expect(try await governance.sweep(now: back) == [])
        var time = back
        var gone: [String] = []
        while time < back.addingTimeInterval(8 * Self.day), gone.isEmpty {
            time += 3_600
            gone = try await governance.sweep(now: time)
        }
        #expect(gone == ["alpha"] && time == back.addingTimeInterval(7 * Self.day))
        try store.close()
        try FileManager.default.removeItem(atPath: folder)
    }
}
