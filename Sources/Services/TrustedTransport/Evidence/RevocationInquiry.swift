package import NIOCore
package import PathValidation

package import struct FoundationEssentials.Date

/// Asks about certificates that others present to us, as servers do: the sources that the certificates name, over plain HTTP.
package final class RevocationInquiry: Sendable {
    private let fetcher: EvidenceFetcher
    private let kept: KeptEvidence
    private let (budget, grace): (Duration, Double)

    /// - Parameters:
    ///   - folder: where answers are kept for the time in which their sources are silent.
    ///   - budget: for all questions about one certificate and those above it.
    ///   - grace: past its end for which a kept answer still counts then.
    package init(
        keptIn folder: String, group: any EventLoopGroup, budget: Duration = .seconds(5), grace: Duration = .seconds(604_800)
    ) {
        HandlerTypes.complete()
        fetcher = EvidenceFetcher(group: group, timeout: budget)
        kept = KeptEvidence(folder: folder)
        (self.budget, self.grace) = (budget, grace.seconds)
    }

    /// For each certificate of a valid path below its anchor.
    package func outcomes(of path: CandidatePath, at time: Date) async -> [RevocationOutcome] {
        let service = RevocationService(source: PatientSource(fetcher, budget: budget, kept: kept), kept: kept, grace: grace)
        return await service.check(path, order: [.ocsp, .crl], at: time).outcomes
    }
}
