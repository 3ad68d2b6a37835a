import Diagnosis

/// What an agent does before it takes jobs, in this order.
public enum StartupStep: String, Sendable, Codable, CaseIterable {
    /// config.xml and the folders around it.
    case configuration
    /// The identity's key pair: opened, or created.
    case keystore
    /// Trust store and policies: from here on connections can be judged.
    case trust
    /// `InstanceInfo`, without login: the instance is reached over a connection that passed its checks.
    case instanceInfo
    /// `GetMIDInfo`: user, password and roles.
    case login
    /// The key is made known; a registration key validates at once.
    case announcement
    /// Until the instance says Yes.
    case validation

    /// Whether a failure is in our own files, which waiting does not mend.
    var isLocal: Bool { self == .configuration || self == .keystore || self == .trust }
    var next: StartupStep? { Self.allCases.firstIndex(of: self).flatMap { Self.allCases.dropFirst($0 + 1).first } }
}

/// How long an agent tries.
public enum Persistence: Sendable, Hashable {
    /// As a service does: only errors of our own files end it.
    case forever
    /// A one-off run: an attempt per step, refusals end it at once.
    case attempts(Int)
}

/// The start-up as a value: maps what a step brought to the next state and to what has to be done.
enum StartupSequence: Equatable, Sendable {
    case performing(StartupStep, failures: Int)
    case serving
    case ended

    enum Event: Equatable, Sendable {
        case passed
        /// Nobody answered, or only with a server error.
        case unreachable([Finding])
        /// It answered, and said no; or a file of ours is wrong.
        case refused([Finding])
        /// Announced and recorded, but a person has to say yes.
        case notValidated([Finding])
    }

    enum Action: Equatable, Sendable {
        case perform(StartupStep)
        case wait(BackoffKind, failures: Int, then: StartupStep)
        case serve
        case end([Finding])
        case nothing
    }

    enum BackoffKind: Equatable, Sendable {
        /// Grows up to a minute.
        case growing
        /// Every five seconds: a person is about to click.
        case steady
    }

    static let initial = StartupSequence.performing(.configuration, failures: 0)

    func after(_ event: Event, persistence: Persistence) -> (state: StartupSequence, action: Action) {
        guard case .performing(let step, let failures) = self else { return (self, .nothing) }
        switch event {
        case .passed:
            guard let next = step.next else { return (.serving, .serve) }
            return (.performing(next, failures: 0), .perform(next))
        case .unreachable(let findings):
            if step.isLocal || persistence.isExhausted(by: failures + 1) { return (.ended, .end(findings)) }
            return (.performing(step, failures: failures + 1), .wait(.growing, failures: failures + 1, then: step))
        case .refused(let findings):
            if step.isLocal || persistence != .forever { return (.ended, .end(findings)) }
            return (.performing(step, failures: failures + 1), .wait(.growing, failures: failures + 1, then: step))
        case .notValidated(let findings):
            if persistence.isExhausted(by: failures + 1) { return (.ended, .end(findings)) }
            return (.performing(step, failures: failures + 1), .wait(.steady, failures: failures + 1, then: step))
        }
    }
}

extension Persistence {
    func isExhausted(by failures: Int) -> Bool {
        switch self {
        case .forever: false
        case .attempts(let limit): failures >= limit
        }
    }
}
