import AgentRuntime
import ArgumentParser
import Foundation

struct AgentStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how an agent is.", discussion: "Exit code: 0 serving, 1 not serving, 3 there is no status.")

    @Option(help: "The agent's home directory.") var home: String
    @OptionGroup var output: OutputOptions

    struct Report: Encodable {
        var running: Bool
        var status: AgentStatusReport
    }

    func run() async throws {
        let directory = absolute(home)
        guard let status = AgentStatusReport.read(home: directory) else {
            throw CommandFailure(
                message: "No agent has run in \(directory) yet.\nRun it: midguard agent run --home \(directory)", exitCode: 3)
        }
        let isRunning = AgentStatusReport.isRunning(home: directory)
        if output.isJSON {
            Console.result(try Console.json(Report(running: isRunning, status: status), pretty: true))
        } else {
            Console.result(Self.text(status, isRunning: isRunning))
        }
        if !isRunning || status.state != .serving { throw ExitCode(1) }
    }

    private static func text(_ status: AgentStatusReport, isRunning: Bool) -> String {
        var lines = [
            "\(status.name)  \(isRunning ? status.state.rawValue : "not running (last: \(status.state.rawValue))")  pid \(status.pid)",
            "  instance \(status.instance), validated: \(status.validated)",
            "  key \(status.certificateSHA256 ?? "none")\(status.certificateExpires.map { ", until \($0)" } ?? "")",
            "  jobs: \(status.running) running, \(status.waiting) waiting, \(status.finished) finished; results waiting to be sent: \(status.spooled)",
        ]
        if let heartbeat = status.lastHeartbeat { lines.append("  last heartbeat \(heartbeat)") }
        if !status.findings.isEmpty { lines.append(FindingText(colours: Console.colours).render(status.findings, indent: "  ")) }
        return lines.joined(separator: "\n")
    }
}
