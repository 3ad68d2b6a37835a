import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import PathValidation
import Synchronization
import TrustPolicy

/// Opens connections and has them judged; the one place where a TLS session of ours begins.
struct Dialer: Sendable {
    var configuration: TransportConfiguration
    var group: any EventLoopGroup
    var source: any EvidenceSource

    /// A channel only when the verdict is `trusted`.
    struct Attempt: Sendable {
        var evidence: ConnectionEvidence
        var channel: (any Channel)?
    }

    func open(_ endpoint: Endpoint, dial: (host: String, port: Int)?) async -> Attempt {
        let now = configuration.clock()
        var evidence = ConnectionEvidence(
            endpoint: endpoint, decision: configuration.policies.decide(host: endpoint.host, addresses: [], at: now), at: now,
            trustStore: configuration.trustStore)
        guard endpoint.scheme != .http, endpoint.scheme != .ldap else {
            evidence.obstacle = endpoint.scheme == .http ? .plainHTTPRefused : .other("StartTLS is not offered yet")
            return Attempt(evidence: evidence, channel: nil)
        }
        let goal = dial ?? (endpoint.host, endpoint.port)
        let proxy = configuration.proxy.flatMap { $0.applies(to: endpoint.host) ? $0 : nil }
        evidence.proxy = proxy?.place
        let target = proxy.map { ($0.host, $0.port) } ?? goal
        let resolving = Stopwatch()
        let addresses: [SocketAddress]
        do {
            addresses = try await NameResolution.addresses(of: target.0, port: target.1)
            evidence.stages.append(Stage(.resolve, .passed, milliseconds: resolving.milliseconds))
        } catch {
            evidence.stages.append(Stage(.resolve, .failed, milliseconds: resolving.milliseconds))
            evidence.obstacle = proxy == nil ? .nameNotFound(host: target.0) : .proxy(.nameNotFound)
            return Attempt(evidence: evidence, channel: nil)
        }
        if proxy == nil {
            // Behind a proxy names are resolved by the proxy.
            evidence.decision = configuration.policies.decide(host: endpoint.host, addresses: addresses.compactMap(\.ipAddress), at: now)
        }
        let tunnel = proxy.map { Tunnel(proxy: $0, target: Endpoint(scheme: .tls, host: goal.0, port: goal.1).description) }

        let connecting = Stopwatch()
        var obstacle = ConnectionObstacle.other("no address to connect to")
        for address in addresses {
            let session = Session(
                endpoint: endpoint, evidence: evidence,
                judge: CertificateJudge(
                    anchors: configuration.anchors, source: source, kept: configuration.keptEvidence,
                    grace: configuration.revocationGrace.seconds))
            do {
                let (channel, tunnelled, handshake) = try await connect(to: address, tunnel: tunnel, session: session)
                evidence.stages.append(Stage(.connect, .passed, milliseconds: connecting.milliseconds))
                if tunnel != nil {
                    let asking = Stopwatch()
                    do { try await tunnelled.get() } catch {
                        evidence.stages.append(Stage(.proxy, .failed, milliseconds: asking.milliseconds))
                        evidence.obstacle = .proxy((error as? ProxyTunnel.Failure)?.obstacle ?? .notAProxy("\(type(of: error))"))
                        channel.close(promise: nil)
                        return Attempt(evidence: evidence, channel: nil)
                    }
                    evidence.stages.append(Stage(.proxy, .passed, milliseconds: asking.milliseconds))
                }
                session.update { $0.stages = evidence.stages }
                return await finish(channel, handshake: handshake, session: session)
            } catch {
                obstacle = .connecting(error, address: Self.text(address), seconds: configuration.connectTimeout.seconds)
                if proxy != nil { obstacle = .proxy(.unreachable(Self.words(obstacle))) }
            }
        }
        evidence.stages.append(Stage(.connect, .failed, milliseconds: connecting.milliseconds))
        evidence.obstacle = obstacle
        return Attempt(evidence: evidence, channel: nil)
    }

    /// Where a proxy is to lead, `HOST:PORT`.
    private struct Tunnel: Sendable {
        var proxy: ProxyRoute
        var target: String
    }

