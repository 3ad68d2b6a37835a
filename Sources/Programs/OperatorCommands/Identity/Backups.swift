import AgentRuntime
import JavaKeystore
import LocalFiles

/// What `security_backup` has to offer. A copy that cannot be read is passed over: another may do.
struct Backups {
    struct Copy {
        var name: String
        var midID: String
        var store: OpenStore
        /// SHA-256 of the identity's certificate.
        var certificate: String?
    }

    let home: IdentityHome
    /// Every identifier that is known, the one of config.xml first, then the newest.
    private let identifiers: [String]
    private let lines: [BackupTrail.Line]
    private let names: [String]

    /// Identifiers that are tried; opening costs a derivation each.
    private static let attempts = 32

    init(_ home: IdentityHome) {
        self.home = home
        lines = (try? home.trail.lines()) ?? []
        names = (try? home.trail.copies()) ?? []
        var seen: Set<String> = []
        identifiers = Array(
            ([home.midID] + lines.reversed().map(\.midID)).filter { !$0.isEmpty && seen.insert($0).inserted }.prefix(Self.attempts))
    }

    /// The identifier that opens these bytes and the key in them.
    func identifier(opening bytes: [UInt8]) -> String? {
        identifiers.first { opened(bytes, with: $0) != nil }
    }

    /// The newest copy that opens and holds a pair.
    var newest: String? { newestCopy()?.name }
    func newest(under midID: String) -> String? { newestCopy(identifiers: [midID])?.name }

    func newestCopy() -> Copy? { newestCopy(identifiers: identifiers) }

    /// `name`: one that a person chose.
    func copy(_ name: String) -> Copy? {
        guard names.contains(name) else { return nil }
        return copy(name, identifiers: identifiers)
    }

    private func newestCopy(identifiers: [String]) -> Copy? {
        for name in names.reversed() {
            if let copy = copy(name, identifiers: identifiers) { return copy }
        }
        return nil
    }

    private func copy(_ name: String, identifiers: [String]) -> Copy? {
        guard let bytes = try? Files.read(home.trail.folder + "/" + name, limit: KeystoreLimits.standard.fileSize) else { return nil }
        // Its own line first: the others are for a line that was lost.
        let own = lines.last { $0.name == name }.map { [$0.midID] } ?? []
        for midID in own.filter(identifiers.contains) + identifiers {
            guard let store = opened(bytes, with: midID) else { continue }
            return Copy(name: name, midID: midID, store: store, certificate: store.reading.keystore.identity?.certificateSHA256)
        }
        return nil
    }

    private func opened(_ bytes: [UInt8], with midID: String) -> OpenStore? {
        guard let store = try? home.opened(bytes, with: midID), let entry = store.reading.keystore.identity,
            case .privateKey(let key, _) = entry.content, (try? key.open(password: KeystorePassword(midID))) != nil
        else { return nil }
        return store
    }
}
