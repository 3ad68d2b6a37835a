import PathValidation

/// What sources answered lately, and which of them do not answer; bounded in answers and in octets.
struct EvidenceMemory {
    private var answers: [EvidenceRequest: Remembered] = [:]
    private var octets = 0
    private var silent: [String: Silence] = [:]

    private enum Remembered {
        case underWay(Task<EvidenceAnswer, Never>)
        case known(EvidenceAnswer, until: ContinuousClock.Instant)
    }

    /// A host that failed is left alone until then, and each time for twice as long.
    private struct Silence {
        var failure: FetchFailure
        var until: ContinuousClock.Instant
        var pause: Duration
    }

    static let answerLimit = 256
    static let octetLimit = 64 << 20
    static let silentLimit = 256
    static let keepAnswers: Duration = .seconds(300)
    static let keepRefusals: Duration = .seconds(20)
    static let firstPause: Duration = .seconds(20)
    static let longestPause: Duration = .seconds(300)

    enum Lookup {
        case known(EvidenceAnswer)
        case underWay(Task<EvidenceAnswer, Never>)
    }

    func known(_ request: EvidenceRequest) -> EvidenceAnswer? {
        if case .known(let answer, let until)? = answers[request], until > .now { answer } else { nil }
    }

    /// - Parameter authority: `host:port`, for which one failure speaks whatever is asked.
    mutating func look(up request: EvidenceRequest, at authority: String, ask: () -> Task<EvidenceAnswer, Never>) -> Lookup {
        let now = ContinuousClock.now
        if let answer = known(request) { return .known(answer) }
        if case .underWay(let task)? = answers[request] { return .underWay(task) }
        if let silence = silent[authority], silence.until > now { return .known(.failed(silence.failure)) }
        forget(request)
        let task = ask()
        answers[request] = .underWay(task)
        return .underWay(task)
    }

    mutating func remember(_ answer: EvidenceAnswer, to request: EvidenceRequest, from authority: String) {
        let now = ContinuousClock.now
        answers[request] = nil
        if case .failed(let failure) = answer, failure.speaksForHost {
            // Questions that were under way together fail together, and count once.
            if let silence = silent[authority], silence.until > now { return }
            let pause = silent[authority].map { min($0.pause * 2, Self.longestPause) } ?? Self.firstPause
            if silent.count >= Self.silentLimit { silent = silent.filter { $0.value.until > now } }
            if silent.count < Self.silentLimit { silent[authority] = Silence(failure: failure, until: now + pause, pause: pause) }
            return
        }
        silent[authority] = nil
        makeRoom(for: answer.octets)
        octets += answer.octets
        let keep = if case .answered(200, _, _, _) = answer { Self.keepAnswers } else { Self.keepRefusals }
        answers[request] = .known(answer, until: now + keep)
    }

    private mutating func forget(_ request: EvidenceRequest) {
        if case .known(let answer, _)? = answers.removeValue(forKey: request) { octets -= answer.octets }
    }

    /// What ends first goes first; questions under way stay.
    private mutating func makeRoom(for size: Int) {
        guard answers.count >= Self.answerLimit || octets + size > Self.octetLimit else { return }
        let oldest = answers.compactMap { entry -> (EvidenceRequest, ContinuousClock.Instant)? in
            if case .known(_, let until) = entry.value { (entry.key, until) } else { nil }
        }.sorted { $0.1 < $1.1 }
        for (request, _) in oldest where answers.count > Self.answerLimit / 2 || octets + size > Self.octetLimit / 2 { forget(request) }
    }
}

extension EvidenceAnswer {
    fileprivate var octets: Int { if case .answered(_, _, _, let body) = self { body.count } else { 0 } }
}

extension FetchFailure {
    /// Another question to the same host would fail alike.
    fileprivate var speaksForHost: Bool {
        switch self {
        case .nameNotFound, .refused, .timeout, .reset: true
        default: false
        }
    }
}
