import AgentIdentity
import AgentProtocol
import Synchronization

import struct Foundation.Date

/// How the agent proves who it is with each request.
enum InstanceLogin: Sendable {
    case password(BasicCredentials)
    /// The connection's client certificate says it; requests add nothing.
    case certificate(user: String)
    case token(TokenSource)

    var header: [(name: String, value: String)] {
        switch self {
        case .password(let credentials): [credentials.header]
        case .certificate: []
        case .token(let source): source.text.map { [("authorization", "Bearer " + $0)] } ?? []
        }
    }

    /// For people.
    var words: String {
        switch self {
        case .password(let credentials): "login as \(credentials.user)"
        case .certificate(let user): "login as \(user) by client certificate"
        case .token(let source): "login as \(source.user) by token"
        }
    }
}

/// Tokens signed by the agent's present key; one serves until a minute before its end.
final class TokenSource: Sendable {
    let user: String
    private let agentName: String
    private let identity: IdentityRing
    private let now: @Sendable () -> Date
    private let last = Mutex<(text: String, key: String, until: Date)?>(nil)

    init(agentName: String, user: String, identity: IdentityRing, now: @escaping @Sendable () -> Date = { Date() }) {
        (self.agentName, self.user, self.identity, self.now) = (agentName, user, identity, now)
    }

    /// nil when the key does not sign.
    var text: String? {
        let (time, pair) = (now(), identity.pairs.current)
        return last.withLock { last in
            if let last, last.key == pair.thumbprint, last.until > time { return last.text }
            guard let text = AgentToken.sign(agentName: agentName, user: user, by: pair, now: time) else { return nil }
            last = (text, pair.thumbprint, time.addingTimeInterval(AgentToken.lifeSeconds - 60))
            return text
        }
    }
}
