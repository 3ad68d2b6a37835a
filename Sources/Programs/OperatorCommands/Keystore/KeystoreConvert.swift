import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct KeystoreConvert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write a keystore in another format.",
        discussion: """
            Keys, chains, aliases, dates and passwords stay. What the new format cannot hold is named, and nothing is written unless --drop
            allows it. Of keytool: keytool -importkeystore -srckeystore STORE -destkeystore OUT -deststoretype TYPE.
            """)

    @OptionGroup var store: StoreOptions
    @Argument(help: "The new file; may be the old one.") var out: String
    @Option(name: [.customLong("to")], help: ArgumentHelp("jks, jceks, pkcs12 or bcfks.", valueName: "format")) var format: KeystoreFormat
    @Option(help: ArgumentHelp(StoreStyle.help, valueName: "style")) var style = StoreStyle.standard
    @Option(help: ArgumentHelp("What may be lost, separated by commas.", valueName: "kinds")) var drop = DropList()
    @OptionGroup var keyPassword: PasswordOptions<KeyPassword>
    @OptionGroup var destinationPassword: PasswordOptions<DestinationPassword>
    @OptionGroup var destinationKeyPassword: PasswordOptions<DestinationKeyPassword>
    @Flag(help: "Replace the new file where it exists; a dated copy of it stays.") var replace = false
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard format.isWritable else {
            throw ValidationError("\(format.javaName) is read and not written: convert to jks, jceks, pkcs12 or bcfks.")
        }
        if style.settings(for: format) == nil {
            throw ValidationError("\(format.javaName) has no style \(style.rawValue): \(StoreStyle.help)")
        }
    }

    func run() throws {
        try output.reporting(on: Files.absolute(store.path)) {
            let outcome = try StoreConversion(
                access: store.access(keyPassword: keyPassword.source, call: call), out: Files.absolute(out),
                settings: style.settings(for: format) ?? .standard(for: format),
                drop: drop, newPassword: destinationPassword.source, newKeyPassword: destinationKeyPassword.source, replaces: replace,
                isDryRun: dryRun
            ).perform()
            outcome.print(output, isDryRun: dryRun)
        }
    }

    /// The call again, for a fix that adds an option.
    private var call: [String] {
        ["convert"] + store.password.words + keyPassword.words + destinationPassword.words + destinationKeyPassword.words
            + (store.type.map { ["--type", $0.rawValue] } ?? []) + ["--to", format.rawValue]
            + (style == .standard ? [] : ["--style", style.rawValue]) + (replace ? ["--replace"] : [])
            + [Files.absolute(store.path), Files.absolute(out)]
    }
}

/// Writes a store anew in another format, beside the old one or in its place.
struct StoreConversion {
    var access: StoreAccess
    var out: String
    var settings: KeystoreSettings
    var drop = DropList()
    var newPassword: PasswordSource?
    var newKeyPassword: PasswordSource?
    var replaces = false
    var isDryRun = false

    struct Outcome {
        var source: OpenStore
        var out: String
        var format: KeystoreFormat
        var entries: Int
        var losses: [KeystoreLoss]
        /// Entries with a password of their own in the new store.
        var ownPasswords: [String]
        var backup: String?
    }

    func perform() throws(StoreProblem) -> Outcome {
        let isInPlace = out == access.path
        let exists = Files.exists(out)
        if exists, !isInPlace, !replaces, !isDryRun {
            let context = StoreContext(path: out, call: access.call)
            throw StoreProblem(StoreFindings.exists(context, option: access.call == nil ? nil : "--replace"), exitCode: 1)
        }
        let source = try access.open(.password)
        guard source.reading.integrity != .notChecked else { throw source.problem(.passwordMissing(field: "to read the keys")) }
        if !source.reading.unseen.isEmpty, !drop.unseen {
            throw StoreProblem(StoreFindings.wouldLoseUnseen(source.reading, on: source.context, option: "--drop", "unseen"), exitCode: 1)
        }
        let (keystore, losses, own, password) = try converted(source)
        let bytes = try StoreWriter.bytes(keystore, settings: settings, password: password, context: source.context)
        var outcome = Outcome(
            source: source, out: out, format: settings.format, entries: keystore.entries.count, losses: losses, ownPasswords: own,
            backup: nil)
        if !isDryRun { outcome.backup = try StorePlace.put(bytes, at: out, like: access.path) }
        return outcome
    }

