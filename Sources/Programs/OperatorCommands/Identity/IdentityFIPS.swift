import ArgumentParser
import Diagnosis
import JavaKeystore

struct IdentityFIPS: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fips", abstract: "Keep an agent's keystore in BCFKS, the format of the vendor's FIPS mode, or in JKS again.",
        discussion: """
            on refuses keys that FIPS 186-5 does not allow for signatures. It is the format and these limits, no more: Midguard's cryptography is
            not a validated module. A Java MID Server needs its own switch (bin/scripts/set-fips-enforced-mode.sh) as well.
            """)

    enum Mode: String, ExpressibleByArgument, CaseIterable { case on, off }

    @Argument(help: "on or off.") var mode: Mode
    @OptionGroup var identity: IdentityOptions
    @OptionGroup var edit: IdentityEditOptions

    func run() throws {
        try identity.on { home in
            var outcome = try IdentityEdit(home: home, isDryRun: edit.dryRun).perform { store in
                let format: KeystoreFormat = mode == .on ? .bcfks : .jks
                guard store.format != format, mode == .on || store.format == .bcfks else {
                    let step = StoreChange.Step(
                        action: .kept, alias: "", kind: nil, sha256: nil, note: "the keystore is \(store.format.javaName) already")
                    return StoreChange(keystore: store.reading.keystore, steps: [step])
                }
                if mode == .on { try FIPSKeyLimits.check(store) }
                // A secret key does not fit into JKS; JCEKS is its extension, which the same readers take.
                let hasSecrets = store.entries.contains { if case .secretKey = $0.content { true } else { false } }
                let settings = KeystoreSettings.standard(for: mode == .off && hasSecrets ? .jceks : format)
                do throws(KeystoreError) {
                    let keystore = try store.reading.keystore.converted(
                        KeystoreConversion(
                            from: store.format.foldsCase ? store.format : settings.format, to: settings,
                            password: KeystorePassword(home.midID),
                            dropping: [.aliasCase])
                    ).keystore.spellingIdentity(for: settings.format)
                    let note = "\(store.format.javaName) to \(settings.format.javaName)"
                    return StoreChange(
                        keystore: keystore, settings: settings,
                        steps: [.init(action: .converted, alias: "", kind: nil, sha256: nil, note: note)])
                } catch { throw store.problem(error) }
            }
            if mode == .on {
                outcome.notes.append("the format and the limits of FIPS mode; the cryptography used here is not a validated module")
            }
            outcome.print(identity.output, isDryRun: edit.dryRun)
        }
    }
}

/// Which keys a store in FIPS mode may hold.
enum FIPSKeyLimits {
    /// FIPS 186-5 §5 and §6 with SP 800-186: RSA of 2048 bits and more, the curves P-256, P-384 and P-521, Ed25519 and Ed448.
    static func allows(_ key: PublicKeyRow) -> Bool {
        switch key.algorithm {
        case "RSA", "RSASSA-PSS": (key.bits ?? 0) >= 2048
        case "EC": ["P-256", "P-384", "P-521"].contains(key.curve)
        case "Ed25519", "Ed448": true
        default: false
        }
    }

    static func check(_ store: OpenStore) throws(StoreProblem) {
        let refused = store.entries.filter(\.isKeyPair).compactMap { entry -> (String, String)? in
            guard let key = entry.content.certificates.first.flatMap({ CertificateRow($0).key }), !allows(key) else { return nil }
            return (store.shown(entry), key.text)
        }
        guard let first = refused.first else { return }
        let finding = Finding(
            id: "auth.key-too-short", severity: .error, subject: store.path,
            summary: "The key \(first.0) (\(first.1)) is not allowed in FIPS mode. Nothing was changed.",
            cause: "FIPS 186-5 allows RSA from 2048 bits, the curves P-256, P-384 and P-521, Ed25519 and Ed448 for signatures.",
            evidence: ["keys": refused.map { "\($0.0): \($0.1)" }.joined(separator: ", ")],
            fixes: [.init("Replace these keys, or delete their entries")], references: ["FIPS 186-5", "SP 800-186"])
        throw StoreProblem(finding, exitCode: 1)
    }
}
