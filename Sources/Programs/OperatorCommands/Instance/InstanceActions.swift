import ArgumentParser
import Foundation
import InstanceServer
import InstanceStore

struct InstanceValidate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Let an agent take jobs.",
        discussion: "Compare the fingerprint of its key with what midguard agent status shows on the agent's machine first.")

    @Argument(help: "The agent's name.") var name: String
    @OptionGroup var instance: InstanceData

    func run() async throws { try await instance.perform(.validate, on: name, saying: "\(name) is validated.") }
}

struct InstanceInvalidate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invalidate", abstract: "Take an agent's jobs away until it is validated again.",
        discussion: """
            The agent makes itself a new key pair, also in the place of a custom certificate; other aliases of its keystore are spared. For a key
            that is lost or in wrong hands. For a new key while the agent works on: midguard instance rekey.
            """)

    @Argument(help: "The agent's name.") var name: String
    @OptionGroup var instance: InstanceData

    func run() async throws {
        try await instance.perform(
            .invalidate, on: name, saying: "\(name) is not validated any more. It makes a new key pair, to be validated.")
    }
}

struct InstanceRekey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rekey", abstract: "Ask an agent for a new key pair, for which the old one vouches.",
        discussion:
            "It works on meanwhile and stays validated. Off while a custom certificate is in use, which nobody but its owner replaces.")

    @Argument(help: "The agent's name.") var name: String
    @OptionGroup var instance: InstanceData

    func run() async throws {
        try await instance.perform(.rekey, on: name, saying: "\(name) is asked for a new key pair at its next heartbeat.")
    }
}

struct InstanceRemoveCustom: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove-custom", abstract: "Have an agent replace its custom certificate by a generated key pair.")

    @Argument(help: "The agent's name.") var name: String
    @OptionGroup var instance: InstanceData

    func run() async throws {
        try await instance.perform(
            .removeCustom, on: name, saying: "\(name) is asked to replace its custom certificate at its next heartbeat.")
    }
}

struct InstanceAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Show who did what to which agent, newest first.")

    @OptionGroup var instance: InstanceData
    @Option(help: "How many entries.") var limit = 100
    @OptionGroup var output: OutputOptions

    func validate() throws { guard (1...100_000).contains(limit) else { throw ValidationError("--limit is 1 to 100000.") } }

    func run() async throws {
        for entry in try await instance.administer({ try await $0.audit(limit: limit) }) {
            let at = entry.at.formatted(.iso8601)
            if output.isJSON {
                Console.result(
                    .object([
                        ("at", .string(at)), ("who", .string(entry.who)), ("action", .string(entry.action)),
                        ("subject", .string(entry.subject)), ("detail", .string(entry.detail)),
                    ]))
            } else {
                Console.result("\(at)  \(entry.who)  \(entry.action)  \(entry.subject)  \(entry.detail)")
            }
        }
    }
}

extension InstanceData {
    fileprivate func perform(_ action: AgentAction, on name: String, saying text: String) async throws {
        let outcome = try await administer { try await $0.perform(action, on: name, by: Self.who) }
        switch outcome {
        case .success: Console.result(text)
        case .failure(let refusal): throw CommandFailure(message: refusal.words, exitCode: 1)
        }
    }
}
