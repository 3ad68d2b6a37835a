import AgentRuntime
import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct IdentityBackup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Leave a dated copy of an agent's keystore in security_backup.",
        discussion: "What belongs together is written to keystore_backup_audit_trail.log beside it. The three newest stay.")

    @OptionGroup var identity: IdentityOptions
    @OptionGroup var edit: IdentityEditOptions

    func run() throws {
        try identity.on { home in
            let edit = IdentityEdit(home: home, isDryRun: edit.dryRun)
            let outcome = try edit.locked {
                let store = try home.open()
                var outcome = IdentityEdit.Outcome(path: store.path, format: store.format, steps: [], entries: store.entries.count)
                guard !edit.isDryRun else { return outcome }
                do throws(FileFailure) {
                    let name = try home.trail.keep(
                        Files.read(home.keystorePath, limit: KeystoreLimits.standard.fileSize), midID: home.midID,
                        aliases: store.entries.map(\.alias), by: .person, keys: store.reading.keystore.keysDigest)
                    outcome.backup = name.map { home.trail.folder + "/" + $0 }
                } catch { throw StoreProblem(error) }
                return outcome
            }
            outcome.print(identity.output, isDryRun: edit.isDryRun)
        }
    }
}
