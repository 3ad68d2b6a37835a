import AgentConfiguration
import AgentRuntime
import ArgumentParser
import Diagnosis
import Foundation
import TrustPolicy

struct AgentSetup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup", abstract: "Set up a new agent's home directory.",
        discussion: """
            Writes config.xml and a trust store of type JKS (password changeit) with the machine's CA bundle and the certificates of --trust.
            What user, password and registration key are, midguard instance enroll says. Nothing that exists is overwritten.
            """)

    @Option(help: "The agent's home directory; made when it does not exist.") var home: String
    @Option(help: "The instance, https://HOST/ or https://HOST:PORT/.") var url: String
    @Option(help: "The agent's name.") var name: String
    @Option(help: "The user that the agent logs in as.") var username: String
    @Option(help: "A file with that user's password.") var passwordFile: String
    @Option(help: "A file with a one-time registration key.") var registrationKeyFile: String?
    @Option(help: "PEM certificates that the agent is to trust besides the machine's.") var trust: [String] = []

    func run() async throws {
        guard let endpoint = Endpoint(url), endpoint.scheme == .https || endpoint.scheme == .http else {
            throw ValidationError("--url is https://HOST/ or https://HOST:PORT/.")
        }
        if endpoint.scheme == .http {
            throw CommandFailure(findings: [ConfigurationFindings.plainHTTP(url, path: nil)], exitCode: 1)
        }
        let directory = absolute(home)
        do {
            var wanted = AgentSetUp(
                url: url, name: name, username: username, password: Secret(try Self.secret(passwordFile)),
                registrationKey: try registrationKeyFile.map { Secret(try Self.secret($0)) }, trust: trust.map(absolute))
            wanted.machineBundle = TrustInForce.machineBundle
            let report = try AgentHome.setUp(directory, wanted)
            Console.result("\(report.trustStore): \(report.certificates) certificates")
            for name in report.unreadable { Console.error("not readable, left out: \(name)") }
        } catch let error as HomeFailure {
            throw CommandFailure(findings: [error.finding], exitCode: error.exitCode)
        }
        Console.result("The agent \(name) is set up in \(directory).\nRun it: midguard agent run --home \(directory)")
    }

    /// The first line of a file.
    static func secret(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 65_536 else {
            throw CommandFailure(
                findings: [StoreFindings.unreadable(absolute(path), reason: "no such file, or not for this user")], exitCode: 3)
        }
        let text = String(decoding: data, as: UTF8.self).split(maxSplits: 1, whereSeparator: \.isNewline).first.map(String.init) ?? ""
        guard !text.isEmpty else { throw CommandFailure(message: "\(path) is empty.", exitCode: 2) }
        return text
    }
}
