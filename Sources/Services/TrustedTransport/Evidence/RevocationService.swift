import NIOPosix
import PathValidation
import TrustPolicy

import struct FoundationEssentials.Date

/// Finds out about revocation, and goes on with what is known while a source is silent.
struct RevocationService: Sendable {
    var source: any EvidenceSource
    var kept: KeptEvidence?
    /// Seconds past its end for which a kept answer still counts while nobody gives a newer one.
    var grace: Double

    /// The outcomes, and the certificates (by position) for which a kept answer decided, with what stood in the way of a new one.
    func check(
        _ path: CandidatePath, order: [RevocationProof.Kind], at time: Date
    ) async -> (outcomes: [RevocationOutcome], fromKept: [Int: [RevocationObstacle]]) {
        let checker = RevocationChecker()
        guard let kept else {
            return (await checker.check(path: path, at: time, source: source, options: RevocationOptions(order: order)), [:])
        }
        let witnessed = WitnessedSource(source)
        var outcomes = await checker.check(path: path, at: time, source: witnessed, options: RevocationOptions(order: order))
        let decided = Set(outcomes.compactMap { $0.status.proof?.source })
        // Writing waits for the medium.
        try? await NIOThreadPool.singleton.runIfActive { witnessed.keep(what: decided, in: kept) }
        guard outcomes.contains(where: \.status.lacksAnswer) else { return (outcomes, [:]) }

        var limits = EvidenceLimits.standard
        limits.grace = grace
        let within = await checker.check(
            path: path, at: time, source: KeptSource(kept: kept), options: RevocationOptions(order: order, limits: limits))
        // What was revoked stays so, however old the answer is.
        limits.grace = 1e10
        let ever = await checker.check(
            path: path, at: time, source: KeptSource(kept: kept), options: RevocationOptions(order: order, limits: limits))
        var fromKept: [Int: [RevocationObstacle]] = [:]
        for index in outcomes.indices {
            guard outcomes[index].status.lacksAnswer, case .unknown(let obstacles) = outcomes[index].status else { continue }
            if ever[index].status.isRevoked {
                outcomes[index] = ever[index]
            } else if !within[index].status.isUnknown {
                outcomes[index] = within[index]
            } else {
                continue
            }
            fromKept[index] = obstacles
        }
        return (outcomes, fromKept)
    }
}

extension RevocationOutcome.Status {
    var proof: RevocationProof? {
        switch self {
        case .good(let proof), .revoked(let proof, _, _): proof
        case .unknown: nil
        }
    }

    /// A source did not answer, or with something that is no evidence: an outage, and not a statement.
    fileprivate var lacksAnswer: Bool {
        guard case .unknown(let obstacles) = self else { return false }
        return obstacles.contains {
            switch $0 {
            case .unreachable, .httpStatus, .notAnAnswer, .stale: true
            default: false
            }
        }
    }
}
