import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

/// What every verb that writes takes.
struct EditOptions: ParsableArguments {
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false
    @Flag(help: "Let go of what a PKCS#12 file holds and Java does not see; it is not written again.") var dropUnseen = false
}

/// A store as it is to be.
struct StoreChange {
    var keystore: Keystore
    /// nil keeps what the store has.
    var settings: KeystoreSettings?
    /// nil keeps the password.
    var newPassword: KeystorePassword?
    var steps: [Step] = []
    /// Whether what Java does not see was taken care of.
    var coversUnseen = false

    /// One thing that happened, or would have.
    struct Step {
        enum Action: String { case added, replaced, mended, alreadyThere, deleted, renamed, converted, reprotected, kept, leftOut }
        var action: Action
        /// As Java shows it; empty when no entry came of it.
        var alias: String
        var kind: String?
        var sha256: String?
        /// For people: what it is, or why it happened.
        var note: String
    }

    var writesSomething: Bool {
        settings != nil || newPassword != nil || coversUnseen
            || steps.contains { ![.alreadyThere, .kept, .leftOut].contains($0.action) }
    }
}

/// Reads, changes and replaces a store while others who do the same wait.
struct StoreEdit {
    var access: StoreAccess
    var options: EditOptions

    struct Outcome {
        var store: OpenStore
        var steps: [StoreChange.Step]
        var entries: Int
        /// Where the old bytes are; nil when nothing was written.
        var backup: String?
    }

    /// In a store that may have to be made: `newType` says as what.
    func perform(making newType: KeystoreFormat?, _ change: (OpenStore) throws -> StoreChange) throws -> Outcome {
        guard !Files.exists(access.path) else { return try perform(change) }
        guard let newType else { throw StoreProblem(.missing(path: access.path)) }
        let settings = KeystoreSettings.standard(for: newType)
        var context = access.context
        context.format = newType
        let password = try NewPasswordPrompt.read(access.password, of: access.path, context: context)
        let empty = KeystoreReading(keystore: Keystore(), format: newType, integrity: .verified, settings: settings)
        let store = OpenStore(access: access, reading: empty, password: password, context: context)
        let change = try change(store)
        let written = try StoreWriter.bytes(
            change.keystore, settings: change.settings ?? settings, password: password, context: context)
        if !options.dryRun {
            do throws(FileFailure) { try Files.create(access.path, with: written) } catch { throw StoreProblem(error) }
        }
        return Outcome(store: store, steps: change.steps, entries: change.keystore.entries.count, backup: nil)
    }

    func perform(_ change: (OpenStore) throws -> StoreChange) throws -> Outcome {
        // Who is asked for a password may take his time; nobody waits for him.
        let first = try access.read()
        let password = try access.choosePassword(for: first, .password)
        let locked = options.dryRun ? nil : try holding()
        let bytes = try locked.map { try Self.bytes(of: $0) } ?? first
        let store = try access.open(bytes, password: password)
        guard store.reading.integrity != .notChecked else { throw store.problem(.passwordMissing(field: "to change it")) }
        let change = try change(store)
        guard change.writesSomething else {
            return Outcome(store: store, steps: change.steps, entries: store.entries.count, backup: nil)
        }
        if !store.reading.unseen.isEmpty, !change.coversUnseen, !options.dropUnseen {
            throw StoreProblem(Self.wouldLoseUnseen(store), exitCode: 1)
        }
        let written = try StoreWriter.bytes(
            change.keystore, settings: (change.settings ?? store.reading.settings).modified(at: Clock.milliseconds),
            password: change.newPassword ?? store.password, context: store.context)
        var outcome = Outcome(store: store, steps: change.steps, entries: change.keystore.entries.count, backup: nil)
        if let locked {
            do throws(FileFailure) { outcome.backup = try locked.replaceKeepingBackup(with: written) } catch { throw StoreProblem(error) }
        }
        return outcome
    }

    private func holding() throws(StoreProblem) -> LockedFile {
        do throws(FileFailure) { return try LockedFile(access.path) } catch { throw StoreProblem(error) }
    }

    private static func bytes(of locked: LockedFile) throws(StoreProblem) -> [UInt8] {
        do throws(FileFailure) { return try locked.bytes(limit: KeystoreLimits.standard.fileSize) } catch { throw StoreProblem(error) }
    }

