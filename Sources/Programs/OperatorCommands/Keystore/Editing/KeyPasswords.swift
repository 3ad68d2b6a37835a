import Diagnosis
import JavaKeystore

/// Which password opens which key: most stores have one for all, some have keys with their own.
struct KeyPasswords {
    /// By alias as stored; entries that the store's own password opens are not here.
    var own: [String: KeystorePassword] = [:]
    /// Keys that nothing opens, with the reason, by alias as shown.
    var closed: [(alias: String, error: KeystoreError)] = []

    /// Tries `candidates` on every key: what opens it first counts. Derivations are costly, so a key is opened once where one password is known.
    init(_ entries: [Keystore.Entry], in format: KeystoreFormat, store: KeystorePassword?, candidates: [KeystorePassword]) {
        for entry in entries {
            guard
                let error = entry.content.closedReason(
                    under: candidates,
                    opened: { password in
                        if password != store { own[entry.alias] = password }
                    })
            else { continue }
            closed.append((format.shownAlias(of: entry), error))
        }
    }

    /// Those of `opened`. At a terminal the password of a key that none opens is asked for. Throws for keys that stay closed.
    static func all(of opened: OpenStore, _ entries: [Keystore.Entry]? = nil) throws(StoreProblem) -> KeyPasswords {
        var candidates = try opened.keyPasswords()
        let entries = entries ?? opened.entries
        while true {
            let passwords = KeyPasswords(entries, in: opened.format, store: opened.password, candidates: candidates)
            guard let first = passwords.closed.first else { return passwords }
            guard case .keyPassword = first.error, Terminal.isThere, candidates.count < 8,
                let answer = Terminal.askSecretly("Password of the key \(Printable.line(first.alias)): "), !answer.isEmpty
            else { throw opened.problem(ofKey: first.alias, first.error) }
            candidates.append(KeystorePassword(answer))
        }
    }
}

extension Keystore.Content {
    /// nil when one of the passwords opens the key, which is told; and when there is no key.
    func closedReason(under candidates: [KeystorePassword], opened: (KeystorePassword) -> Void) -> KeystoreError? {
        var reason: KeystoreError?
        for password in candidates {
            do throws(KeystoreError) {
                switch self {
                case .privateKey(let key, _): _ = try key.open(password: password)
                case .secretKey(let key): _ = try key.open(password: password)
                case .trustedCertificate: return nil
                }
                opened(password)
                return nil
            } catch {
                // A wrong password tells less than anything else.
                if reason == nil || reason == .keyPassword { reason = error }
            }
        }
        return reason ?? .passwordMissing(field: "key")
    }
}

extension OpenStore {
    func problem(ofKey alias: String, _ error: KeystoreError) -> StoreProblem {
        guard case .keyPassword = error else { return problem(error) }
        return StoreProblem(StoreFindings.keyPassword(alias: alias, context), exitCode: 1)
    }
}
