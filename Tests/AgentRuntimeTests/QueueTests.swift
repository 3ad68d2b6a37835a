import AgentProtocol
import Synchronization
import Testing

@testable import AgentRuntime

@Suite("A pool never runs more than its places, nor asks for more than it has room for") struct PoolTests {
    @Test(arguments: [1, 3, 25]) func bounded(places: Int) async throws {
        let pool = WorkerPool(Pool(priority: .standard, places: places), room: Bell())
        let load = Mutex((now: 0, most: 0, done: 0))
        let running = Task {
            await pool.run { _ in
                load.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.done) }
                try? await Task.sleep(for: .milliseconds(2))
                load.withLock { $0 = ($0.now - 1, $0.most, $0.done + 1) }
            }
        }
        var submitted = 0
        while submitted < places * 6 {
            let wanted = pool.wanted
            for _ in 0..<wanted {
                pool.submit(Self.claim())
                submitted += 1
            }
            #expect(pool.pool.held <= places * 2)
            await Task.yield()
        }
        #expect(await eventually { load.withLock { $0.done } == submitted })
        pool.close()
        await running.value
        #expect(load.withLock { $0.most } <= places)
    }

    @Test("Nothing is asked for until half of the waiting room is empty") func hysteresis() {
        var pool = Pool(priority: .interactive, places: 10)
        #expect(pool.wanted == 20)
        for _ in 1...20 { pool.take() }
        #expect(pool.wanted == 0)
        for _ in 1...4 { pool.finish() }
        #expect(pool.wanted == 0)
        pool.finish()
        #expect(pool.wanted == 5)
        #expect(pool.running == 10)
        #expect(pool.waiting == 5)
    }

    @Test("Closing starts nothing new and waits for what runs") func closing() async {
        let pool = WorkerPool(Pool(priority: .standard, places: 1), room: Bell())
        let started = Mutex(0)
        for _ in 1...2 { pool.submit(Self.claim()) }
        let running = Task {
            await pool.run { _ in
                started.withLock { $0 += 1 }
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
        #expect(await eventually { started.withLock { $0 } == 1 })
        pool.close()
        await running.value
        #expect(started.withLock { $0 } == 1)
    }

    static func claim(_ job: SysID = .random(), token: Int64 = 1) -> AgentMessages.Claim {
        .init(
            job: QueueRecord(sysID: job, agent: "mid.server.alpha", queue: .output, topic: "EchoProbe"), token: token, earlierClaims: 0,
            leaseSeconds: 60)
    }
}

@Suite("A job that comes again while it runs is not run twice") struct HeldJobsTests {
    @Test func twice() {
        let held = HeldJobs()
        let job = SysID.random()
        #expect(held.take(PoolTests.claim(job, token: 1)) == .new)
        #expect(held.take(PoolTests.claim(job, token: 2)) == .running)
        #expect(held.token(of: job) == 2, "what runs counts for the newer claim")
        held.release(job)
        #expect(held.take(PoolTests.claim(job, token: 3)) == .new)
    }

    @Test("A lease that was lost while the job waited keeps it from starting") func lost() {
        let held = HeldJobs()
        let job = SysID.random()
        _ = held.take(PoolTests.claim(job))
        #expect(held.mayStart(job))
        #expect(held.lose([job, .random()], reported: held.all) == [job])
        #expect(!held.mayStart(job))
        #expect(held.count == 1)
    }

    @Test("A job that ended, or came again, while the heartbeat was under way is not lost") func meanwhile() {
        let held = HeldJobs()
        let (ended, again) = (SysID.random(), SysID.random())
        for job in [ended, again] { _ = held.take(PoolTests.claim(job)) }
        let reported = held.all
        held.release(ended)
        _ = held.take(PoolTests.claim(again, token: 2))
        #expect(held.lose([ended, again], reported: reported).isEmpty)
        #expect(held.mayStart(again))
    }
}

@Suite("A claim loop pushes where it can and polls where it must") struct ClaimPaceTests {
    @Test func falls() {
        var pace = ClaimPace.initial
        #expect(pace.waitSeconds == 30)
        pace = pace.after(.interrupted)
        #expect(pace.waitSeconds == 30, "one cut connection is no pattern")
        pace = pace.after(.interrupted)
        #expect(pace.waitSeconds == 0)
        for _ in 1..<ClaimPace.pollsBeforePush { pace = pace.after(.answered) }
        #expect(pace.waitSeconds == 0)
        pace = pace.after(.answered)
        #expect(pace == .push(failures: 0), "and then it tries again")
    }
    @Test func recovers() { #expect(ClaimPace.push(failures: 1).after(.answered) == .push(failures: 0)) }
}

@Suite("A bell rung between look and wait is heard") struct BellTests {
    @Test func early() async {
        let bell = Bell()
        let seen = bell.count
        bell.ring()
        await bell.rung(after: seen)
    }
    @Test func cancelled() async {
        let bell = Bell()
        let task = Task { await bell.rung(after: 0) }
        task.cancel()
        await task.value
    }
    @Test func gate() async {
        let gate = Gate(isOpen: false)
        let task = Task { await gate.passage() }
        gate.open()
        await task.value
        #expect(gate.isOpen)
    }
}

@Suite("Waits grow to a cap and scatter") struct BackoffTests {
    @Test func grows() {
        let backoff = Backoff(first: .seconds(1), cap: .seconds(60))
        #expect(backoff.delay(afterFailures: 1, scatter: 1) == .seconds(1))
        #expect(backoff.delay(afterFailures: 3, scatter: 1) == .seconds(4))
        #expect(backoff.delay(afterFailures: 3, scatter: 0) == .seconds(2))
        #expect(backoff.delay(afterFailures: 1_000_000, scatter: 1) == .seconds(60))
    }
}
