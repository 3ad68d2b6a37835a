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
    /// What is shown to a peer that asks for a client certificate; nil shows none. Asked for each connection.
    public var clientIdentity: @Sendable (Endpoint) -> ClientIdentity? = { _ in nil }
    /// Whether the peer is told which name is meant (SNI, RFC 6066 §3).
    public var serverNameIndication = true
    /// For the system's resolver.
    public var resolveTimeout: Duration = .seconds(10)
    /// TCP only, for all addresses of a name together.
    public var connectTimeout: Duration = .seconds(10)
    /// For the peer's part of the TLS handshake, and for a proxy's answer.
    public var handshakeTimeout: Duration = .seconds(30)
    /// How long a peer that asked for a client certificate may take to say no before it counts as a yes.
    public var clientCertificatePatience: Duration = .seconds(1)
    /// For all OCSP, CRL and AIA look-ups of one connection together.
    public var evidenceBudget: Duration = .seconds(10)
    /// For one OCSP, CRL or AIA request.
    public var evidenceTimeout: Duration = .seconds(8)
    /// Where answers about revocation are kept for outages; nil keeps none on disk.
    public var keptEvidence: KeptEvidence?
    /// Whether others are asked again about what connections rest on before that ends (`TrustedTransport.prefetchEvidence`).
    public var prefetchesEvidence = false
    /// Where it is remembered what vouched for each endpoint; nil remembers nothing.
    public var visits: VisitBook?
    /// Past its end for which a kept answer still counts while its source is silent. A week: as long as a list may stand.
    public var revocationGrace: Duration = .seconds(604_800)
    /// Larger responses are refused.
    public var responseLimit = 32 << 20
    /// Kept-alive connections per endpoint.
    public var idleConnections = 8
    public var idleTimeout: Duration = .seconds(60)
    /// Told of every connection that was tried, for a log.
    public var onAttempt: (@Sendable (ConnectionEvidence) -> Void)?
    /// The time that the checks are made for.
    public var clock: @Sendable () -> Date = { Date() }
    /// For each server that is asked for the time where certificates are out of theirs; nil asks none, as for a time that is not this machine's clock.
    public var clockPatience: Duration? = .seconds(1)

    public init(anchors: TrustAnchors, trustStore: TrustStoreFacts, policies: PolicyTable) {
        (self.anchors, self.trustStore, self.policies) = (anchors, trustStore, policies)
    }
}
