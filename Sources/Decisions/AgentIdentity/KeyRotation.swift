public import AgentProtocol

public import struct Foundation.Date

/// The life of a key pair as a value: from one pair to the next with both good meanwhile, so that at every moment, and after a crash at any,
/// one of them works and opens what was sealed to it.
///
/// | state | in the keystore | at the instance |
/// | --- | --- | --- |
/// | steady | the pair | the same |
/// | prepared | the pair and a candidate | the pair; perhaps the candidate too |
/// | accepted | the pair and a candidate | both: secrets are still sealed to the pair |
/// | promoted | the candidate as the pair, the old one as the previous | both, until the new pair announces itself |
public enum KeyRotation: Hashable, Sendable {
    case steady, prepared, accepted, promoted

    public enum Event: Hashable, Sendable {
        /// It is time, or somebody asks for a new key.
        case due
        /// The candidate is in the keystore, and on the medium.
        case candidateStored
        /// What the instance says of the candidate, or of the new pair.
        case answered(AgentMessages.KeyOutcome)
        /// The keystore has the candidate as the pair.
        case pairReplaced
        /// Nobody answered, or a file could not be written.
        case failed
    }

    public enum Action: Hashable, Sendable {
        case makeCandidate
        /// With a proof by the pair.
        case announceCandidate
        case replacePair
        /// The new pair announces itself, without a proof: from now on the old one is not taken any more.
        case confirm
        /// It stays as it was; the instance does not take the candidate.
        case dropCandidate
        case tellUpdated
        case tryLater
        case nothing
    }

    /// What a keystore and nothing else says: a crash ends up here.
    public init(hasCandidate: Bool) { self = hasCandidate ? .prepared : .steady }

    public func after(_ event: Event) -> (state: KeyRotation, action: Action) {
        switch (self, event) {
        case (.steady, .due): (.steady, .makeCandidate)
        case (.steady, .candidateStored): (.prepared, .announceCandidate)
        case (.steady, .failed): (.steady, .tryLater)
        case (.prepared, .due): (.prepared, .announceCandidate)
        // `recorded`: the instance had no key, or the agent is not validated and needs no proof.
        case (.prepared, .answered(.accepted)), (.prepared, .answered(.recorded)), (.prepared, .answered(.unchanged)):
            (.accepted, .replacePair)
        case (.prepared, .answered(.proofRequired)), (.prepared, .answered(.proofInvalid)): (.steady, .dropCandidate)
        case (.prepared, .failed): (.prepared, .tryLater)
        case (.accepted, .due): (.accepted, .replacePair)
        case (.accepted, .pairReplaced): (.promoted, .confirm)
        case (.accepted, .failed): (.accepted, .tryLater)
        case (.promoted, .due): (.promoted, .confirm)
        case (.promoted, .answered(.recorded)), (.promoted, .answered(.unchanged)): (.steady, .tellUpdated)
        // A proof was wanted after all: the record changed behind our back, which start-up explains.
        case (.promoted, .answered): (.steady, .nothing)
        case (.promoted, .failed): (.promoted, .tryLater)
        default: (self, .nothing)
        }
    }

    /// When a generated certificate is to be replaced: between 65 and 75 hundredths of its life, so that many agents that were set up
    /// together do not come together. Where in between is the certificate's own, the same at each start.
    public static func renewal(notBefore: Date, notAfter: Date, thumbprint: String) -> Date {
        // FNV-1a: any even spread will do.
        let hash = thumbprint.utf8.reduce(UInt32(0x811C_9DC5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let part = 0.65 + 0.10 * Double(hash % 10_000) / 10_000
        return notBefore.addingTimeInterval(notAfter.timeIntervalSince(notBefore) * part)
    }
}
