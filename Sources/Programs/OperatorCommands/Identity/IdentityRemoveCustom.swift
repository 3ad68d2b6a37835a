import AgentRuntime
import ArgumentParser
import Diagnosis
import JavaKeystore

struct IdentityRemoveCustom: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove-custom", abstract: "Put a generated key pair in the place of a custom certificate.",
        discussion: "Other entries stay. The agent has to be validated again. A generated pair is left alone.")

    @OptionGroup var identity: IdentityOptions
    @OptionGroup var edit: IdentityEditOptions

    func run() throws {
        try identity.on { home in
            let outcome = try IdentityEdit(home: home, isDryRun: edit.dryRun).perform { store in
                guard let entry = store.reading.keystore.identity, entry.isCustom else {
                    return StoreChange(
                        keystore: store.reading.keystore,
                        steps: [.init(action: .kept, alias: "", kind: nil, sha256: nil, note: "there is no custom certificate")])
                }
                let settings = store.reading.settings
                let filled = try GeneratedIdentity.put(
                    into: store.reading.keystore, of: home, midID: home.midID, settings: settings, keyBits: 2048)
                return StoreChange(keystore: filled, steps: IdentityCreate.steps(filled, settings, .replaced))
            }
            outcome.print(identity.output, isDryRun: edit.dryRun)
        }
    }
}

struct IdentityRename: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give an entry of an agent's keystore another alias.")

    @OptionGroup var identity: IdentityOptions
    @Argument(help: "The alias now.") var alias: String
    @Argument(help: "The alias to be; no entry may have it.") var newAlias: String
    @OptionGroup var edit: IdentityEditOptions

    func run() throws {
        try identity.on { home in
            let outcome = try IdentityEdit(home: home, isDryRun: edit.dryRun).perform { store in
                let entry = try store.entry(alias)
                let isIdentity = newAlias.lowercased() == store.format.identityAlias.lowercased()
                let spelt = isIdentity ? store.format.identityAlias : store.format.settingAlias(newAlias)
                guard store.reading.keystore.entries(named: spelt, in: store.format).isEmpty else {
                    throw StoreProblem(StoreFindings.aliasTaken(spelt, store.context, option: nil), exitCode: 1)
                }
                var renamed = entry
                renamed.aliasUnits = Array(spelt.utf16)
                let entries = store.entries.map { $0.aliasUnits == entry.aliasUnits ? renamed : $0 }
                return StoreChange(keystore: Keystore(entries: entries), steps: [.init(.renamed, renamed, in: store.format)])
            }
            outcome.print(identity.output, isDryRun: edit.dryRun)
        }
    }
}
