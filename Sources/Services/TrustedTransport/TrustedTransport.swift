public import NIOCore
public import NIOPosix
public import PathValidation
import Synchronization
public import TrustPolicy

/// Every TLS connection that leaves an agent. A request is sent only after the endpoint's policy said yes to what the peer presented.
public final class TrustedTransport: Sendable {
    private let current: Mutex<Dialer>
    private let pool: ConnectionPool

    private var dialer: Dialer { current.withLock { $0 } }

    /// - Parameter evidence: whom to ask for OCSP answers, CRLs and issuers; nil asks the sources that certificates name, over plain HTTP.
    public init(
        configuration: TransportConfiguration, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        evidence: (any EvidenceSource)? = nil
    ) {
        HandlerTypes.complete()
        current = Mutex(
            Dialer(
                configuration: configuration, group: group,
                source: evidence ?? EvidenceFetcher(group: group, timeout: configuration.evidenceTimeout, proxy: configuration.proxy)))
        pool = ConnectionPool(perEndpoint: configuration.idleConnections, idleTimeout: configuration.idleTimeout)
    }

    /// From the next connection on; those that stand idle passed another verdict, and are closed. Whom to ask about revocation stays.
    public func renew(_ configuration: TransportConfiguration) {
        current.withLock { $0.configuration = configuration }
        pool.closeAll()
    }

    /// One exchange with an `https` endpoint, over a kept-alive connection if one stands.
    ///
    /// Throws `.notSent` with the evidence when the policy refuses the peer or no session comes about; plain `http` is always refused.
    public func send(_ request: OutboundRequest, to endpoint: Endpoint) async throws(TransportFailure) -> InboundResponse {
        while let connection = pool.take(endpoint) {
            do {
                return try await exchange(request, over: connection, endpoint: endpoint)
            } catch HTTPConnection.Failure.closed(untouched: true) where request.mayRepeat {
                continue  // the peer had closed it while it was idle
            } catch {
                throw Self.failure(error)
            }
        }
        let dialer = dialer
        let attempt = await dialer.open(endpoint, dial: nil, settling: false)
        guard let channel = attempt.channel else { throw .notSent(attempt.evidence) }
        do {
            let limit = dialer.configuration.responseLimit
            return try await exchange(request, over: .adopt(channel, unpackingUpTo: limit), endpoint: endpoint)
        } catch {
            if error is HTTPConnection.Failure, let evidence = await dialer.refusal(of: attempt) { throw .notSent(evidence) }
            throw Self.failure(error)
        }
    }

    /// A session with an LDAP server: `ldaps`, or `ldap` with StartTLS. Throws `.notSent` with the evidence when its certificate is refused
    /// or no session comes about.
    ///
    /// - Parameter patience: for each answer of the server.
    public func openDirectory(_ endpoint: Endpoint, patience: Duration = .seconds(30)) async throws(TransportFailure) -> DirectorySession {
        let dialer = dialer
        let attempt = await dialer.open(endpoint, dial: nil, settling: true)
        guard let channel = attempt.channel else { throw .notSent(attempt.evidence) }
        do {
            return try await DirectorySession.adopt(channel, timeout: patience, limit: dialer.configuration.responseLimit)
        } catch {
            throw .interrupted("the connection was closed after the handshake")
        }
    }

    /// Connects, gathers all evidence, and hangs up without sending anything.
    ///
    /// - Parameter dial: connect there instead, and keep the endpoint's name for SNI and the checks.
    public func inspect(_ endpoint: Endpoint, dial: (host: String, port: Int)? = nil) async -> ConnectionEvidence {
        let dialer = dialer
        let evidence = await dialer.inspect(endpoint, dial: dial)
        await dialer.configuration.visits?.flush()
        return evidence
    }

    /// For many inspections one after the other. What they note of their visits is written in the background: `VisitBook.flush`.
    public func lane() -> InspectionLane { InspectionLane(dialer) }

    /// Asks again about what connections rest on before that ends, until it is cancelled. Nothing is due unless the configuration prefetches.
    ///
    /// - Parameter tell: told when nobody says anything new about a path, and when somebody does again.
    public func prefetchEvidence(every interval: Duration, tell: @Sendable (EvidenceNews) async -> Void) async {
        while true {
            do { try await Task.sleep(for: interval) } catch { return }
            await dialer.prefetchEvidence(tell)
        }
    }

    /// What the system's resolver says, as text; none when it says nothing.
    public static func addresses(of host: String) async -> [String] {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        guard case .found(let addresses) = await NameResolution.answer(of: host, port: 443, within: .seconds(10), on: loop) else {
            return []
        }
        return addresses.compactMap(\.ipAddress)
    }

    /// Closes idle connections. Exchanges under way end by themselves.
    public func shutdown() { pool.closeAll() }

    private func exchange(_ request: OutboundRequest, over connection: HTTPConnection, endpoint: Endpoint) async throws -> InboundResponse {
        let name = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
        let host = endpoint.port == endpoint.scheme.defaultPort ? name : "\(name):\(endpoint.port)"
        let (response, reusable) = try await connection.exchange(request, host: host, limit: dialer.configuration.responseLimit)
        if reusable { pool.give(connection, for: endpoint) }
        return response
    }

    private static func failure(_ error: any Error) -> TransportFailure {
        switch error {
        case HTTPConnection.Failure.overLimit(let bytes): .responseOverLimit(bytes: bytes)
        case HTTPConnection.Failure.timeout: .interrupted("no complete answer in time")
        case HTTPConnection.Failure.closed: .interrupted("the connection was closed before the answer was complete")
        case HTTPConnection.Failure.protocolError(let what): .interrupted("the answer is not HTTP/1.1 (\(what))")
        case is CancellationError: .interrupted("cancelled")
        default: .interrupted(String(describing: type(of: error)))
        }
    }
}

/// Inspections that are made one after the other, all on one event loop.
public struct InspectionLane: Sendable {
    private let dialer: Dialer
    /// Tasks that prefer it wait for the loop without a change of threads.
    public let executor: any TaskExecutor

    fileprivate init(_ dialer: Dialer) {
        let executor = LoopExecutor(dialer.group.next())
        var dialer = dialer
        dialer.group = executor.loop
        (self.dialer, self.executor) = (dialer, executor)
    }

    /// As `TrustedTransport.inspect`.
    public func inspect(_ endpoint: Endpoint, dial: (host: String, port: Int)? = nil) async -> ConnectionEvidence {
        await dialer.inspect(endpoint, dial: dial)
    }
}

extension Dialer {
    fileprivate func inspect(_ endpoint: Endpoint, dial: (host: String, port: Int)?) async -> ConnectionEvidence {
        let attempt = await open(endpoint, dial: dial, settling: true)
        attempt.channel?.close(promise: nil)
        guard attempt.channel == nil, !configuration.serverNameIndication, attempt.evidence.mayBeForTheName else {
            return attempt.evidence
        }
        // Is that because the name was left out?
        var naming = self
        naming.configuration.serverNameIndication = true
        let second = await naming.open(endpoint, dial: dial, settling: true)
        second.channel?.close(promise: nil)
        var evidence = attempt.evidence
        evidence.isTrustedWithServerName = second.channel != nil
        return evidence
    }
}

extension ConnectionEvidence {
    /// A server that does not know which site is wanted shows another one's certificate, or refuses.
    fileprivate var mayBeForTheName: Bool {
        guard IPAddress(endpoint.host) == nil else { return false }
        return switch obstacle {
        case nil, .peerAlert, .reset, .noCommonCipher: true
        default: false
        }
    }
}
