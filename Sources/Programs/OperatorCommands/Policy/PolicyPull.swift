import AgentRuntime
import ArgumentParser
import Diagnosis
import LocalFiles

struct PolicyPull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Take the instance's table of policies over, after trying it.",
        discussion: """
            The instance is connected to under its own rows first; a table that would refuse it is not taken, and kept beside for a look
            (policy.sync-would-cut-off). With mid.ssl.use.instance.security.policy=true in config.xml an agent does the same at each start.
            """)

    @Option(help: "The agent's home directory.") var home: String
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let path = absolute(home)
        let outcome: PolicySync.Outcome
        do {
            outcome = try await PolicySync.pull(AgentHome(path: path), isDryRun: dryRun)
        } catch let error as LoginSwitch.Refused {
            throw CommandFailure(findings: error.findings, exitCode: 1)
        } catch let error as HomeFailure {
            throw CommandFailure(findings: [error.finding], exitCode: 3)
        }
        switch outcome {
        case .adopted(let rows, let backup):
            Console.result(
                "\(rows) rows taken over\(backup.map { "; before: \($0)" } ?? ""). A running agent takes them within seconds.")
        case .unchanged(let rows): Console.result("The \(rows) rows are the instance's already.")
        case .differs(let finding): Console.result(FindingText(colours: false).render([finding]))
        case .kept(let findings): throw CommandFailure(findings: findings, exitCode: 1)
        }
    }
}
