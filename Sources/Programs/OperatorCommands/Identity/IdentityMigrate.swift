import AgentConfiguration
import AgentRuntime
import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct IdentityMigrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Move an agent's keystore to where another release looks for it.",
        discussion: """
            rome: security/agent_keystore, for Rome and later. quebec: keystore/agent_keystore.jks, as JKS, for Quebec and earlier. Where both
            exist the first is in force; the other goes when both hold the same keys.
            """)

    enum Place: String, ExpressibleByArgument, CaseIterable { case rome, quebec }

    @OptionGroup var identity: IdentityOptions
    @Option(help: "rome or quebec.") var to: Place
    @OptionGroup var edit: IdentityEditOptions

    func run() throws {
        try identity.on { home in
            let outcome = try KeystoreMove(edit: IdentityEdit(home: home, isDryRun: edit.dryRun), place: to).perform()
            outcome.print(identity.output, isDryRun: edit.dryRun)
        }
    }
}

/// Makes the new file first and removes the old one last: at every moment one of them is found and opens.
struct KeystoreMove {
    let edit: IdentityEdit
    let place: IdentityMigrate.Place
    private var home: IdentityHome { edit.home }

    init(edit: IdentityEdit, place: IdentityMigrate.Place) { (self.edit, self.place) = (edit, place) }

    func perform() throws -> IdentityEdit.Outcome {
        try edit.locked {
            let store = try home.open()
            let paths = home.layout.keystores
            let target = place == .rome ? paths[0] : paths[1]
            let leftover = place == .rome ? paths[1] : paths[0]
            var settings = store.reading.settings
            var keystore = store.reading.keystore
            if place == .quebec, store.format != .jks {
                // Until Quebec agents read nothing else.
                settings = .jks
                do throws(KeystoreError) {
                    keystore = try keystore.converted(
                        KeystoreConversion(from: store.format, to: settings, password: KeystorePassword(home.midID))
                    ).keystore.spellingIdentity(for: .jks)
                } catch { throw store.problem(error) }
            }
            var outcome: IdentityEdit.Outcome
            if store.path == target {
                outcome = .init(
                    path: target, format: store.format,
                    steps: [.init(action: .kept, alias: "", kind: nil, sha256: nil, note: "the keystore is there already")],
                    entries: store.entries.count)
            } else {
                let note = "\(store.path) to \(target)"
                outcome = try edit.put(
                    keystore, settings: settings, midID: home.midID, at: target,
                    steps: [.init(action: .converted, alias: "", kind: nil, sha256: nil, note: note)], old: store)
            }
            guard !edit.isDryRun, Files.exists(leftover) else { return outcome }
            try removeLeftover(leftover, keys: keystore.keysDigest, &outcome)
            return outcome
        }
    }

    private func removeLeftover(_ path: String, keys: String, _ outcome: inout IdentityEdit.Outcome) throws(StoreProblem) {
        guard let bytes = try? Files.read(path, limit: KeystoreLimits.standard.fileSize),
            let store = try? home.opened(bytes, with: home.midID), store.reading.keystore.keysDigest == keys
        else {
            outcome.notes.append("\(path) holds other keys, or does not open: it was left")
            return
        }
        do throws(FileFailure) { try Files.remove(path) } catch { throw StoreProblem(error) }
        Interruption.point("identity.leftover-removed")
    }
}
