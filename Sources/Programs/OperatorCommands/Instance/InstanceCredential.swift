import ArgumentParser
import Foundation
import InstanceServer
import InstanceStore

struct InstanceCredential: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential", abstract: "Store a user and password that jobs name by an alias.",
        discussion: """
            A job asks for it with --parameter credential=ALIAS. It leaves the instance only sealed to the key of the validated agent that has the
            job, for that one job. Stored again under the same alias, it takes the old one's place.
            """)

    @Argument(help: "The alias.") var alias: String
    @Option(help: "The user.") var username: String
    @Option(help: "A file with the password.") var passwordFile: String
    @OptionGroup var instance: InstanceData

    func run() async throws {
        let secret = try FirstLine.ofPasswordFile(passwordFile)
        try await instance.administer { try await $0.addCredential(Credential(alias: alias, userName: username, secret: secret)) }
        Console.result("The credential \(alias) is stored.")
    }
}
