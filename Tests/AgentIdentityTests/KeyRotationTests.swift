import AgentIdentity
import AgentProtocol
import Foundation
import Testing

@Suite("A key pair goes over into the next one by a table, and a crash at any row ends well") struct KeyRotationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var from: KeyRotation
        var event: KeyRotation.Event
        var to: KeyRotation
        var action: KeyRotation.Action
        var testDescription: String { "\(from), \(event)" }
        init(_ from: KeyRotation, _ event: KeyRotation.Event, _ to: KeyRotation, _ action: KeyRotation.Action) {
            (self.from, self.event, self.to, self.action) = (from, event, to, action)
        }
    }

    static let rows = [
        Row(.steady, .due, .steady, .makeCandidate), Row(.steady, .failed, .steady, .tryLater),
        Row(.steady, .candidateStored, .prepared, .announceCandidate),
        Row(.prepared, .due, .prepared, .announceCandidate), Row(.prepared, .failed, .prepared, .tryLater),
        Row(.prepared, .answered(.accepted), .accepted, .replacePair), Row(.prepared, .answered(.recorded), .accepted, .replacePair),
        Row(.prepared, .answered(.unchanged), .accepted, .replacePair),
        Row(.prepared, .answered(.proofInvalid), .steady, .dropCandidate),
        Row(.prepared, .answered(.proofRequired), .steady, .dropCandidate),
        Row(.accepted, .due, .accepted, .replacePair), Row(.accepted, .failed, .accepted, .tryLater),
        Row(.accepted, .pairReplaced, .promoted, .confirm),
        Row(.promoted, .due, .promoted, .confirm), Row(.promoted, .failed, .promoted, .tryLater),
        Row(.promoted, .answered(.recorded), .steady, .tellUpdated), Row(.promoted, .answered(.unchanged), .steady, .tellUpdated),
        Row(.promoted, .answered(.proofRequired), .steady, .nothing), Row(.promoted, .answered(.accepted), .steady, .nothing),
    ]

    @Test(arguments: rows) func table(_ row: Row) {
        let (state, action) = row.from.after(row.event)
        #expect(state == row.to)
        #expect(action == row.action)
    }

    /// From every state, without a failure, a few steps lead back to steady, with the pair replaced or the candidate dropped.
    @Test(arguments: [KeyRotation.steady, .prepared, .accepted, .promoted]) func everyStateEnds(_ start: KeyRotation) {
        var (state, action) = start.after(.due)
        for _ in 0..<8 where state != .steady || action == .makeCandidate {
            let event: KeyRotation.Event =
                switch action {
                case .makeCandidate: .candidateStored
                case .announceCandidate: .answered(.accepted)
                case .replacePair: .pairReplaced
                default: .answered(.recorded)
                }
            (state, action) = state.after(event)
        }
        #expect(state == .steady && action == .tellUpdated)
    }

    @Test func renewalIsInTimeAndSpreadAndTheSameEachTime() {
        let (start, end) = (Date(timeIntervalSince1970: 1_800_000_000), Date(timeIntervalSince1970: 1_800_000_000 + 365 * 86_400))
        var parts: [Double] = []
        for number in 0..<1_000 {
            let at = KeyRotation.renewal(notBefore: start, notAfter: end, thumbprint: "agent \(number)")
            #expect(at == KeyRotation.renewal(notBefore: start, notAfter: end, thumbprint: "agent \(number)"))
            parts.append(at.timeIntervalSince(start) / end.timeIntervalSince(start))
        }
        #expect(parts.allSatisfy { (0.65...0.75).contains($0) })
        // In each tenth of the span there are some.
        #expect(Set(parts.map { Int(($0 - 0.65) * 100) }).count == 10)
    }
}
