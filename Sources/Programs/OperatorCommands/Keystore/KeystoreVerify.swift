import ArgumentParser
import Diagnosis
import JavaKeystore
import LocalFiles

struct KeystoreVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check a keystore: its integrity, every key, every chain.",
        discussion: """
            The store's check value fits; every key opens and belongs to its certificate; every chain runs from the key's certificate to its
            issuers and is in date. Exits with 1 when something is broken, and with 4 on warnings only, when --strict is given.
            """)

    @OptionGroup var store: StoreOptions
    @OptionGroup var keyPassword: PasswordOptions<KeyPassword>
    @Flag(help: "Exit with 4 when there are warnings only.") var strict = false
    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.reporting(on: Files.absolute(store.path)) {
            let access = store.access(keyPassword: keyPassword.source, call: ["verify"] + keyPassword.words + [Files.absolute(store.path)])
            let opened = try access.open(.password)
            guard opened.reading.integrity != .notChecked else { throw opened.problem(.passwordMissing(field: "to check it")) }
            let keys = try StoreVerification.keys(of: opened)
            let findings = StoreFindings.verifying(
                opened.reading, keys: keys, at: Clock.seconds, password: opened.password, on: opened.context)
            if output.isJSON { printJSON(opened, keys, findings) } else { printText(opened, keys, findings) }
            if findings.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
            if strict, findings.contains(where: { $0.severity == .warning }) { throw ExitCode(4) }
        }
    }

    private func printJSON(_ opened: OpenStore, _ keys: [KeyCheck?], _ findings: [Finding]) {
        var result = ResultStream()
        let entries = zip(opened.entries, keys).map { entry, check -> JSONText in
            let fields: [(String, JSONText)] = [
                ("alias", .string(opened.shown(entry))), ("kind", .string(entry.content.kind)), ("key", .optional(check?.word)),
                ("pair", .optional(check?.pairWord)),
            ]
            return .object(fields)
        }
        result.json(
            .object(opened.headingFields + [("entries", .array(entries)), ("findings", .array(findings.map { JSONText($0) }))]))
        result.text("\n")
    }

    private func printText(_ opened: OpenStore, _ keys: [KeyCheck?], _ findings: [Finding]) {
        var result = ResultStream()
        result.line(opened.heading)
        for case (let entry, let check?) in zip(opened.entries, keys) {
            result.line(Printable.line("\(opened.shown(entry)): \(check.text)"))
        }
        let errors = findings.count { $0.severity == .error }
        let warnings = findings.count { $0.severity == .warning }
        result.line(errors + warnings == 0 ? "Nothing is wrong with it." : "\(errors) errors, \(warnings) warnings")
        result.flush()
        if !findings.isEmpty { StandardStream.note(FindingText(colours: false).render(findings)) }
    }
}

enum StoreVerification {
    /// One for every entry; nil where there is no key. The password of a key that none opens is asked for at a terminal.
    static func keys(of opened: OpenStore) throws(StoreProblem) -> [KeyCheck?] {
        var candidates = try opened.keyPasswords()
        var checks: [KeyCheck?] = []
        for entry in opened.entries {
            var check = KeyCheck(entry.content, candidates: candidates)
            while case .closed(.keyPassword) = check?.state, Terminal.isThere, candidates.count < 8,
                let answer = Terminal.askSecretly("Password of the key \(Printable.line(opened.shown(entry))): "), !answer.isEmpty
            {
                candidates.append(KeystorePassword(answer))
                check = KeyCheck(entry.content, candidates: [KeystorePassword(answer)])
            }
            checks.append(check)
        }
        return checks
    }
}

extension KeyCheck {
    fileprivate var word: String {
        switch state {
        case .opened, .secret: "opens"
        case .closed: "closed"
        }
    }
    fileprivate var pairWord: String? {
        guard case .opened(_, let match) = state else { return nil }
        switch match {
        case .yes: return "yes"
        case .no: return "no"
        case .unknown, nil: return "unknown"
        }
    }
    fileprivate var text: String {
        switch state {
        case .closed: "the key does not open"
        case .secret(let algorithm, let bits): "the secret key opens (\(algorithm), \(bits) bits)"
        case .opened(let key, nil): "the key opens (\(key.algorithm.name)), and has no certificate"
        case .opened(let key, .yes): "the key opens (\(key.algorithm.name)) and belongs to its certificate"
        case .opened(let key, .no): "the key opens (\(key.algorithm.name)) and does not belong to its certificate"
        case .opened(let key, .unknown): "the key opens (\(key.algorithm.name)); whether it belongs to its certificate cannot be told"
        }
    }
}
