import AgentIdentity
import Synchronization

import struct Foundation.Date

/// The agent's key pairs as all loops see them: one is the agent's, the others open what was sealed to them.
final class IdentityRing: Sendable {
    struct Pairs: Sendable {
        var current: IdentityKeyPair
        /// Made, and not the agent's yet.
        var candidate: IdentityKeyPair?
        var previous: IdentityKeyPair?
        /// Since when it is that.
        var previousSince: Date?
        /// What a peer that asks for a client certificate is shown: the key with a certificate of the instance's authority.
        var client: IdentityKeyPair?

        /// The likeliest first.
        var all: [IdentityKeyPair] { [current] + [candidate, previous].compactMap { $0 } }
    }

    private let state: Mutex<Pairs>

    init(_ pairs: Pairs) { state = Mutex(pairs) }

    var pairs: Pairs {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
