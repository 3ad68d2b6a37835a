import Synchronization

/// Tells whoever waits for an agent's jobs that there may be some. A wake-up carries nothing: the waiter looks for itself.
///
/// Take a ``ticket(for:)`` before looking and hand it to ``wait(for:after:atMost:)``: a job that arrives in between is not missed.
public final class JobSignal: Sendable {
    public struct Ticket: Hashable, Sendable {
        fileprivate var own: UInt64
        fileprivate var everyone: UInt64
    }

    private struct Waiter {
        var id: UInt64
        var agent: String
        var wake: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var counts: [String: UInt64] = [:]
        var everyone: UInt64 = 0
        var nextID: UInt64 = 0
        var waiters: [Waiter] = []
        /// Waits that were cancelled before they had begun.
        var abandoned: Set<UInt64> = []

        func ticket(for agent: String) -> Ticket { Ticket(own: counts[agent] ?? 0, everyone: everyone) }
    }

    private let state = Mutex(State())

    public init() {}

    public func ticket(for agent: String) -> Ticket { state.withLock { $0.ticket(for: agent) } }

    /// `agent` is the queue's form of the name (`mid.server.…`).
    public func wake(agent: String) {
        let woken = state.withLock { state in
            state.counts[agent, default: 0] += 1
            return Self.remove(from: &state) { $0.agent == agent }
        }
        for waiter in woken { waiter.wake.resume(returning: true) }
    }

    public func wakeAll() {
        let woken = state.withLock { state in
            state.everyone += 1
            return Self.remove(from: &state) { _ in true }
        }
        for waiter in woken { waiter.wake.resume(returning: true) }
    }

    /// Returns true when woken since `ticket`, false when `atMost` has passed or the task was cancelled.
    public func wait(for agent: String, after ticket: Ticket, atMost: Duration) async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let alarm = Task {
            try? await Task.sleep(for: atMost)
            if !Task.isCancelled { self.abandon(id) }
        }
        defer { alarm.cancel() }
        let woken = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.ticket(for: agent) != ticket { return true }
                    if state.abandoned.contains(id) { return false }
                    state.waiters.append(Waiter(id: id, agent: agent, wake: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            abandon(id)
        }
        state.withLock { _ = $0.abandoned.remove(id) }
        return woken
    }

    private func abandon(_ id: UInt64) {
        let woken = state.withLock { state in
            let found = Self.remove(from: &state) { $0.id == id }
            if found.isEmpty { state.abandoned.insert(id) }
            return found
        }
        for waiter in woken { waiter.wake.resume(returning: false) }
    }

    private static func remove(from state: inout State, where matches: (Waiter) -> Bool) -> [Waiter] {
        let found = state.waiters.filter(matches)
        if !found.isEmpty { state.waiters.removeAll(where: matches) }
        return found
    }
}
