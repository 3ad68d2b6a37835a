public import ArgumentParser

/// The command line: noun, then verb. One file per verb; a new one is a line in one of these lists.
public struct Midguard: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "midguard",
        abstract: "An open MID Server: an agent, its instance, and the certificates between them.",
        discussion: """
            Exit codes: 0 fine, 1 findings of severity error, 2 usage, 3 could not find out, 4 warnings only (with --strict).
            Results go to stdout, everything else to stderr.
            """,
        version: "0.1.0",
        subcommands: [
            Trial.self, Check.self, Verify.self, Trust.self, PolicyCommand.self, KeystoreCommand.self, KeytoolCommand.self,
            IdentityCommand.self, ManageCertificates.self, Agent.self,
            Instance.self,
        ])

    public init() {}

    /// Runs the command line and ends the process with the exit code that the command line promises.
    public static func mainWithExitCodes() async {
        do {
            if let listing = StoreListing(plainWords: CommandLine.arguments.dropFirst()) { return try listing.run() }
            // Under the vendor's name it is the vendor's program.
            let isVendors =
                CommandLine.arguments.first.map { $0.split(separator: "/").last?.hasPrefix("manage-certificates") == true } ?? false
            var command = try parseAsRoot(isVendors ? ["manage-certificates"] + CommandLine.arguments.dropFirst() : nil)
            if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
        } catch let failure as CommandFailure {
            Console.error(failure.message)
            Self.exit(withError: ExitCode(failure.exitCode))
        } catch {
            // ArgumentParser's own code for usage errors is 64; ours is 2.
            let code = exitCode(for: error)
            guard code.rawValue == 64 || code == .validationFailure else { Self.exit(withError: error) }
            Console.error(fullMessage(for: error))
            Self.exit(withError: ExitCode(2))
        }
    }
}

struct Agent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Set up, run and look at an agent.", subcommands: [AgentSetup.self, AgentRun.self, AgentStatus.self])
}

struct Instance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run an instance and manage its agents and jobs.",
        subcommands: [
            InstanceServe.self, InstanceEnroll.self, InstanceAgents.self, InstanceValidate.self, InstanceInvalidate.self,
            InstanceRekey.self,
            InstanceRemoveCustom.self, InstanceAudit.self, InstanceGovernance.self, InstancePolicies.self, InstanceCredential.self,
            InstanceClients.self,
            InstanceJobs.self,
        ])
}

struct Trust: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Manage whom an agent trusts.",
        subcommands: [
            TrustList.self, TrustAdd.self, TrustRemove.self, TrustExport.self, TrustFetch.self, TrustCompare.self, TrustMerge.self,
            TrustMigrate.self,
            TrustBackup.self, TrustRestore.self, TrustWatch.self,
        ])
}
