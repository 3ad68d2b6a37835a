import PathValidation

/// A source that has some answers at once.
protocol RememberingSource: EvidenceSource {
    func remembered(_ request: EvidenceRequest) -> EvidenceAnswer?
}

/// Passes questions on for as long as one connection may wait for all of them together.
struct PatientSource: EvidenceSource {
    private let source: any EvidenceSource
    private let kept: KeptEvidence?
    private let deadline: ContinuousClock.Instant

    /// A question that a kept answer speaks to is not waited for longer than this.
    static let patienceWithKeptAnswer: Duration = .seconds(2)

    /// - Parameter budget: begins now.
    init(_ source: any EvidenceSource, budget: Duration, kept: KeptEvidence?) {
        (self.source, self.kept) = (source, kept)
        deadline = .now + budget
    }

    func fetch(_ request: EvidenceRequest) async -> EvidenceAnswer {
        if let known = (source as? any RememberingSource)?.remembered(request) { return known }
        let left = deadline - .now
        let limit = kept?.has(request) == true ? min(left, Self.patienceWithKeptAnswer) : left
        let source = source
        return await withinTime(limit) { await source.fetch(request) } ?? .failed(.timeout(seconds: max(0, limit.seconds.rounded())))
    }
}
