import Synchronization

/// That somebody wants a new key pair, until there is one.
final class RekeyWish: Sendable {
    enum Strength: Int, Sendable, Comparable {
        case none, ofGenerated
        /// A custom certificate goes, too: the agent was invalidated, or told to remove it.
        case ofAny
        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }
    private let state = Mutex(Strength.none)

    var strength: Strength { state.withLock { $0 } }

    func raise(to strength: Strength) { state.withLock { $0 = max($0, strength) } }
    func fulfil() { state.withLock { $0 = .none } }
}
