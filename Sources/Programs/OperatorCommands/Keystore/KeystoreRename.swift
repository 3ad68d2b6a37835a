import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct KeystoreRename: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give an entry another alias.",
        discussion: """
            JKS, JCEKS and PKCS#12 hold aliases in lower case, as Java writes them. Of keytool: keytool -changealias -alias OLD -destalias NEW
            -keystore STORE.
            """)

    @OptionGroup var store: StoreOptions
    @Argument(help: "The alias as it is.") var old: String
    @Argument(help: "The alias as it is to be.") var new: String
    @OptionGroup var edit: EditOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.reporting(on: Files.absolute(store.path)) {
            let outcome = try StoreEdit(access: store.access(), options: edit).perform { opened in
                try StoreRenaming.renaming(old, to: new, in: opened)
            }
            EditReport(output: output, isDryRun: edit.dryRun).print(outcome)
        }
    }
}

enum StoreRenaming {
    /// The entry keeps its place, its date and everything else. Throws when the new alias is another entry's.
    static func renaming(_ old: String, to new: String, in opened: OpenStore) throws(StoreProblem) -> StoreChange {
        let entry = try opened.entry(old)
        guard !new.isEmpty else { throw opened.problem(.noSuchEntry(alias: new)) }
        var renamed = entry
        renamed.alias = opened.format.settingAlias(new)
        let others = opened.entries.filter { $0.aliasUnits != entry.aliasUnits }
        guard Keystore(entries: others).entries(named: renamed.alias, in: opened.format).isEmpty else {
            throw StoreProblem(StoreFindings.aliasTaken(new, opened.context, option: nil), exitCode: 1)
        }
        let entries = opened.entries.map { $0.aliasUnits == entry.aliasUnits ? renamed : $0 }
        let step =
            renamed.aliasUnits == entry.aliasUnits
            ? StoreChange.Step(.alreadyThere, renamed, in: opened.format)
            : StoreChange.Step(.renamed, renamed, in: opened.format, note: "until now \(opened.shown(entry))")
        return StoreChange(keystore: Keystore(entries: entries), steps: [step])
    }
}
