import AgentConfiguration
import AgentRuntime
import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct IdentityRestore: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Bring config.xml and the keystore into step again, with the help of the backups.",
        discussion: """
            Where only keypairs.mid_id in config.xml is wrong, that alone is mended. Else the newest backup that holds a key pair takes the
            keystore's place, under the identifier that config.xml has. Without --backup a pair that is in order is left alone.
            """)

    @OptionGroup var identity: IdentityOptions
    @Option(help: ArgumentHelp("This copy of security_backup instead of the newest.", valueName: "name")) var backup: String?
    @OptionGroup var edit: IdentityEditOptions

    func run() throws {
        try identity.on { home in
            let outcome = try IdentityRestoration(edit: IdentityEdit(home: home, isDryRun: edit.dryRun), wanted: backup).perform()
            outcome.print(identity.output, isDryRun: edit.dryRun)
        }
    }
}

struct IdentityRestoration {
    let edit: IdentityEdit
    /// The copy that the call names.
    let wanted: String?
    private var home: IdentityHome { edit.home }

    init(edit: IdentityEdit, wanted: String?) { (self.edit, self.wanted) = (edit, wanted) }

    func perform() throws -> IdentityEdit.Outcome {
        try edit.locked {
            let inspection = IdentityInspection(home)
            let backups = Backups(home)
            if wanted == nil {
                if let store = inspection.store, case .present = inspection.evidence.pair {
                    return .init(
                        path: store.path, format: store.format, steps: [], entries: store.entries.count,
                        notes: ["config.xml and the keystore are in step; nothing was changed"])
                }
                if let outcome = try mendIdentifier(backups) { return outcome }
            }
            guard let copy = wanted.map({ backups.copy(Files.name(of: $0)) }) ?? backups.newestCopy() else {
                throw StoreProblem(nothingToRestore(inspection.evidence), exitCode: 1)
            }
            return try putBack(copy, over: inspection.store)
        }
    }

    /// The keystore is right and the identifier is not: one row of config.xml changes.
    private func mendIdentifier(_ backups: Backups) throws(StoreProblem) -> IdentityEdit.Outcome? {
        guard home.hasKeystore, let bytes = try? home.bytes(), let midID = backups.identifier(opening: bytes), midID != home.midID else {
            return nil
        }
        let store = try home.opened(bytes, with: midID)
        try edit.record(midID)
        return .init(
            path: home.layout.configFile, format: store.format,
            steps: [
                .init(action: .mended, alias: "", kind: nil, sha256: nil, note: "keypairs.mid_id in config.xml, from the backup trail")
            ],
            entries: store.entries.count)
    }

    private func putBack(_ copy: Backups.Copy, over old: OpenStore?) throws(StoreProblem) -> IdentityEdit.Outcome {
        let settings = copy.store.reading.settings
        let midID = home.midID.isEmpty ? copy.midID : home.midID
        var keystore = copy.store.reading.keystore
        if midID != copy.midID {
            do throws(KeystoreError) {
                keystore = try keystore.converted(
                    KeystoreConversion(
                        from: copy.store.format, to: settings, password: KeystorePassword(copy.midID), newPassword: KeystorePassword(midID))
                ).keystore
            } catch { throw copy.store.problem(error) }
        }
        var outcome = try edit.put(
            keystore, settings: settings, midID: midID, steps: IdentityCreate.steps(keystore, settings, .replaced), old: old)
        outcome.notes.append("restored from \(copy.name)")
        outcome.notes.append(
            "if the agent was invalidated meanwhile, a delete_mid_keypair may wait in the queue, which would delete this pair")
        return outcome
    }

    private func nothingToRestore(_ evidence: IdentityEvidence) -> Finding {
        Finding(
            id: "identity.keystore-missing", severity: .error, subject: home.trail.folder,
            summary: wanted.map { "\($0) is no copy in \(home.trail.folder) that opens." }
                ?? "\(home.trail.folder) has no copy that opens and holds the agent's key pair.",
            cause: "Copies are opened with the identifiers of config.xml and of the trail. Nothing was touched.",
            evidence: ["folder": home.trail.folder],
            fixes: [
                .init("See which copies there are", command: "ls -l \(StoreContext.quoted(home.trail.folder))"),
                .init("Or give the old key up; the agent must be validated again", command: home.command("reset", ["--yes"])),
            ])
    }
}
