import Synchronization

/// A value that comes later, once; everyone who asks gets the same.
final class Pledge<Value: Sendable, Failure: Error>: Sendable {
    private struct State {
        var outcome: Result<Value, Failure>?
        var waiting: [CheckedContinuation<Result<Value, Failure>, Never>] = []
    }

    private let state = Mutex(State())

    /// The first outcome counts.
    func settle(_ outcome: Result<Value, Failure>) {
        let waiting = state.withLock { state in
            guard state.outcome == nil else { return [CheckedContinuation<Result<Value, Failure>, Never>]() }
            state.outcome = outcome
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.resume(returning: outcome) }
    }

    func value() async throws(Failure) -> Value {
        let outcome = await withCheckedContinuation { continuation in
            let known: Result<Value, Failure>? = state.withLock { state in
                if state.outcome == nil { state.waiting.append(continuation) }
                return state.outcome
            }
            if let known { continuation.resume(returning: known) }
        }
        return try outcome.get()
    }
}
