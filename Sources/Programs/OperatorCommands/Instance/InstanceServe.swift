import ArgumentParser
import Diagnosis
import Foundation
import InstanceServer
import Logging
import ServiceLifecycle
import UnixSignals

struct InstanceServe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run an instance, until Ctrl-C.",
        discussion: """
            The data directory is made on the first start, with the instance's own authority and the user admin, whose password is in the file
            admin-password. Plain HTTP serves revocation lists, OCSP and issuer certificates only.
            """)

    @Option(help: "The instance's data directory.") var data: String
    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "HTTPS port; 0 takes any free one.") var port = 8443
    @Option(help: "Port of plain HTTP for revocation; 0 takes any free one.") var httpPort = 8080
    @Option(help: "A further name or address for the server certificate.") var name: [String] = []

    func run() async throws {
        let names = (["localhost", "127.0.0.1"] + (host == "127.0.0.1" ? [] : [host]) + name).reduce(into: [String]()) { names, next in
            if !names.contains(next), next != "0.0.0.0", next != "::" { names.append(next) }
        }
        let service = InstanceService(
            configuration: InstanceConfiguration(
                dataDirectory: absolute(data), host: host, httpsPort: port, httpPort: httpPort, hostNames: names),
            logger: Self.logger)
        let announcement = Task {
            guard let ports = try? await service.ready() else { return }
            Console.result(
                "Instance at https://localhost:\(ports.https)/ (revocation at http://\(host):\(ports.http)/), data in \(absolute(data))")
            Console.result("Log in as admin; the password is in \(absolute(data))/admin-password")
        }
        defer { announcement.cancel() }
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigint, .sigterm], logger: Self.logger))
        do {
            try await group.run()
        } catch let error as InstanceStartError {
            throw CommandFailure(findings: [error.finding], exitCode: error.exitCode)
        }
    }

    static var logger: Logger {
        var logger = Logger(label: "instance") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        return logger
    }
}
