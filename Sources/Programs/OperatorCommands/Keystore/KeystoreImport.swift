import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct KeystoreImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Put certificates, keys and other keystores into a keystore.",
        discussion: """
            Takes PEM with any number of blocks, DER, PKCS#7, PKCS#8, PKCS#12 and every type of keystore; the content tells which. A private key
            goes in with its chain, put in order, wherever its certificates lie. A certificate for the alias of a private key renews that key's
            chain. A store that is imported into itself gets its chains mended and shows Java what Java did not see. A store that does not exist is
            made. Of keytool: keytool -importcert -alias ALIAS -file FILE -keystore STORE, keytool -importkeystore -srckeystore FILE -destkeystore STORE.
            """)

    @OptionGroup var store: StoreOptions
    @Argument(help: ArgumentHelp("Files to take from; - is standard input.", valueName: "source")) var sources: [String]
    @Option(help: ArgumentHelp("The entry's alias; without it entries are named after their subjects.", valueName: "alias")) var alias:
        String?
    @Option(name: .customLong("entry"), help: ArgumentHelp("Of stores take only this entry.", valueName: "alias")) var entries: [String] =
        []
    @OptionGroup var sourcePassword: PasswordOptions<SourcePassword>
    @OptionGroup var keyPassword: PasswordOptions<KeyPassword>
    @OptionGroup var newKeyPassword: PasswordOptions<NewKeyPassword>
    @Flag(help: "Replace entries that have the same alias.") var replace = false
    @Flag(help: "Take what is whole of a damaged bundle.") var partial = false
    @Option(help: ArgumentHelp("What may be lost, separated by commas.", valueName: "kinds")) var drop = DropList()
    @OptionGroup var edit: EditOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.reporting(on: Files.absolute(store.path)) {
            let outcome = try StoreImport(
                access: store.access(keyPassword: keyPassword.source, call: call), newType: store.type ?? .pkcs12, sources: sources,
                sourcePassword: sourcePassword.source, newKeyPassword: newKeyPassword.source, alias: alias, entries: entries,
                replaces: replace,
                takesParts: partial, drop: drop, edit: edit
            ).perform()
            EditReport(output: output, isDryRun: edit.dryRun).print(outcome)
        }
    }

    /// The call again, for a fix that adds an option.
    private var call: [String] {
        ["import"] + store.password.words + sourcePassword.words + keyPassword.words + newKeyPassword.words
            + (store.type.map { ["--type", $0.rawValue] } ?? []) + (alias.map { ["--alias", $0] } ?? [])
            + entries.flatMap { ["--entry", $0] }
            + (partial ? ["--partial"] : []) + [Files.absolute(store.path)] + sources.map { $0 == "-" ? $0 : Files.absolute($0) }
    }
}

/// Puts what several files hold into a store.
struct StoreImport {
    var access: StoreAccess
    /// What a store that does not exist becomes.
    var newType: KeystoreFormat?
    var sources: [String]
    var sourcePassword: PasswordSource?
    var newKeyPassword: PasswordSource?
    var alias: String?
    var entries: [String] = []
    var replaces = false
    var takesParts = false
    var drop = DropList()
    var edit = EditOptions()

    func perform() throws -> StoreEdit.Outcome {
        let wishes = ImportPlan.Wishes(
            alias: alias, replaces: replaces, now: Clock.milliseconds, keyPassword: try newKeyPassword?.read(), entries: entries,
            dropping: drop.kinds)
        return try StoreEdit(access: access, options: edit).perform(making: newType) { target in
            var plan = ImportPlan(into: target, wishes)
            // A key may lie in one file and its chain in another.
            var all = KeyMaterial()
            var isSelf = false
            for path in sources {
                let read = try ImportSource.read(
                    path, password: sourcePassword, keyPassword: access.keyPassword, fallback: target.password)
                switch read {
                case .material(let material, _, let damages):
                    if !damages.isEmpty, !takesParts || (material.certificates.isEmpty && material.privateKeys.isEmpty) {
                        throw StoreProblem(damages, exitCode: 1)
                    }
                    all.certificates += material.certificates
                    all.privateKeys += material.privateKeys
                    all.remarks += material.remarks
                case .store(let source, let ownPasswords):
                    try plan.add(source, ownPasswords: ownPasswords)
                    isSelf = isSelf || source.path == target.path
                }
            }
            try plan.add(all)
            let covers = isSelf && target.reading.unseen.allSatisfy { $0.reason.canBeShown || $0.reason == .replaced }
            return StoreChange(keystore: plan.keystore, steps: plan.steps, coversUnseen: covers && !target.reading.unseen.isEmpty)
        }
    }
}
