public import struct FoundationEssentials.Date

/// Asks given lists about every certificate of a path, without a network: RFC 5280 §6.3 with distribution points in all forms, lists
/// partitioned by reason, indirect lists and delta lists.
public struct CRLPathChecker: Sendable {
    public var lists: [SourcedList]
    /// Certificates that may have signed a list and are not on the path.
    public var signers: [ParsedCertificate]
    public var limits: EvidenceLimits
    public var signerPath: SignerPath

    /// - Parameter signerPath: builds and validates the path of a signer that is not on the path checked; nil: `PathBuilder` does.
    public init(
        lists: [SourcedList], signers: [ParsedCertificate] = [], limits: EvidenceLimits = .standard, signerPath: SignerPath? = nil
    ) {
        (self.lists, self.signers, self.limits) = (lists, signers, limits)
        self.signerPath = signerPath ?? ListAnchorage.built
    }

    /// One outcome for each certificate below the anchor, end entity first.
    /// - Parameter path: end entity first, anchor last; that it is valid is the caller's business.
    public func check(path: CandidatePath, at time: Date) async -> [RevocationOutcome] {
        let certificates = path.certificates
        var search = ListSearch(
            anchorage: ListAnchorage(path: certificates, signerPath: signerPath), lists: lists, others: certificates.dropLast() + signers,
            at: time, limits: limits)
        var outcomes: [RevocationOutcome] = []
        for index in certificates.indices.dropLast() {
            let status = await search.status(of: certificates[index], above: Array(certificates[(index + 1)...]))
            outcomes.append(RevocationOutcome(certificate: certificates[index], status: status.orNoSource))
        }
        return outcomes
    }
}

extension RevocationOutcome.Status {
    /// `.unknown` is never empty.
    var orNoSource: RevocationOutcome.Status { self == .unknown([]) ? .unknown([.noSource]) : self }
}
