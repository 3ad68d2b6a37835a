import AgentProtocol
import Foundation
import InstanceServer
import InstanceStore
import Logging
import ServiceLifecycle
import Testing

/// An instance on free ports with a data directory of its own.
struct RunningInstance: Sendable {
    var directory: String
    var ports: BoundPorts
    var service: InstanceService
    var administration: InstanceAdministration
    var adminPassword: String

    var base: String { "https://localhost:\(ports.https)" }
    var plain: String { "http://127.0.0.1:\(ports.http)" }
    var rootPath: String { directory + "/authority/root.pem" }
}

/// Starts an instance, stops it and removes its files.
func withInstance<Value: Sendable>(
    directory given: String? = nil, _ body: @Sendable (RunningInstance) async throws -> Value
) async throws -> Value {
    let directory = given ?? temporaryPath("instance")
    defer { if given == nil { try? FileManager.default.removeItem(atPath: directory) } }
    let service = InstanceService(
        configuration: InstanceConfiguration(dataDirectory: directory, httpsPort: 0, httpPort: 0, adminPassword: "admin secret"),
        logger: quietLogger)
    let group = ServiceGroup(configuration: .init(services: [.init(service: service)], logger: quietLogger))
    let running = Task { try await group.run() }
    let outcome: Result<Value, any Error>
    do {
        let ports = try await service.ready()
        let administration = try InstanceAdministration(dataDirectory: directory)
        defer { try? administration.close() }
        outcome = .success(
            try await body(
                RunningInstance(
                    directory: directory, ports: ports, service: service, administration: administration, adminPassword: "admin secret")))
    } catch { outcome = .failure(error) }
    await group.triggerGracefulShutdown()
    let ended = await running.result
    let value = try outcome.get()
    try ended.get()
    return value
}

let quietLogger: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}()

func temporaryPath(_ name: String) -> String { FileManager.default.temporaryDirectory.path + "/\(name)-" + SysID.random().description }
