import AgentProtocol
import InstanceStore
import Synchronization

/// The claims that are held back until a job comes. Per agent the newest counts: an older one, whose connection may be dead without our
/// knowing, answers empty at once and takes no job with it.
final class ClaimWaits: Sendable {
    struct Turn: Hashable, Sendable {
        fileprivate var agent: SysID
        fileprivate var number: UInt64
    }

    private struct State {
        var newest: [SysID: UInt64] = [:]
        var last: UInt64 = 0
        var isStopping = false
    }

    private let signal: JobSignal
    private let state = Mutex(State())

    init(signal: JobSignal) { self.signal = signal }

    func begin(_ agent: AgentRecord) -> Turn {
        let (turn, displaces) = state.withLock { state in
            state.last += 1
            let displaces = state.newest.updateValue(state.last, forKey: agent.sysID) != nil
            return (Turn(agent: agent.sysID, number: state.last), displaces)
        }
        if displaces { signal.wake(agent: queueAgent(named: agent.name)) }
        return turn
    }

    func mayGoOn(_ turn: Turn) -> Bool { state.withLock { !$0.isStopping && $0.newest[turn.agent] == turn.number } }

    func end(_ turn: Turn) {
        state.withLock { state in
            if state.newest[turn.agent] == turn.number { state.newest[turn.agent] = nil }
        }
    }

    /// Lets all of them answer: the instance is going down.
    func stop() {
        state.withLock { $0.isStopping = true }
        signal.wakeAll()
    }
}
