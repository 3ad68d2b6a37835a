import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct KeystoreDelete: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete entries from a keystore.",
        discussion: "A dated copy of the store stays beside it. Of keytool: keytool -delete -alias ALIAS -keystore STORE.")

    @OptionGroup var store: StoreOptions
    @Argument(help: "The entries' aliases.") var aliases: [String] = []
    @Option(name: .customLong("alias"), help: ArgumentHelp("One more alias.", valueName: "alias")) var moreAliases: [String] = []
    @Flag(help: "Do not ask before anything is deleted.") var yes = false
    @OptionGroup var edit: EditOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !(aliases + moreAliases).isEmpty else { throw ValidationError("Say which entries to delete: their aliases.") }
    }

    func run() throws {
        try output.reporting(on: Files.absolute(store.path)) {
            let outcome = try StoreEdit(access: store.access(), options: edit).perform { opened in
                let doomed = try (aliases + moreAliases).map { try opened.entry($0) }
                let change = StoreDeletion.deleting(doomed, from: opened)
                try confirm(change, opened)
                return change
            }
            EditReport(output: output, isDryRun: edit.dryRun).print(outcome)
        }
    }

    /// Only at a terminal: a script that deletes means it.
    private func confirm(_ change: StoreChange, _ opened: OpenStore) throws {
        guard !yes, !edit.dryRun, Terminal.isThere else { return }
        for step in change.steps { StandardStream.note(Printable.line("\(step.alias), \(step.note)")) }
        let count = change.steps.count == 1 ? "this entry" : "these \(change.steps.count) entries"
        guard Terminal.confirms("Delete \(count) from \(opened.path)?") else {
            throw CommandFailure(message: "Nothing was deleted.", exitCode: 1)
        }
    }
}

enum StoreDeletion {
    static func deleting(_ doomed: [Keystore.Entry], from opened: OpenStore) -> StoreChange {
        let aliases = Set(doomed.map(\.aliasUnits))
        let kept = opened.entries.filter { !aliases.contains($0.aliasUnits) }
        var seen: Set<[UInt16]> = []
        let once = doomed.filter { seen.insert($0.aliasUnits).inserted }
        return StoreChange(keystore: Keystore(entries: kept), steps: once.map { StoreChange.Step(.deleted, $0, in: opened.format) })
    }
}
