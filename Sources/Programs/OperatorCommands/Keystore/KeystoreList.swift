import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct KeystoreList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what a keystore holds.",
        discussion: """
            Without a password certificates are listed where the format leaves them readable, and nothing is checked. Of keytool:
            keytool -list -keystore STORE.
            """)

    @OptionGroup var store: StoreOptions
    @Option(name: .customLong("alias"), help: ArgumentHelp("Only the entry with this alias.", valueName: "alias")) var aliases: [String] =
        []
    @Flag(help: "Do not ask for a password, and check nothing.") var noPassword = false
    @OptionGroup var output: OutputOptions

    func run() throws {
        try StoreListing(store: store.access(withoutPassword: noPassword), aliases: aliases, isJSON: output.isJSON).run()
    }
}
