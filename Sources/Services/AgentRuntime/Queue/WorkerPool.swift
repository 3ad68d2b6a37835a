import AgentProtocol
import Synchronization

/// Runs the jobs of one priority, never more than its places at once.
final class WorkerPool: Sendable {
    let priority: Priority
    private let state: Mutex<State>
    private let room: Bell
    // Unbounded, and bounded all the same: nobody asks the instance for more than `wanted`.
    private let (jobs, entrance) = AsyncStream.makeStream(of: AgentMessages.Claim.self)
    private struct State {
        var pool: Pool
        var isClosing = false
        var finished = 0
    }

    /// - Parameter room: rings when `wanted` may have become more than nothing.
    init(_ pool: Pool, room: Bell) {
        (priority, self.room) = (pool.priority, room)
        state = Mutex(State(pool: pool))
    }

    var wanted: Int { state.withLock { $0.isClosing ? 0 : $0.pool.wanted } }
    var pool: Pool { state.withLock { $0.pool } }
    var finished: Int { state.withLock { $0.finished } }

    func submit(_ claim: AgentMessages.Claim) {
        state.withLock { $0.pool.take() }
        entrance.yield(claim)
    }

    /// Jobs that wait are not started any more; `run` returns when those that run have ended.
    func close() {
        state.withLock { $0.isClosing = true }
        entrance.finish()
    }

    func run(_ work: @escaping @Sendable (AgentMessages.Claim) async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            let places = pool.places
            for await claim in jobs {
                if running == places {
                    await group.next()
                    running -= 1
                }
                if state.withLock({ $0.isClosing }) { continue }
                running += 1
                group.addTask { [self] in
                    await work(claim)
                    state.withLock {
                        $0.pool.finish()
                        $0.finished += 1
                    }
                    room.ring()
                }
            }
        }
    }
}
