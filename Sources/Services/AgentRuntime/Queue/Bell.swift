import Synchronization

/// Tells any number of listeners that something may have changed. A ring between a look and the wait is not lost: a listener waits for
/// the next ring after the count that it has seen.
final class Bell: Sendable {
    private let state = Mutex(State())
    private struct State {
        var count = 0
        var tickets = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    var count: Int { state.withLock { $0.count } }

    func ring() {
        let waiting = state.withLock { state in
            state.count += 1
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }

    /// Returns when the bell has rung more than `seen` times, or when the task is cancelled.
    func rung(after seen: Int) async {
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goOn = state.withLock { state in
                    if state.count > seen || Task.isCancelled { return true }
                    state.waiting[ticket] = continuation
                    return false
                }
                if goOn { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.resume()
        }
    }
}
