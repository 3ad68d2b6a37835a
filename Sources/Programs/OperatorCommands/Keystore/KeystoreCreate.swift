import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct KeystoreCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a keystore, a key pair or a secret key.",
        discussion: """
            With --self-signed a key pair under a certificate of its own is put into the store, with --secret-key a random secret key; a store
            that does not exist is made. With neither an empty store is made. Of keytool: keytool -genkeypair -alias ALIAS -keyalg RSA -dname NAME
            -keystore STORE, keytool -genseckey.
            """)

    @OptionGroup var store: StoreOptions
    @Option(help: ArgumentHelp("A key pair whose certificate is for this name: CN=agent,O=Corp,C=GB.", valueName: "name")) var selfSigned:
        String?
    @Option(help: ArgumentHelp("rsa-2048, rsa-3072, rsa-4096, p-256, p-384, p-521 or ed25519.", valueName: "kind")) var key: KeyKind =
        .rsa2048
    @Option(help: "Days until the certificate ends.") var days = 365
    @Option(
        name: .customLong("san"),
        help: ArgumentHelp("A name or address that the certificate is for, too: dns:agent.example, ip:192.0.2.1.", valueName: "name"))
    var alternativeNames: [String] = []
    @Option(help: ArgumentHelp("A random secret key of this algorithm: AES, HmacSHA256 …", valueName: "algorithm")) var secretKey: String?
    @Option(help: "Bits of the secret key.") var bits: Int?
    @Option(help: ArgumentHelp("The alias of the key.", valueName: "alias")) var alias: String = "mykey"
    @OptionGroup var newKeyPassword: PasswordOptions<NewKeyPassword>
    @OptionGroup var edit: EditOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard selfSigned == nil || secretKey == nil else { throw ValidationError("Give --self-signed or --secret-key, not both.") }
        guard (1...36_500).contains(days) else { throw ValidationError("--days is 1 to 36500.") }
        guard store.type?.isWritable ?? true else { throw ValidationError("BKS and UBER are read only.") }
    }

    func run() throws {
        try output.reporting(on: Files.absolute(store.path)) {
            let access = store.access()
            if selfSigned == nil, secretKey == nil, Files.exists(access.path) {
                throw StoreProblem(StoreFindings.exists(access.context, option: nil), exitCode: 1)
            }
            let wish: KeyCreation.Wish? =
                if let selfSigned { .pair(try pair(named: selfSigned)) } else { secretKey.map { .secret(algorithm: $0, bits: bits) } }
            let keyPassword = try newKeyPassword.source?.read()
            let outcome = try StoreEdit(access: access, options: edit).perform(making: store.type ?? .pkcs12) { target in
                guard let wish else { return StoreChange(keystore: Keystore()) }
                return try KeyCreation(target: target, alias: alias, keyPassword: keyPassword, now: Clock.milliseconds).adding(wish)
            }
            EditReport(output: output, isDryRun: edit.dryRun).print(outcome)
        }
    }

    private func pair(named name: String) throws -> KeyCreation.Pair {
        do throws(NameError) {
            return KeyCreation.Pair(
                key: key.generated, subject: try DistinguishedName(name), days: days,
                alternativeNames: try alternativeNames.map { text throws(NameError) in try AlternativeName(text) })
        } catch {
            throw ValidationError(error.text)
        }
    }
}

/// `--key` of the command line.
enum KeyKind: String, ExpressibleByArgument, CaseIterable {
    case rsa2048 = "rsa-2048", rsa3072 = "rsa-3072", rsa4096 = "rsa-4096", p256 = "p-256", p384 = "p-384", p521 = "p-521", ed25519

    var generated: GeneratedKey {
        switch self {
        case .rsa2048: .rsa2048
        case .rsa3072: .rsa3072
        case .rsa4096: .rsa4096
        case .p256: .p256
        case .p384: .p384
        case .p521: .p521
        case .ed25519: .ed25519
        }
    }
}

extension NameError {
    /// For people.
    var text: String {
        let what =
            switch problem {
            case .empty: "a part of the name is empty"
            case .tooLong(let limit): "the name is longer than \(limit)"
            case .unknownType(let type): "\(type) is no part of a name: CN, OU, O, L, ST, C, DC …"
            case .equalsSignMissing: "an equals sign is missing: CN=agent,O=Corp"
            case .valueMissing: "a value is missing"
            case .badEscape: "a quote or a backslash is incomplete"
            case .controlCharacter: "it holds a control character"
            case .characterNotAllowed: "it holds a character that this part cannot hold"
            case .notAnAddress: "it is no address"
            }
        return "The name cannot be used: \(what) (character \(position + 1))."
    }
}

/// Puts a new key into a store.
struct KeyCreation {
    struct Pair {
        var key: GeneratedKey
        var subject: DistinguishedName
        var days: Int
        var alternativeNames: [AlternativeName] = []
    }
    enum Wish { case pair(Pair), secret(algorithm: String, bits: Int?) }

    var target: OpenStore
    var alias: String
    /// nil: the store's.
    var keyPassword: KeystorePassword?
    /// Milliseconds since 1970.
    var now: Int64

    func adding(_ wish: Wish) throws(StoreProblem) -> StoreChange {
        let format = target.format
        guard target.reading.keystore.entries(named: alias, in: format).isEmpty else {
            throw StoreProblem(StoreFindings.aliasTaken(alias, target.context, option: nil), exitCode: 1)
        }
        guard let password = keyPassword ?? target.password else { throw target.problem(.passwordMissing(field: "key")) }
        let settings = target.reading.settings
        do throws(KeystoreError) {
            let content: Keystore.Content
            switch wish {
            case .pair(let pair):
                let key = try PrivateKeyInfo.generate(pair.key)
                let start = now / 1000
                let certificate = try SelfSignedCertificate(
                    subject: pair.subject, notBefore: start, notAfter: start + Int64(pair.days) * 86_400,
                    alternativeNames: pair.alternativeNames
                ).make(key: key)
                content = .privateKey(try .protecting(key, password: password, in: settings), chain: [certificate])
            case .secret(let algorithm, let bits):
                content = .secretKey(
                    try .protecting(SecretKey.generate(algorithm: algorithm, bits: bits), alias: alias, password: password, in: settings))
            }
            let entry = Keystore.Entry(
                aliasUnits: Array(format.settingAlias(alias).utf16), createdMilliseconds: now, content: content)
            return StoreChange(
                keystore: target.reading.keystore.setting(entry), steps: [StoreChange.Step(.added, entry, in: format)])
        } catch {
            throw target.problem(error)
        }
    }
}
