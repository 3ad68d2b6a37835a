public import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import InstanceStore
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import ServiceLifecycle
import TrustedTransport

/// The control plane as one service: tables, authority, plain HTTP for revocation, HTTPS for everything else.
public final class InstanceService: Service {
    private let configuration: InstanceConfiguration
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let started = Pledge<(ports: BoundPorts, authority: InstanceAuthority), InstanceStartError>()

    public init(configuration: InstanceConfiguration, logger: Logger, now: @escaping @Sendable () -> Date = { Date() }) {
        (self.configuration, self.logger, self.now) = (configuration, logger, now)
    }

    /// Returns once both ports are listening; throws what ``run()`` throws when they never do.
    public func ready() async throws(InstanceStartError) -> BoundPorts { try await started.value().ports }

    /// The authority of the running instance, once it is ready.
    public func authority() async throws(InstanceStartError) -> InstanceAuthority { try await started.value().authority }

    public func run() async throws {
        do {
            let store: InstanceStore
            do { store = try InstanceStore(directory: configuration.dataDirectory) } catch { throw InstanceStartError(error) }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await serve(store)) } catch { outcome = .failure(error) }
            try? store.close()
            try outcome.get()
            started.settle(.failure(.stopped))
        } catch {
            let failure = InstanceStartError(error)
            started.settle(.failure(failure))
            throw failure
        }
    }

    private func serve(_ store: InstanceStore) async throws {
        try await FirstStart.createAdministrator(configuration, store: store, now: now())
        let authorityPledge = Pledge<InstanceAuthority, InstanceStartError>()
        let waits = ClaimWaits(signal: store.signal)
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                let plain = Listener(host: configuration.host, port: configuration.httpPort)
                let plainRoutes = AuthorityRoutes(authority: authorityPledge, now: now).router()
                group.addTask { [logger] in try await plain.run(plainRoutes, server: .http1(), logger: logger) }
                let httpPort = try await plain.port.value()

                let authority = try await openAuthority(store, httpPort: httpPort)
                authorityPledge.settle(.success(authority))
                let server = try await authority.ownServerCertificate(names: configuration.hostNames, now: now())
                let inquiry = RevocationInquiry(
                    keptIn: configuration.dataDirectory + "/evidence", group: MultiThreadedEventLoopGroup.singleton)
                let clients = ClientCertificates(store: store, authority: authority, inquiry: inquiry, logger: logger, now: now)
                let context = InstanceContext(
                    store: store, authority: authority,
                    authenticator: Authenticator(store: store, clientCertificates: clients, now: now), claimWaits: waits,
                    logger: logger, now: now, instanceID: try await FirstStart.instanceID(store))
                let secure = Listener(host: configuration.host, port: configuration.httpsPort)
                let http = HTTP1Channel.Configuration(
                    additionalChannelHandlers: [ConnectionWatch(closed: { waits.connectionClosed($0) })])
                // Every client is asked for a certificate and none has to have one. The handshake proves that it has the key; whose the
                // certificate is and whether it counts is decided with the request, which can be answered with the cause.
                let tls = try HTTPServerBuilder.tls(
                    .http1(configuration: http),
                    configuration: TLSChannelConfiguration(tlsConfiguration: try Self.tls(server)) { _, verified in
                        verified.succeed(.certificateVerified)
                    })
                group.addTask { [logger] in try await secure.run(InstanceRoutes.router(context), server: tls, logger: logger) }
                let httpsPort = try await secure.port.value()

                group.addTask { try? await cancelWhenGracefulShutdown { try await store.watchOtherProcesses() } }
                group.addTask { [now, logger] in
                    try? await cancelWhenGracefulShutdown {
                        try await Governance(store: store).run(now: now) { logger.warning("Silent agents could not be looked for: \($0)") }
                    }
                }
                started.settle(.success((BoundPorts(https: httpsPort, http: httpPort), authority)))
                logger.info("Instance listens", metadata: ["https": "\(httpsPort)", "http": "\(httpPort)"])
                try await Self.waitForEnd(&group)
            }
        } onGracefulShutdown: {
            waits.stop()
        }
    }

    private func openAuthority(_ store: InstanceStore, httpPort: Int) async throws -> InstanceAuthority {
        let everywhere = ["0.0.0.0", "::"].contains(configuration.host)
        let name = everywhere ? configuration.hostNames.first ?? "localhost" : configuration.host
        let base = "http://" + (name.contains(":") ? "[\(name)]" : name) + ":\(httpPort)"
        return try await InstanceAuthority.open(dataDirectory: configuration.dataDirectory, store: store, baseURL: base, now: now())
    }

    /// A part that ends by itself takes the others with it; in a graceful shutdown all finish what they do.
    private static func waitForEnd(_ group: inout ThrowingTaskGroup<Void, any Error>) async throws {
        while try await group.next() != nil {
            if !Task.isShuttingDownGracefully { group.cancelAll() }
        }
    }

    private static func tls(_ server: IssuedServerCertificate) throws -> TLSConfiguration {
        let chain = try server.chain.map { NIOSSLCertificateSource.certificate(try NIOSSLCertificate(bytes: $0, format: .der)) }
        let key = try NIOSSLPrivateKey(bytes: Array(server.privateKeyPEM.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .optionalVerification
        // A peer that no longer answers must not hold up the end of a connection, or of the instance.
        configuration.shutdownTimeout = .milliseconds(500)
        return configuration
    }
}

extension InstanceStartError {
    init(_ error: any Error) {
        switch error {
        case let error as InstanceStartError: self = error
        case InstanceStoreError.notAccessible(let path, let reason): self = .dataDirectory(path: path, reason: reason)
        case let error as InstanceStoreError: self = .store(error)
        case InstanceAuthorityError.file(let path, let reason): self = .dataDirectory(path: path, reason: reason)
        case let error as InstanceAuthorityError: self = .authority(error)
        case is CancellationError: self = .stopped
        default: self = .store(.database(path: "", code: -1, message: "\(type(of: error))"))
        }
    }
}
