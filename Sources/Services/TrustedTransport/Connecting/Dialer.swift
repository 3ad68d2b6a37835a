import NIOCore
import NIOSSL
import PathValidation
import TrustPolicy

/// Opens connections and has them judged; the one place where a TLS session of ours begins.
struct Dialer: Sendable {
    var configuration: TransportConfiguration
    var group: any EventLoopGroup
    var source: any EvidenceSource
    let prefetch = EvidencePrefetch()

    /// A channel only when the verdict is `trusted`.
    struct Attempt: Sendable {
        var evidence: ConnectionEvidence
        var channel: (any Channel)?
        /// What the peer thinks of our client certificate, or of its lack, once it is known (TLS 1.3 tells it only with what comes next).
        var settled: EventLoopFuture<Void>?
    }

    /// - Parameter settling: waits until the peer has said what it thinks of our client certificate, where it asked for one.
    func open(_ endpoint: Endpoint, dial: (host: String, port: Int)?, settling: Bool) async -> Attempt {
        var attempt = await connect(endpoint, dial: dial, settling)
        defer { configuration.onAttempt?(attempt.evidence) }
        guard let book = configuration.visits, dial == nil else { return attempt }
        attempt.evidence.lastVisit = book.last(endpoint)
        if attempt.channel != nil, let visit = EndpointVisit(attempt.evidence) { book.note(visit, at: endpoint) }
        return attempt
    }

    private func connect(
        _ endpoint: Endpoint, dial: (host: String, port: Int)?, _ settling: Bool
    ) async -> Attempt {
        let now = configuration.clock()
        var evidence = ConnectionEvidence(
            endpoint: endpoint, decision: configuration.policies.decide(host: endpoint.host, addresses: [], at: now), at: now,
            trustStore: configuration.trustStore)
        guard endpoint.scheme != .http else {
            evidence.obstacle = .plainHTTPRefused
            return Attempt(evidence: evidence, channel: nil)
        }
        let goal = dial ?? (endpoint.host, endpoint.port)
        let loop = group.next()
        let proxy = configuration.proxy.flatMap { $0.applies(to: endpoint.host) ? $0 : nil }
        evidence.proxy = proxy?.place
        guard let addresses = await resolve(proxy.map { ($0.host, $0.port) } ?? goal, on: loop, into: &evidence) else {
            return Attempt(evidence: evidence, channel: nil)
        }
        if proxy == nil {
            // Behind a proxy names are resolved by the proxy.
            evidence.decision = configuration.policies.decide(host: endpoint.host, addresses: addresses.compactMap(\.ipAddress), at: now)
        }
        guard let channel = await connect(to: addresses, on: loop, into: &evidence) else {
            return Attempt(evidence: evidence, channel: nil)
        }
        let place = channel.remoteAddress?.text ?? addresses[0].text
        if let proxy {
            let target = Endpoint(scheme: .tls, host: goal.0, port: goal.1).description
            guard await ask(proxy, for: target, on: channel, into: &evidence) else { return Attempt(evidence: evidence, channel: nil) }
        }
        if endpoint.scheme == .ldap {
            guard await startTLS(on: channel, at: place, into: &evidence) else { return Attempt(evidence: evidence, channel: nil) }
        }
        let judge = CertificateJudge(
            anchors: configuration.anchors, source: source, kept: configuration.keptEvidence,
            grace: configuration.revocationGrace.seconds, budget: configuration.evidenceBudget,
            clockPatience: configuration.clockPatience, prefetch: configuration.prefetchesEvidence ? prefetch : nil)
        let session = Session(endpoint: endpoint, evidence: evidence, judge: judge, patience: configuration.handshakeTimeout)
        return await shakeHands(on: channel, at: place, session: session, settling)
    }

