import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

/// In what form something is taken out of a store.
enum ExportForm: String, ExpressibleByArgument, CaseIterable { case pem, der, pkcs7, pkcs12 }

struct KeystoreExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Take certificates or keys out of a keystore.",
        discussion: """
            Certificates go to standard output as PEM unless told otherwise; without alias those of all entries. A private or secret key is
            written only when asked for, and only to a file that nobody else may read, or encrypted under --destination-password-…. Of keytool:
            keytool -exportcert -rfc -alias ALIAS -keystore STORE; for keys keytool has no such command.
            """)

    @OptionGroup var store: StoreOptions
    @Argument(help: "The entries' aliases.") var aliases: [String] = []
    @Option(name: .customLong("alias"), help: ArgumentHelp("One more alias.", valueName: "alias")) var moreAliases: [String] = []
    @Option(
        name: .customLong("as"), help: ArgumentHelp("pem, der, pkcs7 (certificates only) or pkcs12 (whole entries).", valueName: "form"))
    var form: ExportForm = .pem
    @Flag(help: "Of a private key its whole chain, not its own certificate only.") var chain = false
    @Flag(help: "The private key, as PKCS#8; with --chain its certificates behind it.") var privateKey = false
    @Flag(help: "The bytes of a secret key.") var secretKey = false
    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file")) var output: String?
    @Flag(help: "Replace the file where it exists.") var replace = false
    @OptionGroup var keyPassword: PasswordOptions<KeyPassword>
    @OptionGroup var destinationPassword: PasswordOptions<DestinationPassword>
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false
    @OptionGroup var format: OutputOptions

    func validate() throws {
        guard !(privateKey && secretKey) else { throw ValidationError("Give --private-key or --secret-key, not both.") }
        if privateKey || secretKey, (aliases + moreAliases).count != 1 { throw ValidationError("Say whose key: one alias.") }
        if privateKey, form == .pkcs7 { throw ValidationError("PKCS#7 holds certificates only: --as pem, der or pkcs12.") }
        if form == .pkcs12, output == nil { throw ValidationError("PKCS#12 is written to a file: --output FILE.") }
        if privateKey, output == nil, destinationPassword.source == nil {
            throw ValidationError(
                "A private key in the clear goes to a file only: --output FILE, or encrypt it with --destination-password-file.")
        }
        if secretKey, output == nil { throw ValidationError("A secret key goes to a file only: --output FILE.") }
    }

    func run() throws {
        try format.reporting(on: Files.absolute(store.path)) {
            let needsKey = privateKey || secretKey || form == .pkcs12
            let access = store.access(keyPassword: keyPassword.source, call: call)
            let opened = try access.open(needsKey ? .password : .ifThere)
            let names = aliases + moreAliases
            let chosen = try names.isEmpty ? opened.entries : names.map { try opened.entry($0) }
            let export = StoreExport(opened: opened, form: form, withChain: chain)
            let bytes: [UInt8] =
                if secretKey { try export.secretKey(of: chosen[0]) } else if privateKey && form != .pkcs12 {
                    try export.privateKey(of: chosen[0], password: try destinationPassword.source?.read())
                } else if form == .pkcs12 {
                    try export.pkcs12(chosen, password: try destinationPassword.source?.read())
                } else { try export.certificates(of: chosen) }
            try put(bytes, opened, secret: needsKey)
        }
    }

    private func put(_ bytes: [UInt8], _ opened: OpenStore, secret: Bool) throws {
        guard let output else {
            var result = ResultStream()
            result.octets(bytes)
            return
        }
        let path = Files.absolute(output)
        var backup: String?
        if !dryRun { backup = try write(bytes, to: path, secret: secret) }
        if format.isJSON {
            var result = ResultStream()
            result.json(
                .object([
                    ("path", .string(opened.path)), ("output", .string(path)), ("bytes", .number(bytes.count)), ("dryRun", .bool(dryRun)),
                    ("backup", .optional(backup)), ("findings", .array([])),
                ]))
            result.text("\n")
        } else {
            StandardStream.note(
                dryRun
                    ? "would write \(bytes.count) bytes to \(path)"
                    : "\(path): \(bytes.count) bytes\(backup.map { "; as it was before: \($0)" } ?? "")")
        }
    }

    private func write(_ bytes: [UInt8], to path: String, secret: Bool) throws(StoreProblem) -> String? {
        do throws(FileFailure) {
            guard Files.exists(path) else {
                try Files.create(path, with: bytes)
                return nil
            }
            guard replace else { throw FileFailure.exists(path: path) }
            // A key never goes into a file that others may read.
            if secret, try OpenFile(path, for: .read).ownership().mode & 0o077 != 0 {
                let backup = try Files.keepBackup(of: path, bytes: Files.read(path, limit: KeystoreLimits.standard.fileSize))
                try Files.remove(path)
                try Files.create(path, with: bytes)
                return backup
            }
            return try Files.replaceKeepingBackup(path, with: bytes)
        } catch {
            if case .exists(let path) = error {
                throw StoreProblem(StoreFindings.exists(StoreContext(path: path, call: call), option: "--replace"), exitCode: 1)
            }
            throw StoreProblem(error)
        }
    }

    private var call: [String] {
        ["export"] + store.password.words + keyPassword.words + destinationPassword.words
            + (form == .pem ? [] : ["--as", form.rawValue]) + (chain ? ["--chain"] : []) + (privateKey ? ["--private-key"] : [])
            + (secretKey ? ["--secret-key"] : []) + (output.map { ["--output", Files.absolute($0)] } ?? [])
            + (aliases + moreAliases).flatMap { ["--alias", $0] } + [Files.absolute(store.path)]
    }
}
