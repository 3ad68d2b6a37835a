import AgentProtocol
import Foundation
import InstanceStore
import Testing

@Suite("A job has one result, however often it is sent") struct ResultTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var because: String
        var key: String? = nil
        var token: Int64? = nil
        var outcome: AgentMessages.ResultOutcome
        var testDescription: String { because }
    }
    /// Sent after the job was claimed twice (token 2) and its result stored under key `first`.
    static let afterStored = [
        Row(because: "the same again", key: "first", outcome: .duplicate),
        Row(because: "the same again under an older token", key: "first", token: 1, outcome: .duplicate),
        Row(because: "another result for a job that is done", key: "second", outcome: .stale),
    ]
    @Test(arguments: afterStored) func repetition(_ row: Row) async throws {
        try await withStore { store, _ in
            let claim = try await claimTwice(store)
            #expect(try await send(result(of: claim, key: "first"), to: store) == .stored)
            #expect(try await send(result(of: claim, key: row.key, token: row.token), to: store) == row.outcome, "\(row.because)")
            #expect(try await store.answers(to: claim.record.sysID).count == 1)
        }
    }

    static let beforeStored = [
        Row(because: "current token", outcome: .stored),
        Row(because: "an older claim", token: 1, outcome: .stale),
        Row(because: "a token that was never given", token: 3, outcome: .stale),
        Row(because: "no claim at all", token: 0, outcome: .stale),
    ]
    @Test(arguments: beforeStored) func fence(_ row: Row) async throws {
        try await withStore { store, _ in
            let claim = try await claimTwice(store)
            #expect(try await send(result(of: claim, token: row.token), to: store) == row.outcome, "\(row.because)")
            let state = try await store.entry(claim.record.sysID)?.record.state
            #expect(state == (row.outcome == .stored ? .processed : .processing))
        }
    }

    @Test("a job that nobody claimed takes no result, and a key counts for one job only")
    func unclaimed() async throws {
        try await withStore { store, _ in
            let ready = try await store.insertJob(job(), by: "t", now: noon)
            let unclaimed = ClaimedJob(record: ready, token: 0, earlierClaims: 0)
            #expect(try await send(result(of: unclaimed), to: store) == .stale)
            try await store.insertJob(job(), by: "t", now: noon)
            let claims = try await store.claimAll()
            #expect(try await send(result(of: claims[0], key: "k"), to: store) == .stored)
            #expect(try await send(result(of: claims[1], key: "k"), to: store) == .stale)
        }
    }

    @Test("an error text makes the job an error; other agents' jobs are unknown")
    func errorsAndStrangers() async throws {
        try await withStore { store, _ in
            try await store.insertJob(job(), by: "t", now: noon)
            let claim = try await store.claimAll()[0]
            let stranger = try await store.storeResults([result(of: claim)], agent: queueAgent(named: "two"), by: "u", now: noon)
            #expect(stranger == [.unknownJob])
            #expect(try await send(result(of: claim, error: "no route"), to: store) == .stored)
            let entry = try #require(try await store.entry(claim.record.sysID))
            #expect(entry.record.state == .error)
            #expect(entry.record.errorString == "no route")
            let answer = try #require(try await store.answers(to: claim.record.sysID).first)
            #expect(answer.record.queue == .input)
            #expect(answer.record.payload == "<results/>")
            #expect(try await store.jobCounts() == [.error: 1])
        }
    }

    @Test("an identifier that is taken is replaced, not overwritten")
    func identifierTaken() async throws {
        try await withStore { store, _ in
            try await store.insertJob(job(), by: "t", now: noon)
            let claim = try await store.claimAll()[0]
            var sent = result(of: claim)
            sent.record.sysID = claim.record.sysID
            #expect(try await send(sent, to: store) == .stored)
            #expect(try await store.entry(claim.record.sysID)?.record.queue == .output)
        }
    }

    @Test("many agents at once: every result is stored once")
    func load() async throws {
        try await withStore { store, _ in
            let agents = (0..<8).map { "agent\($0)" }
            for agent in agents { try await store.insertJobs((0..<40).map { _ in job(for: agent) }, by: "t", now: noon) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for agent in agents {
                    group.addTask {
                        while true {
                            let claims = try await store.claimAll(agent, places: 7)
                            if claims.isEmpty { return }
                            let outcomes = try await store.storeResults(
                                claims.map { result(of: $0) }, agent: queueAgent(named: agent), by: "u", now: noon)
                            #expect(outcomes.allSatisfy { $0 == .stored })
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.jobCounts() == [.processed: 320])
            #expect(try await store.latestEntries(limit: 1000).count == 640)
        }
    }

    private func claimTwice(_ store: InstanceStore) async throws -> ClaimedJob {
        try await store.insertJob(job(), by: "t", now: noon)
        _ = try await store.claimAll(session: "s1")
        return try await store.claimAll(session: "s2")[0]
    }

    private func send(_ result: AgentMessages.Result, to store: InstanceStore) async throws -> AgentMessages.ResultOutcome {
        try await store.storeResults([result], agent: queueAgent(named: "one"), by: "u", now: noon)[0]
    }
}
