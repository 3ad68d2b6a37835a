import AgentConfiguration
import AgentRuntime
import ArgumentParser
import Diagnosis
import LocalFiles

enum Switch: String, ExpressibleByArgument, CaseIterable { case on, off }

struct IdentityMutualTLS: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutual-tls",
        abstract: "Log in to the instance by a client certificate instead of a password, or by the password again.",
        discussion: """
            With on, the instance's own authority issues a certificate over the agent's key; an agent with a custom certificate shows that one. The
            new way is tried first, and config.xml is changed (mid.midguard.login) only when it works. A running agent takes it at its next start.
            """)

    @OptionGroup var identity: IdentityOptions
    @Argument(help: "on or off.") var state: Switch

    func run() async throws { try await identity.log(in: state == .on ? .certificate : .password) }
}

struct IdentityToken: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Log in to the instance by tokens that the agent's key signs, or by the password again.",
        discussion: "The new way is tried first, and config.xml is changed (mid.midguard.login) only when it works.")

    @OptionGroup var identity: IdentityOptions
    @Argument(help: "on or off.") var state: Switch

    func run() async throws { try await identity.log(in: state == .on ? .token : .password) }
}

extension IdentityOptions {
    fileprivate func log(in login: AgentSettings.Login) async throws {
        let path = Files.absolute(home)
        do {
            let told = try await LoginSwitch(try AgentHome(path: path)).use(login)
            if output.isJSON {
                Console.result(.object([("path", .string(path)), ("login", .string(login.rawValue)), ("steps", .strings(told))]))
            } else {
                for line in told + ["The agent logs in by \(login.rawValue) from its next start on."] { Console.result(line) }
            }
        } catch let refused as LoginSwitch.Refused {
            throw CommandFailure(findings: refused.findings, exitCode: 1)
        } catch let failure as HomeFailure {
            throw CommandFailure(findings: [failure.finding], exitCode: failure.exitCode)
        }
    }
}
