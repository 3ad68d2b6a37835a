import Diagnosis
import JavaKeystore
import LocalFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that somebody brings: certificates and keys, or another keystore.
enum ImportSource {
    case material(KeyMaterial, name: String, damages: [Finding])
    case store(OpenStore, ownPasswords: [String: KeystorePassword])

    /// `-` is stdin. `password` opens keystores and encrypted keys; without it the store that is written lends its own.
    static func read(
        _ path: String, password: PasswordSource?, keyPassword: PasswordSource?, fallback: KeystorePassword?
    ) throws(StoreProblem) -> ImportSource {
        let isInput = path == "-"
        let access = StoreAccess(
            isInput ? "/dev/stdin" : path, password: password, passwordPrefix: "source-", keyPassword: keyPassword)
        let name = isInput ? "stdin" : access.path
        let bytes = try access.read()
        let given = try password?.read()
        let (material, damages) = KeyMaterial.salvage(bytes, password: given ?? fallback)
        if case .keystore = damages.first?.problem {
            let chosen: KeystorePassword?
            if let given {
                chosen = given
            } else if let fallback, opens(bytes, fallback) {
                chosen = fallback
            } else {
                chosen = try access.choosePassword(for: bytes, .ifThere)
            }
            let store = try access.open(bytes, password: chosen)
            guard store.reading.integrity != .notChecked || store.hasOnlyCertificates else {
                throw store.problem(.passwordMissing(field: "to read the keys"))
            }
            return .store(store, ownPasswords: try KeyPasswords.all(of: store, store.everything).own)
        }
        let findings = damages.map {
            MaterialFindings.explaining($0, path: name, begun: material.blocksBegun, complete: material.blocksComplete)
        }
        return .material(material, name: name, damages: findings)
    }

    /// All certificates and opened keys of several files. What is damaged is `refused`, and nothing is taken.
    static func gather(
        _ paths: [String], password: PasswordSource?, refused: (Finding) -> Finding = { $0 }
    ) throws(StoreProblem) -> KeyMaterial {
        var all = KeyMaterial()
        for path in paths {
            switch try read(path, password: password, keyPassword: nil, fallback: nil) {
            case .material(let material, _, let damages):
                if !damages.isEmpty { throw StoreProblem(damages.map(refused), exitCode: 1) }
                all.certificates += material.certificates
                all.privateKeys += material.privateKeys
            case .store(let store, let passwords):
                for entry in store.everything {
                    all.certificates += entry.content.certificates
                    guard case .privateKey(let key, _) = entry.content else { continue }
                    let password = passwords[entry.alias] ?? store.password ?? KeystorePassword("")
                    do throws(KeystoreError) { all.privateKeys.append(try key.open(password: password)) } catch {
                        throw store.problem(error)
                    }
                }
            }
        }
        return all
    }

    private static func opens(_ bytes: [UInt8], _ password: KeystorePassword) -> Bool {
        (try? Keystore.read(bytes, password: password)) != nil
    }
}

extension OpenStore {
    fileprivate var hasOnlyCertificates: Bool {
        everything.allSatisfy { if case .trustedCertificate = $0.content { true } else { false } }
    }

    /// What the file holds, whether Java sees it or not; without copies that another entry took the place of.
    var everything: [Keystore.Entry] { entries + reading.unseen.filter { $0.reason.canBeShown }.compactMap(\.entry) }
}

extension UnseenEntry.Reason {
    /// Whether Java sees it once it is written in its own way.
    var canBeShown: Bool {
        switch self {
        case .certificateNotMarkedTrusted, .keyInTheClear, .keyWithoutIdentifier: true
        case .replaced, .passwordNeeded, .unknownBag: false
        }
    }
}