    private func converted(
        _ source: OpenStore
    ) throws(StoreProblem) -> (keystore: Keystore, losses: [KeystoreLoss], own: [String], password: KeystorePassword) {
        let old = source.password ?? KeystorePassword("")
        let new = try newPassword?.read() ?? source.password ?? KeystorePassword("")
        let format = settings.format
        // What cannot be held is told before anybody is asked for a key's password.
        let forbidden = source.reading.keystore.structuralLosses(from: source.format, in: format).filter { !drop.kinds.contains($0.kind) }
        guard forbidden.isEmpty else { throw source.problem(.cannotHold(format: format, losses: forbidden)) }
        let passwords = try KeyPasswords.all(of: source)
        // A key under the store's old password goes under the new one; a key with its own keeps it, unless there is a new one for keys.
        var newOwn = passwords.own
        if let newKeyPassword {
            let word = try newKeyPassword.read()
            for entry in source.entries { newOwn[entry.alias] = word }
        }
        do throws(KeystoreError) {
            let conversion = KeystoreConversion(
                from: source.format, to: settings, password: old, keyPasswords: passwords.own, newPassword: new, newKeyPasswords: newOwn,
                dropping: drop.kinds)
            let (keystore, losses) = try source.reading.keystore.converted(conversion)
            return (keystore, losses, newOwn.filter { $0.value != new }.keys.sorted(), new)
        } catch {
            throw source.problem(error)
        }
    }
}

extension StoreConversion.Outcome {
    func print(_ output: OutputOptions, isDryRun: Bool) {
        var notes = format.notes
        if !ownPasswords.isEmpty, format == .pkcs12 {
            notes.append(
                "these keys have a password of their own, which keytool cannot use in PKCS#12: \(Printable.line(ownPasswords.joined(separator: ", ")))"
            )
        }
        let steps = losses.map {
            StoreChange.Step(action: .leftOut, alias: $0.alias, kind: nil, sha256: nil, note: StoreFindings.said($0.kind))
        }
        EditReport(output: output, isDryRun: isDryRun).print(
            path: out, format: format, steps: steps, entries: entries, backup: backup, notes: notes,
            fields: [
                ("source", .string(source.path)), ("sourceFormat", .string(source.format.rawValue)),
                ("losses", .array(losses.map { .object([("alias", .string($0.alias)), ("kind", .string($0.kind.rawValue))]) })),
            ])
    }
}

extension KeystoreFormat {
    /// What readers of a new file should know.
    var notes: [String] {
        switch self {
        case .jks: ["JKS protects keys with SHA-1 and no work factor; nothing but Java reads it"]
        case .jceks: ["JCEKS is read by Java only, and will be warned of by newer releases"]
        case .pkcs12:
            ["written as Java 16 and later do (AES-256, HMAC-SHA256): Java 8 before update 301 and 11 before 11.0.12 cannot read it"]
        case .bcfks: ["Java reads BCFKS with Bouncy Castle's provider only"]
        case .bks, .uber: []
        }
    }
}

enum StorePlace {
    /// Puts a store where one is, or makes the file with the mode and, where that is allowed, the owner of `model`. Returns where the old bytes are.
    static func put(_ bytes: [UInt8], at path: String, like model: String?) throws(StoreProblem) -> String? {
        do throws(FileFailure) {
            if Files.exists(path) { return try LockedFile(path).replaceKeepingBackup(with: bytes) }
            guard let model, Files.exists(model) else {
                try Files.create(path, with: bytes)
                return nil
            }
            do throws(FileFailure) { try Files.create(path, with: bytes, like: OpenFile(model, for: .read).ownership()) } catch {
                guard case .ownerNotKept = error else { throw error }
                // It belongs to whoever makes it, then, and is for nobody else.
                try Files.create(path, with: bytes)
            }
            return nil
        } catch {
            throw StoreProblem(error)
        }
    }
}
