/// How a claim loop asks for jobs: held back by the instance until there is one (push), or at intervals where that does not get through.
enum ClaimPace: Equatable, Sendable {
    /// `failures`: requests in a row that were cut while the instance held them.
    case push(failures: Int)
    /// A proxy or firewall cuts requests that wait. `remaining` polls until waiting is tried again.
    case polling(remaining: Int)

    enum Event: Equatable, Sendable {
        /// An answer, with or without jobs.
        case answered
        /// Cut after the request had been sent.
        case interrupted
    }

    static let initial = ClaimPace.push(failures: 0)
    /// Below the 60 s after which many proxies cut a silent connection.
    static let waitSeconds = 30
    static let pollsBeforePush = 12

    /// What `waitSeconds` the next request carries.
    var waitSeconds: Int {
        switch self {
        case .push: Self.waitSeconds
        case .polling: 0
        }
    }

    func after(_ event: Event) -> ClaimPace {
        switch (self, event) {
        case (.push, .answered): .push(failures: 0)
        case (.push(let failures), .interrupted): failures >= 1 ? .polling(remaining: Self.pollsBeforePush) : .push(failures: failures + 1)
        case (.polling(let remaining), .answered): remaining > 1 ? .polling(remaining: remaining - 1) : .push(failures: 0)
        case (.polling, .interrupted): self
        }
    }
}
