import AgentRuntime
import ArgumentParser
import Diagnosis
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

struct AgentRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run an agent, until Ctrl-C.",
        discussion: "What it does is in logs/agent0.log.0 of its home. It ends by itself only when its own files cannot be used.")

    @Option(help: "The agent's home directory.") var home: String
    @Flag(help: "Print every job.") var verbose = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let (account, events) = AgentAccount.stream()
        let text = AgentEventText(colours: false, showsJobs: verbose)
        let printer = Task {
            for await event in events {
                if let line = text.render(event) { Console.error(line) }
            }
        }
        defer { printer.cancel() }
        let service = AgentService(home: absolute(home), account: account, version: Midguard.configuration.version)
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigint, .sigterm], logger: InstanceServe.logger))
        do {
            try await group.run()
        } catch let stopped as AgentService.Stopped {
            let code = stopped.findings.contains(where: \.isAboutOurFiles) ? 3 : 1
            if output.isJSON {
                Console.result(try Console.json(["findings": stopped.findings], pretty: true))
                throw ExitCode(Int32(code))
            }
            throw CommandFailure(findings: stopped.findings, exitCode: Int32(code))
        }
    }
}

extension Finding {
    /// Files of ours that cannot be read or written: nothing could be found out, rather than something being wrong out there.
    var isAboutOurFiles: Bool {
        ["store.missing", "store.unreadable", "store.not-writable", "config.missing", "runtime.disk-full"].contains(id)
    }
}

extension HomeFailure {
    /// 3 when a file cannot be read or written, 1 when what it says is wrong.
    var exitCode: Int32 { finding.isAboutOurFiles ? 3 : 1 }
}
