import Synchronization

/// The first of several answers to one question counts; the others come to nothing.
final class FirstAnswer<Answer: Sendable>: Sendable {
    private let continuation: Mutex<CheckedContinuation<Answer, Never>?>

    init(_ continuation: CheckedContinuation<Answer, Never>) { self.continuation = Mutex(continuation) }

    func give(_ answer: Answer) {
        continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }?.resume(returning: answer)
    }
}

/// What `operation` brings, or nil once `limit` is over. Then it goes on by itself, and nobody waits for it: for work that cannot be cancelled.
func withinTime<Answer: Sendable>(_ limit: Duration, _ operation: @escaping @Sendable () async -> Answer) async -> Answer? {
    guard limit > .zero else { return nil }
    return await withCheckedContinuation { continuation in
        let first = FirstAnswer<Answer?>(continuation)
        let clock = Task {
            try? await Task.sleep(for: limit)
            first.give(nil)
        }
        Task {
            first.give(await operation())
            clock.cancel()
        }
    }
}
