import NIOCore
import Synchronization

/// Closes a channel whose peer keeps us waiting. It stands still while we ourselves judge what the peer sent.
final class HandshakeClock: Sendable {
    private let limit: Duration
    private let state = Mutex(State())
    private struct State {
        var scheduled: Scheduled<Void>?
        var ranOut = false
        var isOver = false
    }

    init(limit: Duration) { self.limit = limit }

    var ranOut: Bool { state.withLock { $0.ranOut } }

    func start(_ channel: any Channel) {
        state.withLock { state in
            guard !state.isOver else { return }
            state.scheduled?.cancel()
            state.scheduled = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) {
                self.state.withLock { $0.ranOut = true }
                channel.close(promise: nil)
            }
        }
    }

    func pause() {
        state.withLock { state in
            state.scheduled?.cancel()
            state.scheduled = nil
        }
    }

    /// For good.
    func end() {
        pause()
        state.withLock { $0.isOver = true }
    }
}
