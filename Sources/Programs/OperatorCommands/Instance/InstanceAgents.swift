import AgentProtocol
import ArgumentParser
import Foundation
import InstanceServer
import InstanceStore
import PathValidation

struct InstanceAgents: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "agents", abstract: "Show the agents of an instance.")

    @OptionGroup var instance: InstanceData
    @OptionGroup var output: OutputOptions

    struct Row: Encodable {
        var name: String
        var sys_id: String
        var state: String
        var validated: String
        var host: String
        var version: String
        var last_seen: Date?
        var certificate_sha256: String?
    }
    struct Listing: Encodable { var agents: [Row] }

    func run() async throws {
        let rows = try await instance.administer { try await $0.agents() }.map { agent in
            Row(
                name: agent.name, sys_id: agent.sysID.description, state: agent.isUp(at: Date()) ? "Up" : "Down",
                validated: agent.validation.rawValue, host: agent.hostName, version: agent.version, last_seen: agent.lastSeen,
                certificate_sha256: agent.certificate.flatMap { try? ParsedCertificate(der: $0).sha256 })
        }
        if output.isJSON {
            let encoder = JSONEncoder()
            encoder.dateEncodingStrategy = .iso8601
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            Console.result(String(decoding: try encoder.encode(Listing(agents: rows)), as: UTF8.self))
            return
        }
        if rows.isEmpty { Console.result("No agents yet: midguard instance enroll NAME --data \(absolute(instance.data))") }
        for row in rows {
            let seen = row.last_seen.map { "last seen \($0.formatted(.iso8601))" } ?? "never seen"
            Console.result(
                "\(row.name)  \(row.state)  validated: \(row.validated)  \(seen)  \(row.host)  key \(row.certificate_sha256?.prefix(16) ?? "none")"
            )
        }
    }
}
