import AgentConfiguration
import AgentRuntime
import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct IdentityPassword: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Write the password with which an agent logs in, and its user, into config.xml.",
        discussion: """
            Each stands there once afterwards, the password marked secure and in clear (a Java-based agent encrypts it at its next start), or
            closed where the one before was (identity seal). The password comes from a file, the environment or a descriptor, else it is asked for.
            """)

    @OptionGroup var identity: IdentityOptions
    @Option(help: "The user; without it the one that is there stays.") var user: String?
    @OptionGroup var password: PasswordOptions<LoginPassword>
    @OptionGroup var edit: IdentityEditOptions

    func run() throws {
        try identity.on { home in
            let login = LoginChange(home: home, user: user, source: password.source, isDryRun: edit.dryRun)
            let backup = try login.perform()
            var result = ResultStream()
            if identity.output.isJSON {
                result.json(
                    .object([
                        ("path", .string(home.layout.configFile)), ("dryRun", .bool(edit.dryRun)), ("backup", .optional(backup)),
                        ("findings", .array([])),
                    ]))
                result.text("\n")
            } else {
                result.line("\(home.layout.configFile): user and password \(edit.dryRun ? "would be" : "are") written once.")
            }
        }
    }
}

enum LoginPassword: PasswordRole {
    static let prefixes = [""]
    static let whose = "the password with which the agent logs in"
}

/// Writes `mid.instance.username` and `mid.instance.password` once each.
struct LoginChange {
    let home: IdentityHome
    /// nil leaves the one that is there.
    let user: String?
    let source: PasswordSource?
    let isDryRun: Bool

    /// Returns where the old config.xml is.
    func perform() throws -> String? {
        let word: String
        if let source {
            word = try source.text()
        } else if let answer = Terminal.isThere ? Terminal.askSecretly("Password of the agent's user: ") : nil {
            word = answer
        } else {
            throw StoreProblem(Self.noPassword(home), exitCode: 2)
        }
        return try IdentityEdit(home: home, isDryRun: isDryRun).locked {
            var file = home.configuration
            do throws(ConfigurationError) {
                let name = user ?? file.value("mid.instance.username")
                if let name { file = try Self.once("mid.instance.username", name, in: file, secure: nil) }
                let value = SecretsChange.asBefore(word, of: "mid.instance.password", in: home)
                file = try Self.once("mid.instance.password", value, in: file, secure: true)
            } catch { throw StoreProblem(HomeFailure.configurationMalformed(path: home.layout.configFile, error)) }
            guard !isDryRun, file != home.configuration else { return nil }
            do throws(FileFailure) { return try Files.replaceKeepingBackup(home.layout.configFile, with: file.bytes) } catch {
                throw StoreProblem(error)
            }
        }
    }

    private static func once(
        _ name: String, _ value: String, in file: ConfigurationFile, secure: Bool?
    ) throws(ConfigurationError) -> ConfigurationFile {
        let isOnce = file.parameters.count { $0.name == name } <= 1
        return try (isOnce ? file : file.removing(name)).setting(name, to: value, secure: secure)
    }

    private static func noPassword(_ home: IdentityHome) -> Finding {
        Finding(
            id: "store.password-missing", severity: .error, subject: home.layout.configFile, summary: "No password was given.",
            cause: "There is no terminal to ask at.",
            fixes: [.init("Give a file whose first line is the password, with --password-file; a command line is read by everybody")])
    }
}
