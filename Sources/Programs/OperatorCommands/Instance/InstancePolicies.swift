import ArgumentParser
import Foundation
import InstanceServer
import InstanceStore
import LocalFiles
import TrustPolicy

struct InstancePolicies: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policies", abstract: "The table of policies that agents take over from the instance.",
        discussion: """
            FILE is a policy table as midguard policy set writes it. Agents with mid.ssl.use.instance.security.policy=true take it over at their
            next start, after trying it on the instance itself.
            """, subcommands: [Show.self, Set.self, Clear.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the table.")
        @OptionGroup var instance: InstanceData

        func run() async throws {
            let text = try await instance.administer { try await $0.store.policies() }
            Console.result(text ?? "The instance has no table: agents keep their own.")
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give the instance a table.")
        @Argument(help: "A policy table, JSON.") var file: String
        @OptionGroup var instance: InstanceData

        func run() async throws {
            let table = try PolicyInForce.read(absolute(file))
            let text = String(decoding: PolicyFile.write(table), as: UTF8.self)
            try await instance.administer {
                try await $0.store.setPolicies(text, by: InstanceData.who, rows: table.rows.count, now: Date())
            }
            Console.result("\(table.rows.count) rows; agents take them at their next start.")
        }
    }

    struct Clear: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take the table away; agents keep what they have.")
        @OptionGroup var instance: InstanceData

        func run() async throws {
            try await instance.administer { try await $0.store.setPolicies(nil, by: InstanceData.who, rows: 0, now: Date()) }
            Console.result("The instance has no table any more.")
        }
    }
}
