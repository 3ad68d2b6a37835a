import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import TrustedTransport

/// One port of the instance.
struct Listener: Sendable {
    var host: String
    /// 0: any.
    var wanted: Int
    /// The port it got.
    let port = Pledge<Int, InstanceStartError>()

    init(host: String, port: Int) { (self.host, wanted) = (host, port) }

    func run(_ router: Router<InstanceRequestContext>, server: HTTPServerBuilder, logger: Logger) async throws {
        HandlerTypes.complete()
        let application = Application(
            router: router, server: server,
            configuration: ApplicationConfiguration(address: .hostname(host, port: wanted), serverName: "midguard"),
            onServerRunning: { [port] channel in port.settle(.success(channel.localAddress?.port ?? 0)) }, logger: logger)
        do { try await application.run() } catch let error as IOError {
            let failure: InstanceStartError =
                error.errnoCode == EADDRINUSE
                ? .portInUse(port: wanted) : .cannotListen(host: host, port: wanted, reason: String(cString: strerror(error.errnoCode)))
            port.settle(.failure(failure))
            throw failure
        } catch is CancellationError {
            port.settle(.failure(.stopped))
        } catch {
            let failure = InstanceStartError.cannotListen(host: host, port: wanted, reason: "\(error)")
            port.settle(.failure(failure))
            throw failure
        }
        port.settle(.failure(.stopped))
    }
}
