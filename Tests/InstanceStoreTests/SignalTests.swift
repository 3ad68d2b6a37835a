import AgentProtocol
import Foundation
import InstanceStore
import Testing

@Suite("Whoever waits for a job is woken by it, and by nothing else") struct SignalTests {
    @Test("a job that comes between the look and the wait is not missed")
    func between() async throws {
        try await withStore { store, _ in
            let agent = queueAgent(named: "one")
            let ticket = store.signal.ticket(for: agent)
            try await store.insertJob(job(), by: "t", now: noon)
            #expect(await store.signal.wait(for: agent, after: ticket, atMost: .seconds(30)))
        }
    }

    @Test("a waiter is woken by its agent's job, not by another's")
    func own() async throws {
        try await withStore { store, _ in
            let agent = queueAgent(named: "one")
            let ticket = store.signal.ticket(for: agent)
            try await store.insertJob(job(for: "two"), by: "t", now: noon)
            #expect(await store.signal.wait(for: agent, after: ticket, atMost: .milliseconds(50)) == false)
            async let woken = store.signal.wait(for: agent, after: ticket, atMost: .seconds(30))
            try await store.insertJob(job(), by: "t", now: noon)
            #expect(await woken)
        }
    }

    @Test("a cancelled wait ends at once")
    func cancelled() async throws {
        let signal = JobSignal()
        let task = Task { await signal.wait(for: "a", after: signal.ticket(for: "a"), atMost: .seconds(60)) }
        task.cancel()
        #expect(await task.value == false)
    }

    @Test("a job that another process inserts wakes it too")
    func otherProcess() async throws {
        try await withStore { store, directory in
            let agent = queueAgent(named: "one")
            let other = try InstanceStore(directory: directory)
            let watch = Task { try await store.watchOtherProcesses(every: .milliseconds(20)) }
            let ticket = store.signal.ticket(for: agent)
            async let woken = store.signal.wait(for: agent, after: ticket, atMost: .seconds(30))
            // What was inserted before the watch began tells it nothing, and when that is depends on the machine.
            let inserting = Task {
                while !Task.isCancelled {
                    try await other.insertJob(job(), by: "t", now: noon)
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(await woken)
            inserting.cancel()
            _ = await inserting.result
            #expect(try await store.claimAll().count >= 1)
            watch.cancel()
            _ = await watch.result
            try other.close()
        }
    }

    @Test("a store's own writes are not taken for another's")
    func ownWrites() async throws {
        try await withStore { store, _ in
            let watch = Task { try await store.watchOtherProcesses(every: .milliseconds(10)) }
            try await Task.sleep(for: .milliseconds(50))
            let ticket = store.signal.ticket(for: "nobody")
            for _ in 0..<5 { try await store.insertJob(job(), by: "t", now: noon) }
            #expect(await store.signal.wait(for: "nobody", after: ticket, atMost: .milliseconds(100)) == false)
            watch.cancel()
            _ = await watch.result
        }
    }
}
