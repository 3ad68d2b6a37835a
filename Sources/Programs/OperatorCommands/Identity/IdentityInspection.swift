import AgentConfiguration
import AgentIdentity
import AgentRuntime
import Diagnosis
import JavaKeystore
import LocalFiles
import PathValidation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Finds out how an identity lies on disk. Reads only.
struct IdentityInspection {
    let home: IdentityHome
    /// nil when the keystore does not open.
    private(set) var store: OpenStore?
    private(set) var evidence: IdentityEvidence

    init(_ home: IdentityHome) {
        self.home = home
        evidence = IdentityEvidence(
            home: home.path, keystorePath: home.keystorePath, configurationPath: home.layout.configFile, user: Self.userName,
            store: .missing)
        evidence.isJavaHome = home.isJavaHome
        evidence.remarks = home.configuration.remarks()
        let broken = evidence.remarks.compactMap { remark -> String? in
            if case .encryptedPrefixOnClearText(let name, _) = remark { name } else { nil }
        }
        evidence.encryptedParameters = ConfigurationSecrets(home.configuration, layout: home.layout).closed.filter { !broken.contains($0) }
        evidence.notWritable = [home.layout.configFile, home.keystorePath].filter { Files.exists($0) && access($0, W_OK) != 0 }
        evidence.volatileFileSystem = Persistence.volatileFileSystem(of: home.keystorePath)
        inspect()
    }

    private mutating func inspect() {
        guard home.hasKeystore else { return }
        let bytes: [UInt8]
        do throws(StoreProblem) { bytes = try home.bytes() } catch {
            evidence.store = .unreadable
            return
        }
        let midID = home.midID
        do throws(KeystoreError) {
            guard !midID.isEmpty else { throw .integrity }
            _ = try Keystore.read(bytes, password: KeystorePassword(midID))
            store = try? home.opened(bytes, with: midID)
            evidence.store = .opens
        } catch {
            evidence.store = Disagreement(home: home, bytes: bytes, error: error).kind
            return
        }
        guard let store else { return }
        evidence.isWellKnownPassword = ["changeit", "password", "changeme"].contains(midID)
        evidence.otherKeys = store.entries.filter { $0.isKeyPair && !$0.isIdentity }.map(store.shown)
        evidence.pair = Self.pair(in: store)
    }

    /// RFC 5280 §4.2.1.12.
    private static let (serverAuthentication, clientAuthentication) = ("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2")

    private static func pair(in store: OpenStore) -> IdentityEvidence.Pair {
        guard let entry = store.reading.keystore.identity else { return .missing }
        guard entry.isKeyPair else { return .unusable(reason: "The entry is a certificate without a key.") }
        guard let certificate = entry.content.certificates.first else { return .unusable(reason: "The key has no certificate.") }
        let row = CertificateRow(certificate)
        guard let subject = row.subject, let notBefore = row.notBefore, let notAfter = row.notAfter else {
            return .unusable(reason: "Its certificate cannot be read.")
        }
        guard let password = store.password, let check = KeyCheck(entry.content, candidates: [password]) else {
            return .unusable(reason: "The key cannot be opened.")
        }
        switch check.state {
        case .closed: return .unusable(reason: "keypairs.mid_id opens the store and not the key in it, which was made under another one.")
        case .opened(_, match: .no): return .unusable(reason: "The key does not belong to its certificate.")
        case .opened, .secret: break
        }
        var present = IdentityEvidence.Certificate(
            subject: subject, sha256: row.sha256, notBefore: notBefore, notAfter: notAfter, isCustom: entry.isCustom)
        let usages = (try? ParsedCertificate(der: Array(certificate.bytes)))?.extendedKeyUsage ?? []
        present.isForServersToo = [serverAuthentication, clientAuthentication].allSatisfy(usages.contains)
        return .present(present)
    }

    static var userName: String {
        guard let entry = getpwuid(geteuid()) else { return String(geteuid()) }
        return String(cString: entry.pointee.pw_name)
    }
}

/// Why `keypairs.mid_id` does not open the keystore, as far as the backups tell.
struct Disagreement {
    let home: IdentityHome
    let bytes: [UInt8]
    let error: KeystoreError

    var kind: IdentityEvidence.Store {
        let backups = Backups(home)
        guard error == .integrity else { return .damaged(error, hasBackup: backups.newest != nil) }
        if backups.identifier(opening: bytes) != nil {
            return home.midID.isEmpty ? .identifierMissing(isKnown: true) : .identifierWrong
        }
        if home.midID.isEmpty { return .identifierMissing(isKnown: false) }
        guard let backup = backups.newest(under: home.midID) else { return .undecided }
        return .altered(backup: backup)
    }
}

/// Whether a file is still there when a container was replaced.
enum Persistence {
    static func volatileFileSystem(of path: String) -> String? {
        let isContainer = ["/.dockerenv", "/run/.containerenv"].contains(where: Files.exists)
        guard isContainer, let mounts = try? Files.read("/proc/self/mountinfo", limit: 1 << 20) else { return nil }
        return volatileFileSystem(of: path, mounts: String(decoding: mounts, as: UTF8.self))
    }

    /// `mounts`: proc(5), `/proc/pid/mountinfo`. Of the mounts above the path the deepest counts, of several there the last.
    static func volatileFileSystem(of path: String, mounts: String) -> String? {
        var deepest: (point: Substring, system: Substring)?
        for line in mounts.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 6, let dash = words.firstIndex(of: "-"), dash + 1 < words.count else { continue }
            let point = words[4]
            guard point == "/" || path == point || path.hasPrefix(point + "/") else { continue }
            if point.utf8.count >= deepest?.point.utf8.count ?? 0 { deepest = (point, words[dash + 1]) }
        }
        guard let deepest, ["overlay", "aufs", "tmpfs", "ramfs"].contains(deepest.system) else { return nil }
        return String(deepest.system)
    }
}
