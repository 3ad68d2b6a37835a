public import PathValidation

extension EndpointPolicy {
    /// Same evidence, same verdict: the transport has read the clock and asked the responders.
    public func verdict(on evidence: ConnectionEvidence) -> Verdict {
        guard evidence.obstacle == nil else { return .unreachable }
        var objections: [Objection] = []
        var notes: [Objection] = []
        if checks.chain, evidence.path?.isValid != true { objections.append(.chain) }
        if checks.hostname, checks.chain, evidence.hostname.map({ !accepts($0) }) ?? true { objections.append(.hostname) }
        if checks.revocation != .notChecked {
            let statuses = evidence.revocation.map(\.status)
            if statuses.contains(where: \.isRevoked) { objections.append(.revoked) }
            if statuses.contains(where: \.isUnknown) || (evidence.path?.isValid != true && !statuses.contains(where: \.isRevoked)) {
                if statuses.contains(where: checks.denies) || statuses.isEmpty && checks.revocation == .denyUnknown {
                    objections.append(.revocationUnknown)
                } else {
                    notes.append(.revocationUnknown)
                }
            }
        }
        if reportOnly { return .trusted(notes: objections + notes) }
        return objections.isEmpty ? .trusted(notes: notes) : .refused(objections)
    }

    /// Whether the name outcome satisfies this row, which may allow the common name to stand in for a missing SAN.
    public func accepts(_ outcome: NameOutcome) -> Bool {
        switch outcome {
        case .matched: true
        case .commonNameOnly: checks.commonNameFallback
        case .mismatch, .noNames, .addressNotListed, .wildcardTooWide: false
        }
    }
}

extension Checks {
    /// Whether not knowing this is a reason against the connection.
    public func denies(_ status: RevocationOutcome.Status) -> Bool {
        guard case .unknown(let obstacles) = status else { return false }
        return switch revocation {
        case .notChecked, .allowUnknown: false
        case .denyUnknown: true
        case .denyUnanswered: !obstacles.allSatisfy { $0 == .noSource || $0 == .issuerMissing }
        }
    }
}

extension RevocationOutcome.Status {
    public var isRevoked: Bool { if case .revoked = self { true } else { false } }
    public var isUnknown: Bool { if case .unknown = self { true } else { false } }
}