    private func resolve(
        _ target: (host: String, port: Int), on loop: any EventLoop, into evidence: inout ConnectionEvidence
    ) async -> [SocketAddress]? {
        let watch = Stopwatch()
        let limit = configuration.resolveTimeout
        let (outcome, obstacle): (Stage.Outcome, ConnectionObstacle)
        switch await NameResolution.answer(of: target.host, port: target.port, within: limit, on: loop) {
        case .found(let addresses):
            evidence.stages.append(Stage(.resolve, .passed, milliseconds: watch.milliseconds))
            return addresses
        case .notFound: (outcome, obstacle) = (.failed, .nameNotFound(host: target.host))
        case .silent: (outcome, obstacle) = (.unknown, .resolverSilent(host: target.host, seconds: limit.seconds))
        }
        evidence.stages.append(Stage(.resolve, outcome, milliseconds: watch.milliseconds))
        evidence.obstacle = evidence.proxy == nil ? obstacle : .proxy(.nameNotFound)
        return nil
    }

    private func connect(
        to addresses: [SocketAddress], on loop: any EventLoop, into evidence: inout ConnectionEvidence
    ) async -> (any Channel)? {
        let watch = Stopwatch()
        do throws(AddressRace.Failure) {
            let channel = try await AddressRace(addresses: addresses, limit: configuration.connectTimeout).connect(on: loop)
            evidence.stages.append(Stage(.connect, .passed, milliseconds: watch.milliseconds))
            return channel
        } catch {
            evidence.stages.append(Stage(.connect, .failed, milliseconds: watch.milliseconds))
            evidence.obstacle = evidence.proxy == nil ? error.obstacle : .proxy(.unreachable(error.obstacle.words))
            return nil
        }
    }

    private func ask(
        _ proxy: ProxyRoute, for target: String, on channel: any Channel, into evidence: inout ConnectionEvidence
    ) async -> Bool {
        let watch = Stopwatch()
        do throws(ProxyTunnel.Failure) {
            try await ProxyTunnel.open(on: channel, to: target, through: proxy, timeout: configuration.handshakeTimeout)
            evidence.stages.append(Stage(.proxy, .passed, milliseconds: watch.milliseconds))
            return true
        } catch {
            evidence.stages.append(Stage(.proxy, .failed, milliseconds: watch.milliseconds))
            evidence.obstacle = .proxy(error.obstacle)
            channel.close(promise: nil)
            return false
        }
    }

    private func startTLS(on channel: any Channel, at place: String, into evidence: inout ConnectionEvidence) async -> Bool {
        let watch = Stopwatch()
        do throws(StartTLS.Failure) {
            try await StartTLS.begin(on: channel, at: place, timeout: configuration.handshakeTimeout)
            evidence.stages.append(Stage(.startTLS, .passed, milliseconds: watch.milliseconds))
            return true
        } catch {
            evidence.stages.append(Stage(.startTLS, .failed, milliseconds: watch.milliseconds))
            evidence.obstacle = error.obstacle
            channel.close(promise: nil)
            return false
        }
    }

    private func shakeHands(on channel: any Channel, at place: String, session: Session, _ settling: Bool) async -> Attempt {
        let watch = Stopwatch()
        var failure: (any Error)?
        let (ended, settled) = (channel.eventLoop.makePromise(of: TLSVersion?.self), channel.eventLoop.makePromise(of: Void.self))
        // On the channel's own loop: from elsewhere the loop would have to be woken to stop a clock.
        ended.futureResult.whenComplete { _ in session.clock.end() }
        do {
            try await begin(on: channel, session: session, HandshakeWatch(ended: ended, settled: settled))
            // Before TLS 1.3 the peer's last word in the handshake comes after the certificate.
            let version = try await ended.futureResult.get()
            session.update { $0.tlsVersion = version.map { $0 == .tlsv13 ? "TLSv1.3" : "TLSv1.2" } }
            if settling, session.result.evidence.clientCertificate != .notRequested, version != .tlsv12 {
                // A peer that agrees need not say so: tickets are optional (RFC 8446 §4.6.1).
                channel.eventLoop.scheduleTask(in: TimeAmount(configuration.clientCertificatePatience)) { settled.succeed() }
                try await settled.futureResult.get()
            }
            if settling { settled.succeed() }
        } catch {
            ended.fail(error)
            settled.fail(error)
            failure = error
        }
        session.clock.end()
        let result = session.result
        var evidence = result.evidence
        let isTrusted = if case .trusted? = result.verdict { true } else { false }
        let judging = evidence.stages.filter(\.isJudging).reduce(0) { $0 + $1.milliseconds }
        let outcome: Stage.Outcome = result.verdict == nil || isTrusted && failure != nil ? .failed : .passed
        evidence.insertHandshake(Stage(.handshake, outcome, milliseconds: max(0, watch.milliseconds - judging)))
        guard let failure else { return Attempt(evidence: evidence, channel: channel, settled: settled.futureResult) }
        // Refused by us, which is the verdict's business; or the peer gave up before it or after it.
        if result.verdict == nil || isTrusted {
            evidence.obstacle =
                session.clock.ranOut
                ? .otherProtocol(result.first) ?? .timeout(address: place, seconds: configuration.handshakeTimeout.seconds)
                : .handshake(failure, first: result.first, clientCertificate: evidence.clientCertificate)
        }
        channel.close(promise: nil)
        return Attempt(evidence: evidence, channel: nil)
    }

