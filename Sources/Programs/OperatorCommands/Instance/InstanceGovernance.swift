import ArgumentParser
import Foundation
import InstanceServer
import InstanceStore

struct InstanceGovernance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "governance", abstract: "Show or set after how many days of silence an agent is not trusted any more.",
        discussion: """
            An agent whose time is over gets no jobs until somebody validates it again. It is looked at every hour, and silence counts only while
            the instance itself was there. Off at first.
            """)

    @Option(help: "For all agents; 0 is never.") var days: Int?
    @Option(help: "The number is for this agent only.") var agent: String?
    @Flag(help: "With --agent: as for all again.") var asForAll = false
    @OptionGroup var instance: InstanceData
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let days, !(0...3650).contains(days) { throw ValidationError("--days is 0 to 3650.") }
        if asForAll, agent == nil || days != nil { throw ValidationError("--as-for-all goes with --agent, and without --days.") }
        if agent != nil, days == nil, !asForAll { throw ValidationError("Give --days or --as-for-all with --agent.") }
    }

    func run() async throws {
        try await instance.administer { administration in
            let (governance, now) = (Governance(store: administration.store), Date())
            if let agent {
                try await governance.setDays(days, ofAgentNamed: agent, by: InstanceData.who, now: now)
            } else if let days {
                try await governance.setGeneralDays(days, by: InstanceData.who, now: now)
            }
            let general = try await governance.generalDays()
            if !output.isJSON { Console.result(general == 0 ? "Silent agents stay trusted." : "Trusted for \(general) days of silence.") }
            for agent in try await administration.agents() {
                let end = try await governance.end(of: agent)
                if output.isJSON {
                    Console.result(
                        .object([
                            ("name", .string(agent.name)), ("days", .number(agent.inactivityDays ?? general)),
                            ("ends", end.map { .string($0.formatted(.iso8601)) } ?? .null),
                            ("autoInvalidated", agent.autoInvalidatedAt.map { .string($0.formatted(.iso8601)) } ?? .null),
                        ]))
                } else if let ended = agent.autoInvalidatedAt {
                    Console.result(
                        "\(agent.name)  not trusted since \(ended.formatted(.iso8601)): midguard instance validate \(agent.name)")
                } else {
                    Console.result("\(agent.name)  \(end.map { "trusted until \($0.formatted(.iso8601)) if it stays silent" } ?? "no end")")
                }
            }
        }
    }
}
