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
        let target = dial ?? (endpoint.host, endpoint.port)
        let resolving = Stopwatch()
        let addresses: [SocketAddress]
        do {
            addresses = try await NameResolution.addresses(of: target.0, port: target.1)
            evidence.stages.append(Stage(.resolve, .passed, milliseconds: resolving.milliseconds))
        } catch {
            evidence.stages.append(Stage(.resolve, .failed, milliseconds: resolving.milliseconds))
            evidence.obstacle = .nameNotFound(host: target.0)
            return Attempt(evidence: evidence, channel: nil)
        }
        evidence.decision = configuration.policies.decide(host: endpoint.host, addresses: addresses.compactMap(\.ipAddress), at: now)

        let connecting = Stopwatch()
        var obstacle = ConnectionObstacle.other("no address to connect to")
        for address in addresses {
            let session = Session(
                endpoint: endpoint, evidence: evidence, judge: CertificateJudge(anchors: configuration.anchors, source: source))
            do {
                let (channel, handshake) = try await connect(to: address, session: session)
                evidence.stages.append(Stage(.connect, .passed, milliseconds: connecting.milliseconds))
                session.update { $0.stages = evidence.stages }
                return await finish(channel, handshake: handshake, session: session)
            } catch {
                obstacle = .connecting(error, address: Self.text(address), seconds: configuration.connectTimeout.seconds)
            }
        }
        evidence.stages.append(Stage(.connect, .failed, milliseconds: connecting.milliseconds))
        evidence.obstacle = obstacle
        return Attempt(evidence: evidence, channel: nil)
    }

    /// TCP, with TLS beginning at once; the future ends with the handshake.
    private func connect(to address: SocketAddress, session: Session) async throws -> (any Channel, EventLoopFuture<Void>) {
        let context = try NIOSSLContext(configuration: Self.tls)
        let host = session.endpoint.host
        // RFC 6066 §3: no address literals in server_name.
        let serverName = IPAddress(host) == nil ? host : nil
        let handshake = Mutex<EventLoopFuture<Void>?>(nil)
        let channel = try await ClientBootstrap(group: group)
            .connectTimeout(TimeAmount(configuration.connectTimeout))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let promise = channel.eventLoop.makePromise(of: Void.self)
                    handshake.withLock { $0 = promise.futureResult }
                    let tls = try NIOSSLClientHandler(context: context, serverHostname: serverName) { certificates, verified in
                        session.judge(certificates, then: verified)
                    }
                    try channel.pipeline.syncOperations.addHandlers(FirstBytes { session.began(with: $0) }, tls, HandshakeWatch(promise))
                }
            }
            .connect(to: address).get()
        guard let future = handshake.withLock({ $0 }) else { throw ChannelError.inappropriateOperationForState }
        return (channel, future)
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
        tls.applicationProtocols = ["http/1.1"]
        // How long a closed connection waits for the peer's close_notify.
        tls.shutdownTimeout = .milliseconds(500)
        return tls
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