    /// Why a connection that stood ended before it was used, if that was for our client certificate or its lack.
    func refusal(of attempt: Attempt) async -> ConnectionEvidence? {
        guard attempt.evidence.clientCertificate != .notRequested, let settled = attempt.settled else { return nil }
        do { try await settled.get() } catch {
            var evidence = attempt.evidence
            let obstacle = ConnectionObstacle.handshake(error, first: [], clientCertificate: evidence.clientCertificate)
            evidence.obstacle = obstacle
            switch obstacle {
            case .clientCertificateRequired, .clientCertificateRefused: return evidence
            default: return nil
            }
        }
        return nil
    }

    /// TLS begins on a connection that stands.
    private func begin(on channel: any Channel, session: Session, _ watch: @autoclosure @escaping @Sendable () -> HandshakeWatch)
        async throws
    {
        let context = try NIOSSLContext(configuration: try tls(for: session))
        let host = session.endpoint.host
        // RFC 6066 §3: no address literals in server_name.
        let serverName = configuration.serverNameIndication && IPAddress(host) == nil ? host : nil
        try await channel.eventLoop.submit {
            let tls = try NIOSSLClientHandler(context: context, serverHostname: serverName) { certificates, verified in
                session.judge(certificates, on: channel, then: verified)
            }
            let watch = watch()
            session.clock.start(channel)
            try channel.pipeline.syncOperations.addHandlers(FirstBytes(watch: watch) { session.began(with: $0) }, tls, watch)
            // Should it fail, the channel has closed, and the watch knows why.
            _ = channel.setOption(.autoRead, value: true)
        }.get()
    }

    /// TLS 1.2 and 1.3; the library's own verification is replaced by the session's judge, so it needs no roots of its own.
    private func tls(for session: Session) throws -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.trustRoots = .certificates([])
        // Names are the judge's business, too: a policy may have that check off, or let a common name count.
        tls.certificateVerification = .noHostnameVerification
        if ![.ldap, .ldaps].contains(session.endpoint.scheme) { tls.applicationProtocols = ["http/1.1"] }
        // How long a closed connection waits for the peer's close_notify.
        tls.shutdownTimeout = .milliseconds(500)
        let identity = configuration.clientIdentity(session.endpoint)
        try identity?.install(in: &tls)
        let offered = identity != nil
        // On a client this is called when the peer asks for a certificate.
        tls.sslContextCallback = { _, promise in
            session.update { $0.clientCertificate = offered ? .sent : .requested }
            promise.succeed(.noChanges)
        }
        return tls
    }
}

extension Stage {
    /// It happens while the handshake waits for us.
    fileprivate var isJudging: Bool { [.chain, .hostname, .revocation].contains(name) }
}

extension ConnectionEvidence {
    /// In front of the judging stages.
    fileprivate mutating func insertHandshake(_ stage: Stage) {
        stages.insert(stage, at: stages.firstIndex(where: \.isJudging) ?? stages.endIndex)
    }
}

extension Duration {
    var seconds: Double {
        let (whole, attoseconds) = components
        return Double(whole) + Double(attoseconds) / 1e18
    }
}
