import struct FoundationEssentials.Date

/// Between which times evidence counts, and how it may be signed.
public struct EvidenceLimits: Hashable, Sendable {
    /// Seconds past nextUpdate for which evidence still counts (an outage of the authority is not an outage of ours).
    public var grace: Double
    /// Seconds by which the signer's clock may differ from ours. RFC 6960 leaves it open; five minutes is what Kerberos allows.
    public var skew: Double
    /// Seconds after thisUpdate for which evidence without nextUpdate counts. RFC 6960 §2.4 says only that newer information is always
    /// available; a week is the longest that the CA/Browser Forum lets a list stand.
    public var lifeWithoutNextUpdate: Double
    /// Seconds after thisUpdate for which any evidence counts; nil: nextUpdate alone decides.
    public var greatestAge: Double?
    /// SHA-1 signatures can be forged at a price. Only for reading old evidence again.
    public var allowsInsecureSHA1: Bool
    /// Bits of the smallest RSA key whose signature on evidence counts. NIST SP 800-131A: below 2048 is disallowed. Nothing below 1024 is read.
    public var smallestRSAKey: Int
    /// Whether a list must have a cRLNumber: "CRL issuers conforming to this profile MUST include this extension in all CRLs",
    /// RFC 5280 §5.2.3. Many do not.
    public var requiresListNumber: Bool
    /// Whether an answer must repeat the nonce of the request. Responders that sign ahead cannot.
    public var requiresNonce: Bool

    public init(
        grace: Double = 0, skew: Double = 300, lifeWithoutNextUpdate: Double = 604_800, greatestAge: Double? = nil,
        allowsInsecureSHA1: Bool = false, smallestRSAKey: Int = 2_048, requiresListNumber: Bool = false, requiresNonce: Bool = false
    ) {
        (self.grace, self.skew, self.lifeWithoutNextUpdate) = (grace, skew, lifeWithoutNextUpdate)
        (self.greatestAge, self.allowsInsecureSHA1, self.smallestRSAKey) = (greatestAge, allowsInsecureSHA1, smallestRSAKey)
        (self.requiresListNumber, self.requiresNonce) = (requiresListNumber, requiresNonce)
    }
    public static let standard = EvidenceLimits()

    /// nil when the evidence counts at `time`.
    func objection(_ kind: RevocationProof.Kind, _ url: String, from: Date, until: Date?, at time: Date) -> RevocationObstacle? {
        if isAhead(from, of: time) { return .notYetValid(kind, url: url, thisUpdate: from) }
        let age = time.timeIntervalSince1970 - from.timeIntervalSince1970
        if let greatestAge, age > greatestAge + grace { return .stale(kind, url: url, nextUpdate: until) }
        // Ended before it began: never in force.
        if let until, until < from { return .stale(kind, url: url, nextUpdate: until) }
        let left = until.map { $0.timeIntervalSince1970 - time.timeIntervalSince1970 } ?? lifeWithoutNextUpdate - age
        return left + skew + grace < 0 ? .stale(kind, url: url, nextUpdate: until) : nil
    }

    func isAhead(_ moment: Date, of time: Date) -> Bool { moment.timeIntervalSince1970 > time.timeIntervalSince1970 + skew }
}
