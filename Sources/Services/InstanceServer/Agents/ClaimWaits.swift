import AgentProtocol
import InstanceStore
import NIOCore
import Synchronization

/// The claims that are held back until a job comes. Per agent the newest counts: an older one, whose connection may be dead without our
/// knowing, answers empty at once and takes no job with it.
final class ClaimWaits: Sendable {
    struct Turn: Hashable, Sendable {
        fileprivate var agent: SysID
        fileprivate var number: UInt64
    }

    private struct Held {
        var number: UInt64
        var connection: ObjectIdentifier
        var queueName: String
    }

    private struct State {
        var newest: [SysID: Held] = [:]
        var last: UInt64 = 0
        var isStopping = false
    }

    private let signal: JobSignal
    private let state = Mutex(State())

    init(signal: JobSignal) { self.signal = signal }

    func begin(_ agent: AgentRecord, over channel: any Channel) -> Turn {
        let (queueName, connection) = (queueAgent(named: agent.name), ObjectIdentifier(channel))
        let (turn, displaces) = state.withLock { state in
            state.last += 1
            let held = Held(number: state.last, connection: connection, queueName: queueName)
            let displaces = state.newest.updateValue(held, forKey: agent.sysID) != nil
            return (Turn(agent: agent.sysID, number: state.last), displaces)
        }
        if displaces { signal.wake(agent: queueName) }
        // A client that went before its turn came will not go again.
        if !channel.isActive { connectionClosed(connection) }
        return turn
    }

    func mayGoOn(_ turn: Turn) -> Bool { state.withLock { !$0.isStopping && $0.newest[turn.agent]?.number == turn.number } }

    func end(_ turn: Turn) {
        state.withLock { state in
            if state.newest[turn.agent]?.number == turn.number { state.newest[turn.agent] = nil }
        }
    }

    /// A claim whose client is gone takes no job any more.
    func connectionClosed(_ connection: ObjectIdentifier) {
        let ended = state.withLock { state in
            let ended = state.newest.filter { $0.value.connection == connection }
            for agent in ended.keys { state.newest[agent] = nil }
            return ended.values.map(\.queueName)
        }
        for name in ended { signal.wake(agent: name) }
    }

    /// Lets all of them answer: the instance is going down.
    func stop() {
        state.withLock { $0.isStopping = true }
        signal.wakeAll()
    }
}
