public import PathValidation
public import TrustPolicy

public import struct Foundation.Date

/// What a transport trusts, whom it asks, and how long it waits.
public struct TransportConfiguration: Sendable {
    public var anchors: TrustAnchors
    public var trustStore: TrustStoreFacts
    public var policies: PolicyTable
    /// Through which connections and look-ups leave; nil for direct ones.
    public var proxy: ProxyRoute?
    /// For one address, TCP only.
    public var connectTimeout: Duration = .seconds(10)
    /// For the TLS handshake with all checks, revocation look-ups included.
    public var handshakeTimeout: Duration = .seconds(30)
    /// For one OCSP, CRL or AIA request.
    public var evidenceTimeout: Duration = .seconds(8)
    /// Where answers about revocation are kept for outages; nil keeps none on disk.
    public var keptEvidence: KeptEvidence?
    /// Past its end for which a kept answer still counts while its source is silent. A week: as long as a list may stand.
    public var revocationGrace: Duration = .seconds(604_800)
    /// Larger responses are refused.
    public var responseLimit = 32 << 20
    /// Kept-alive connections per endpoint.
    public var idleConnections = 8
    public var idleTimeout: Duration = .seconds(60)
    /// The time that the checks are made for.
    public var clock: @Sendable () -> Date = { Date() }

    public init(anchors: TrustAnchors, trustStore: TrustStoreFacts, policies: PolicyTable) {
        (self.anchors, self.trustStore, self.policies) = (anchors, trustStore, policies)
    }
}
