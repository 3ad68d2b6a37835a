import AgentIdentity
import AgentProtocol
import Foundation

/// Sealed secrets, opened as an agent opens those that come with its jobs.
enum SecretsBenchmark {
    /// COUNT: how many a second.
    static func run(_ arguments: [String]) throws {
        guard arguments.count == 1, let count = Int(arguments[0]), (1...1_000_000).contains(count) else { throw Misuse() }
        let (agent, record) = (SysID.random(), SysID.random())
        let pair = try IdentityKeyPair.generate(agentName: "bench", tail: MidID.random(), notBefore: Date())
        let secret = Array(#"{"username":"bench","password":"0123456789abcdef0123456789"}"#.utf8)
        let sealed = try (0..<count).map { _ in
            try SealedSecret.seal(secret, to: pair.certificateDER, agent: agent, record: record)
        }
        let start = ContinuousClock.now
        for text in sealed {
            guard try SealedSecret.open(text, with: pair, agent: agent, record: record) == secret else { throw Misuse() }
        }
        let taken = (ContinuousClock.now - start).components
        print(Double(count) / (Double(taken.seconds) + Double(taken.attoseconds) / 1e18))
    }
}
