import NIOCore
import NIOPosix
import TrustPolicy

/// Connects to whichever of a name's addresses answers first, both families side by side (RFC 8305).
struct AddressRace {
    var addresses: [SocketAddress]
    var limit: Duration

    /// The channel reads nothing until somebody switches `autoRead` on, so no byte is lost before handlers stand.
    func connect(on loop: any EventLoop) async throws(Failure) -> any Channel {
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(limit))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
        do {
            guard addresses.count > 1 else { return try await bootstrap.connect(to: addresses[0]).get() }
            return try await bootstrap.resolver(Resolved(addresses: addresses, loop: loop)).connect(host: "", port: 0).get()
        } catch {
            throw Failure(obstacle: obstacle(error))
        }
    }

    struct Failure: Error { var obstacle: ConnectionObstacle }

    /// An address that says no explains more than one that cannot be reached.
    private func obstacle(_ error: any Error) -> ConnectionObstacle {
        var failures: [(address: SocketAddress, error: any Error)] = [(addresses[0], error)]
        if let error = error as? NIOConnectionError, !error.connectionErrors.isEmpty {
            failures = error.connectionErrors.map { ($0.target, $0.error) }
        } else if addresses.count > 1, let error = error as? ChannelError, case .connectTimeout = error {
            return .timeout(address: addresses.map(\.text).joined(separator: ", "), seconds: limit.seconds)
        }
        let obstacles = failures.map { ConnectionObstacle.connecting($0.error, address: $0.address.text, seconds: limit.seconds) }
        return obstacles.first { if case .refused = $0 { true } else { false } } ?? obstacles[0]
    }
}

/// What the system's resolver has already said, for the library's race.
private struct Resolved: Resolver {
    var addresses: [SocketAddress]
    var loop: any EventLoop

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { answer(.inet) }
    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { answer(.inet6) }
    func cancelQueries() {}

    private func answer(_ family: NIOBSDSocket.ProtocolFamily) -> EventLoopFuture<[SocketAddress]> {
        loop.makeSucceededFuture(addresses.filter { $0.protocol == family })
    }
}

extension SocketAddress {
    /// `192.0.2.1:443`, `[2001:db8::1]:443`.
    var text: String {
        let ip = ipAddress ?? "?"
        return (ip.contains(":") ? "[\(ip)]" : ip) + ":\(port ?? 0)"
    }
}