    /// TCP, with TLS beginning at once, or as soon as the proxy has opened its tunnel; the futures end with the tunnel and the handshake.
    private func connect(
        to address: SocketAddress, tunnel: Tunnel?, session: Session
    ) async throws -> (any Channel, tunnel: EventLoopFuture<Void>, handshake: EventLoopFuture<Void>) {
        let context = try NIOSSLContext(configuration: Self.tls)
        let host = session.endpoint.host
        // RFC 6066 §3: no address literals in server_name.
        let serverName = IPAddress(host) == nil ? host : nil
        let beginTLS: @Sendable (any Channel, EventLoopPromise<Void>) throws -> Void = { channel, ended in
            let tls = try NIOSSLClientHandler(context: context, serverHostname: serverName) { certificates, verified in
                session.judge(certificates, then: verified)
            }
            try channel.pipeline.syncOperations.addHandlers(FirstBytes { session.began(with: $0) }, tls, HandshakeWatch(ended))
        }
        let (tunnelTimeout, loop) = (configuration.handshakeTimeout, group.next())
        let handshake = loop.makePromise(of: Void.self)
        let tunnelled = loop.makePromise(of: Void.self)
        do {
            let channel = try await ClientBootstrap(group: loop)
                .connectTimeout(TimeAmount(configuration.connectTimeout))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        guard let tunnel else {
                            tunnelled.succeed()
                            return try beginTLS(channel, handshake)
                        }
                        try ProxyTunnel.install(in: channel, to: tunnel.target, through: tunnel.proxy, timeout: tunnelTimeout) { channel in
                            try beginTLS(channel, handshake)
                        }.cascade(to: tunnelled)
                    }
                }
                .connect(to: address).get()
            tunnelled.futureResult.whenFailure { handshake.fail($0) }
            return (channel, tunnelled.futureResult, handshake.futureResult)
        } catch {
            tunnelled.fail(error)
            handshake.fail(error)
            throw error
        }
    }

    private func finish(_ channel: any Channel, handshake: EventLoopFuture<Void>, session: Session) async -> Attempt {
        let watch = Stopwatch()
        let timeout = channel.eventLoop.scheduleTask(in: TimeAmount(configuration.handshakeTimeout)) { channel.close(promise: nil) }
        defer { timeout.cancel() }
        var failure: (any Error)?
        do { try await handshake.get() } catch { failure = error }
        var (evidence, verdict, first) = session.result
        if let verdict {
            let judging = evidence.stages.filter { [.chain, .hostname, .revocation].contains($0.name) }.reduce(0) { $0 + $1.milliseconds }
            evidence.insertHandshake(Stage(.handshake, .passed, milliseconds: max(0, watch.milliseconds - judging)))
            if failure == nil, case .trusted = verdict { return Attempt(evidence: evidence, channel: channel) }
            // Refused by us, which is the verdict's business, or given up by the peer after we said yes.
            if let failure, case .trusted = verdict { evidence.obstacle = .handshake(failure, first: first) }
        } else {
            evidence.insertHandshake(Stage(.handshake, .failed, milliseconds: watch.milliseconds))
            let limit = configuration.handshakeTimeout.seconds
            evidence.obstacle =
                watch.milliseconds >= limit * 1_000
                ? .timeout(address: channel.remoteAddress.map(Self.text) ?? "", seconds: limit)
                : .handshake(failure ?? HandshakeWatch.Closed(), first: first)
        }
        channel.close(promise: nil)
        return Attempt(evidence: evidence, channel: nil)
    }

    /// TLS 1.2 and 1.3; the library's own verification is replaced by the session's judge, so it needs no roots of its own.
    private static var tls: TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = .certificates([])
        // Names are the judge's business, too: a policy may have that check off, or let a common name count.
        tls.certificateVerification = .noHostnameVerification
        tls.applicationProtocols = ["http/1.1"]
        // How long a closed connection waits for the peer's close_notify.
        tls.shutdownTimeout = .milliseconds(500)
        return tls
    }

    private static func words(_ obstacle: ConnectionObstacle) -> String {
        switch obstacle {
        case .refused(let address): "\(address) refuses connections"
        case .timeout(let address, let seconds): "\(address) did not answer within \(Int(seconds)) seconds"
        case .reset(let during): "it cut the connection while \(during)"
        case .other(let what): what
        default: "no connection"
        }
    }

    private static func text(_ address: SocketAddress) -> String {
        let ip = address.ipAddress ?? "?"
        return (ip.contains(":") ? "[\(ip)]" : ip) + ":\(address.port ?? 0)"
    }
}

/// What one attempt learns, shared between the handshake's event loop and the task that waits for it.
final class Session: Sendable {
    let endpoint: Endpoint
    private let certificateJudge: CertificateJudge
    private let state: Mutex<(evidence: ConnectionEvidence, verdict: Verdict?, first: [UInt8])>

    init(endpoint: Endpoint, evidence: ConnectionEvidence, judge: CertificateJudge) {
        self.endpoint = endpoint
        certificateJudge = judge
        state = Mutex((evidence, nil, []))
    }

    var result: (evidence: ConnectionEvidence, verdict: Verdict?, first: [UInt8]) { state.withLock { $0 } }

    func began(with bytes: [UInt8]) { state.withLock { $0.first = bytes } }

    func update(_ change: (inout ConnectionEvidence) -> Void) { state.withLock { change(&$0.evidence) } }

    /// The choke point: the handshake goes on only when the policy trusts what was presented.
    func judge(_ certificates: [NIOSSLCertificate], then verified: EventLoopPromise<NIOSSLVerificationResult>) {
        let presented = certificates.map { (try? $0.toDERBytes()) ?? [] }
        Task {
            var mine = ConnectionEvidence(basedOn: result.evidence)
            let verdict = await certificateJudge.judge(presented, host: endpoint.host, into: &mine)
            state.withLock { state in
                mine.stages = state.evidence.stages + mine.stages
                state.evidence = mine
                state.verdict = verdict
            }
            if case .trusted = verdict { verified.succeed(.certificateVerified) } else { verified.succeed(.failed) }
        }
    }
}

extension ConnectionEvidence {
    /// The same attempt, with no stages of its own yet.
    fileprivate init(basedOn other: ConnectionEvidence) {
        self = other
        stages = []
    }

    /// In front of the judging stages, which happen while the handshake waits.
    fileprivate mutating func insertHandshake(_ stage: Stage) {
        let index = stages.firstIndex { [.chain, .hostname, .revocation].contains($0.name) } ?? stages.endIndex
        stages.insert(stage, at: index)
    }
}

extension Duration {
    var seconds: Double {
        let (whole, attoseconds) = components
        return Double(whole) + Double(attoseconds) / 1e18
    }
}
