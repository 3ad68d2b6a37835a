import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct KeystorePasswordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password", abstract: "Change the password of a keystore, or of a key in it.",
        discussion: """
            Keys that the old password opens get the new one too; keys with a password of their own keep it. With --alias only that key's
            password changes. Of keytool: keytool -storepasswd -keystore STORE, keytool -keypasswd -alias ALIAS -keystore STORE.
            """)

    @OptionGroup var store: StoreOptions
    @Option(help: ArgumentHelp("Change the password of this key only.", valueName: "alias")) var alias: String?
    @OptionGroup var keyPassword: PasswordOptions<KeyPassword>
    @OptionGroup var newPassword: PasswordOptions<NewPassword>
    @OptionGroup var newKeyPassword: PasswordOptions<NewKeyPassword>
    @Flag(help: "Leave the keys under the password they have, as keytool -storepasswd does with JKS.") var storeOnly = false
    @OptionGroup var edit: EditOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if alias != nil, newPassword.source != nil || storeOnly {
            throw ValidationError("With --alias the key's password changes, not the store's: --new-key-password-file.")
        }
        if alias == nil, newKeyPassword.source != nil { throw ValidationError("Say whose key gets --new-key-password-…: --alias ALIAS.") }
    }

    func run() throws {
        try output.reporting(on: Files.absolute(store.path)) {
            let access = store.access(keyPassword: keyPassword.source, call: call)
            // Asked for before the store is locked.
            let new = try NewPasswordPrompt.read(
                alias == nil ? newPassword.source : newKeyPassword.source, of: alias.map { "the key \($0)" } ?? Files.absolute(store.path),
                context: access.context)
            let outcome = try StoreEdit(access: access, options: edit).perform { opened in
                if let alias { return try PasswordChange.ofKey(alias, to: new, in: opened) }
                return try PasswordChange.ofStore(to: new, keys: !storeOnly, in: opened)
            }
            EditReport(output: output, isDryRun: edit.dryRun).print(
                outcome, notes: NewPasswordPrompt.notes(on: new, for: outcome.store.format))
        }
    }

    private var call: [String] {
        ["password"] + store.password.words + keyPassword.words + newPassword.words + newKeyPassword.words
            + (alias.map { ["--alias", $0] } ?? []) + [Files.absolute(store.path)]
    }
}

enum PasswordChange {
    static func ofStore(to new: KeystorePassword, keys: Bool, in opened: OpenStore) throws(StoreProblem) -> StoreChange {
        var change = StoreChange(keystore: opened.reading.keystore, newPassword: new)
        guard keys, let old = opened.password else { return change }
        for (index, entry) in opened.entries.enumerated() {
            if case .trustedCertificate = entry.content { continue }
            do throws(KeystoreError) {
                change.keystore.entries[index].content = try entry.content.protectedAnew(
                    opening: old, under: new, alias: entry.alias, in: opened.reading.settings)
                change.steps.append(StoreChange.Step(.reprotected, entry, in: opened.format))
            } catch {
                guard case .keyPassword = error else { throw opened.problem(error) }
                change.steps.append(StoreChange.Step(.kept, entry, in: opened.format, note: "it has a password of its own"))
            }
        }
        return change
    }

    static func ofKey(_ alias: String, to new: KeystorePassword, in opened: OpenStore) throws(StoreProblem) -> StoreChange {
        let wanted = try opened.entry(alias)
        let old = try KeyPasswords.all(of: opened, [wanted]).own[wanted.alias] ?? opened.password ?? KeystorePassword("")
        guard let index = opened.entries.lastIndex(of: wanted) else { throw opened.problem(.noSuchEntry(alias: alias)) }
        var change = StoreChange(keystore: opened.reading.keystore)
        if case .trustedCertificate = wanted.content { throw StoreProblem(StoreFindings.noKey(alias, opened.context), exitCode: 1) }
        do throws(KeystoreError) {
            change.keystore.entries[index].content = try wanted.content.protectedAnew(
                opening: old, under: new, alias: wanted.alias, in: opened.reading.settings)
        } catch {
            throw opened.problem(ofKey: alias, error)
        }
        change.steps = [StoreChange.Step(.reprotected, wanted, in: opened.format)]
        return change
    }
}

extension Keystore.Content {
    /// The same key under another password.
    func protectedAnew(
        opening old: KeystorePassword, under new: KeystorePassword, alias: String, in settings: KeystoreSettings
    ) throws(KeystoreError) -> Keystore.Content {
        switch self {
        case .trustedCertificate: return self
        case .privateKey(let key, let chain):
            return .privateKey(try .protecting(key.open(password: old), password: new, in: settings), chain: chain)
        case .secretKey(let key):
            return .secretKey(try .protecting(key.open(password: old), alias: alias, password: new, in: settings))
        }
    }
}

/// Passwords that are to be: asked for twice at a terminal.
enum NewPasswordPrompt {
    /// Shorter ones keytool does not make.
    static let keytoolLeast = 6

    static func read(_ source: PasswordSource?, of what: String, context: StoreContext) throws(StoreProblem) -> KeystorePassword {
        if let source { return try source.read() }
        guard Terminal.isThere, let answer = Terminal.askSecretly("New password of \(Printable.line(what)): ") else {
            throw StoreProblem(.passwordMissing(field: "new password"), on: context)
        }
        guard Terminal.askSecretly("Again: ") == answer else { throw StoreProblem(.passwordsDiffer(), exitCode: 2) }
        return KeystorePassword(answer)
    }

    static func notes(on password: KeystorePassword, for format: KeystoreFormat) -> [String] {
        var notes: [String] = []
        if password.isEmpty {
            notes.append("the new password is empty: whoever reads the file has what is in it")
        } else if password.count < keytoolLeast {
            notes.append("keytool insists on six characters and more")
        }
        if !password.isPrintableASCII, format != .bcfks {
            notes.append(
                "the new password is not all printable ASCII: Java programs that pass it on in another encoding do not open the store")
        }
        return notes
    }
}
