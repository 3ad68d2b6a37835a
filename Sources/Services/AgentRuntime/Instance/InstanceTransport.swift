public import TrustPolicy
public import TrustedTransport

/// How the agent reaches endpoints: in life a `TrustedTransport`, in tests an instance that hangs, lies and dies on command.
public protocol InstanceTransport: Sendable {
    func send(_ request: OutboundRequest, to endpoint: Endpoint) async throws(TransportFailure) -> InboundResponse
    func inspect(_ endpoint: Endpoint) async -> ConnectionEvidence
    func openDirectory(_ endpoint: Endpoint) async throws(TransportFailure) -> DirectorySession
    /// What the next connections are judged by.
    func renew(_ configuration: TransportConfiguration)
    /// Until it is cancelled.
    func prefetchEvidence(every interval: Duration, tell: @Sendable (EvidenceNews) async -> Void) async
}

extension InstanceTransport {
    /// For transports that judge nothing.
    public func renew(_ configuration: TransportConfiguration) {}
    public func prefetchEvidence(every interval: Duration, tell: @Sendable (EvidenceNews) async -> Void) async {}
}
