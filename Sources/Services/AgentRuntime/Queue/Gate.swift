import Synchronization

/// Lets the claim loop pass while the agent is validated, and holds it while it is not.
final class Gate: Sendable {
    private let state: Mutex<Bool>
    private let bell = Bell()

    init(isOpen: Bool) { state = Mutex(isOpen) }

    var isOpen: Bool { state.withLock { $0 } }

    func open() {
        state.withLock { $0 = true }
        bell.ring()
    }

    func close() { state.withLock { $0 = false } }

    /// Returns when the gate is open, or when the task is cancelled.
    func passage() async {
        while !Task.isCancelled {
            let seen = bell.count
            if isOpen { return }
            await bell.rung(after: seen)
        }
    }
}