    private static func wouldLoseUnseen(_ store: OpenStore) -> Finding {
        StoreFindings.wouldLoseUnseen(store.reading, on: store.context, option: "--drop-unseen")
    }
}

extension KeystoreSettings {
    /// BCFKS remembers when it was last changed.
    fileprivate func modified(at milliseconds: Int64) -> KeystoreSettings {
        guard case .bcfks(var settings) = self else { return self }
        settings.modifiedMilliseconds = milliseconds
        return .bcfks(settings)
    }
}

enum StoreWriter {
    /// The file's bytes, read again before anybody gets them: a store is never replaced by one that does not open.
    static func bytes(
        _ keystore: Keystore, settings: KeystoreSettings, password: KeystorePassword?, context: StoreContext
    ) throws(StoreProblem) -> [UInt8] {
        do throws(KeystoreError) {
            let bytes = try keystore.write(settings, password: password)
            let again = try Keystore.read(bytes, password: password)
            guard again.keystore.entries.count == keystore.entries.count else { throw .malformed(field: "what was written", offset: 0) }
            return bytes
        } catch {
            throw StoreProblem(error, on: context)
        }
    }
}

/// Prints what a verb did to a store.
struct EditReport {
    var output: OutputOptions
    var isDryRun: Bool

    func print(_ outcome: StoreEdit.Outcome, notes: [String] = []) {
        print(
            path: outcome.store.path, format: outcome.store.format, steps: outcome.steps, entries: outcome.entries, backup: outcome.backup,
            notes: notes)
    }

    func print(
        path: String, format: KeystoreFormat, steps: [StoreChange.Step], entries: Int, backup: String?, notes: [String] = [],
        fields: [(String, JSONText)] = []
    ) {
        var result = ResultStream()
        if output.isJSON {
            let head: [(String, JSONText)] = [
                ("path", .string(path)), ("format", .string(format.rawValue)), ("dryRun", .bool(isDryRun)), ("entries", .number(entries)),
                ("backup", .optional(backup)), ("changes", .array(steps.map(\.json))),
            ]
            result.json(.object(head + fields + [("notes", .strings(notes)), ("findings", .array([]))]))
            result.text("\n")
            return
        }
        for step in steps { result.line(Printable.line(step.text(isDryRun: isDryRun))) }
        let count = entries == 1 ? "1 entry" : "\(entries) entries"
        if isDryRun {
            result.line("\(path) would have \(count); nothing was written.")
        } else {
            result.line("\(path) has \(count)\(backup.map { "; as it was before: \($0)" } ?? "").")
        }
        result.flush()
        for note in notes { StandardStream.note("note: " + note) }
    }
}

extension StoreChange.Step {
    var json: JSONText {
        let fields: [(String, JSONText)] = [
            ("action", .string(action.rawValue)), ("alias", alias.isEmpty ? .null : .string(alias)), ("kind", .optional(kind)),
            ("sha256", .optional(sha256)), ("note", .string(note)),
        ]
        return .object(fields)
    }

    func text(isDryRun: Bool) -> String {
        let verb =
            switch action {
            case .added: isDryRun ? "would add" : "added"
            case .replaced: isDryRun ? "would replace" : "replaced"
            case .mended: isDryRun ? "would mend" : "mended"
            case .alreadyThere: "already there"
            case .deleted: isDryRun ? "would delete" : "deleted"
            case .renamed: isDryRun ? "would rename" : "renamed"
            case .converted: isDryRun ? "would convert" : "converted"
            case .reprotected: isDryRun ? "would protect anew" : "protected anew"
            case .kept: "left as it is"
            case .leftOut: "left out"
            }
        return "\(verb): " + [alias, note, sha256.map { "SHA-256 \($0)" } ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
    }

    /// About an entry.
    init(_ action: Action, _ entry: Keystore.Entry, in format: KeystoreFormat, note: String? = nil) {
        let first = entry.content.certificates.first.map { CertificateRow($0) }
        self.init(
            action: action, alias: format.shownAlias(of: entry), kind: entry.content.kind, sha256: first?.sha256,
            note: note ?? ([entry.content.kindText, first?.subject].compactMap { $0 }.joined(separator: ", ")))
    }
}
