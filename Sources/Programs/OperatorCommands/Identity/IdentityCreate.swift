import AgentIdentity
import AgentRuntime
import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct IdentityCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make an agent's key pair where there is none.",
        discussion: "A pair that is there is never replaced: identity reset does that.")

    @OptionGroup var identity: IdentityOptions
    @Option(help: ArgumentHelp("2048, 3072 or 4096.", valueName: "bits")) var keyBits = 2048
    @OptionGroup var edit: IdentityEditOptions

    func validate() throws {
        guard [2048, 3072, 4096].contains(keyBits) else { throw ValidationError("--key-bits is 2048, 3072 or 4096.") }
    }

    func run() throws {
        try identity.on { home in
            let outcome = try Self.create(home, keyBits: keyBits, isDryRun: edit.dryRun)
            outcome.print(identity.output, isDryRun: edit.dryRun)
        }
    }

    static func create(_ home: IdentityHome, keyBits: Int, isDryRun: Bool) throws -> IdentityEdit.Outcome {
        let edit = IdentityEdit(home: home, isDryRun: isDryRun)
        return try edit.locked {
            if home.hasKeystore {
                let store = try home.open()
                if store.reading.keystore.identity != nil {
                    throw StoreProblem(alreadyThere(home), exitCode: 1)
                }
                let settings = store.reading.settings
                let filled = try GeneratedIdentity.put(
                    into: store.reading.keystore, of: home, midID: home.midID, settings: settings, keyBits: keyBits)
                return try edit.put(filled, settings: settings, midID: home.midID, steps: steps(filled, settings), old: store)
            }
            // The identifier is written first: one without a keystore is the same as a new home.
            let midID = home.midID.isEmpty ? MidID.random() : home.midID
            let filled = try GeneratedIdentity.put(into: Keystore(), of: home, midID: midID, settings: .jks, keyBits: keyBits)
            return try edit.put(filled, settings: .jks, midID: midID, steps: steps(filled, .jks))
        }
    }

    static func steps(_ keystore: Keystore, _ settings: KeystoreSettings, _ action: StoreChange.Step.Action = .added) -> [StoreChange.Step]
    {
        keystore.identity.map { [.init(action, $0, in: settings.format)] } ?? []
    }

    private static func alreadyThere(_ home: IdentityHome) -> Finding {
        Finding(
            id: "store.alias-taken", severity: .error, subject: home.keystorePath, summary: "The agent has a key pair already.",
            cause: "Replacing it would make the instance distrust the agent.", evidence: ["keystore": home.keystorePath],
            fixes: [
                .init("See it", command: home.command("show")),
                .init("To give it up; the agent must be validated again", command: home.command("reset", ["--yes"])),
            ])
    }
}
