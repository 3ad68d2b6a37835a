import AgentProtocol
import Foundation
import InstanceStore
import Testing

@Suite("A job is in the hands of one process at a time, and never lost") struct ClaimTests {
    @Test("the most urgent comes first, then the smallest sequence, then the oldest")
    func order() async throws {
        try await withStore { store, _ in
            for (topic, priority, sequence) in [
                ("d", Priority.standard, Int64(1)), ("c", .expedited, 9), ("a", .interactive, 7), ("b", .interactive, 8),
                ("e", .standard, 2),
                ("f", .standard, 2),
            ] {
                try await store.insertJob(job(topic, priority: priority, sequence: sequence), by: "t", now: noon)
            }
            #expect(try await store.claimAll().map(\.record.topic) == ["a", "b", "c", "d", "e", "f"])
        }
    }

    @Test("each pool gets no more than it has places")
    func limits() async throws {
        try await withStore { store, _ in
            for priority in Priority.allCases {
                for _ in 0..<3 { try await store.insertJob(job(priority: priority), by: "t", now: noon) }
            }
            let claims = try await store.claim(
                agent: queueAgent(named: "one"), limits: ClaimLimits(interactive: 0, expedited: 2, standard: -5), session: "s",
                leaseSeconds: 60,
                now: noon)
            #expect(claims.map(\.record.priority) == [.expedited, .expedited])
        }
    }

    struct Second: Sendable {
        var session: String, at: Double, gets: Int, because: String
    }
    static let seconds = [
        Second(session: "s1", at: 59, gets: 0, because: "the lease holds"),
        Second(session: "s1", at: 60, gets: 1, because: "the lease is over"),
        Second(session: "s2", at: 1, gets: 1, because: "another session of the same agent: the first process is gone"),
    ]
    @Test(arguments: seconds) func secondClaim(_ row: Second) async throws {
        try await withStore { store, _ in
            try await store.insertJob(job(), by: "t", now: noon)
            #expect(try await store.claimAll().map(\.token) == [1])
            let again = try await store.claimAll(session: row.session, at: after(row.at))
            #expect(again.count == row.gets, "\(row.because)")
            #expect(again.allSatisfy { $0.token == 2 && $0.earlierClaims == 1 })
        }
    }

    @Test("a process that was replaced cannot take its jobs back")
    func superseded() async throws {
        try await withStore { store, _ in
            try await store.insertJob(job(), by: "t", now: noon)
            #expect(try await store.claimAll(session: "s1").count == 1)
            #expect(try await store.claimAll(session: "s2").count == 1)
            await #expect(throws: InstanceStoreError.sessionSuperseded(agent: queueAgent(named: "one"))) {
                try await store.claimAll(session: "s1")
            }
            #expect(try await store.claimAll(session: "s2").isEmpty)
        }
    }

    @Test("another agent sees nothing of it")
    func foreign() async throws {
        try await withStore { store, _ in
            try await store.insertJob(job(for: "one"), by: "t", now: noon)
            #expect(try await store.claimAll("two").isEmpty)
        }
    }

    @Test("a heartbeat renews what is held and names what is lost")
    func heartbeat() async throws {
        try await withStore { store, _ in
            let agent = AgentRecord(name: "one", userName: "u", createdAt: noon)
            try await store.insertAgent(agent)
            try await store.insertJobs([job(), job(), job()], by: "t", now: noon)
            let claims = try await store.claimAll()
            let held = claims.map { AgentMessages.Heartbeat.Held(job: $0.record.sysID, token: $0.token) }
            _ = try await store.storeResults([result(of: claims[2])], agent: claims[2].record.agent, by: "u", now: noon)
            let unknown = AgentMessages.Heartbeat.Held(job: .random(), token: 1)
            let older = AgentMessages.Heartbeat.Held(job: claims[1].record.sysID, token: 0)

            let lost = try await store.heartbeat(
                agent: agent, session: "s1", holding: [held[0], older, held[2], unknown], spooledResults: 4, leaseSeconds: 60,
                now: after(50))
            #expect(lost == [older.job, unknown.job], "a job that is done is not lost")
            #expect(try await store.claimAll(at: after(70)).map(\.record.sysID) == [claims[1].record.sysID], "the first was renewed to 110")
            let seen = try #require(try await store.agent(named: "one"))
            #expect(seen.lastSeen == after(50))
            #expect(seen.spooledResults == 4)
            #expect(seen.isUp(at: after(140)) && !seen.isUp(at: after(141)))

            let elsewhere = try await store.heartbeat(
                agent: agent, session: "s2", holding: [held[0]], spooledResults: 0, leaseSeconds: 60, now: after(51))
            #expect(elsewhere == [held[0].job], "another process does not hold it")
        }
    }

    @Test("claims side by side share nothing")
    func concurrency() async throws {
        try await withStore { store, _ in
            try await store.insertJobs((0..<200).map { _ in job() }, by: "t", now: noon)
            let claimed = try await withThrowingTaskGroup(of: [SysID].self) { group in
                for _ in 0..<20 { group.addTask { try await store.claimAll(places: 25).map(\.record.sysID) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(claimed.count == 200)
            #expect(Set(claimed).count == 200)
        }
    }
}
