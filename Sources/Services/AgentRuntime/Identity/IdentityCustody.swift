import AgentConfiguration
import AgentIdentity
import JavaKeystore
import LocalFiles

import struct Foundation.Date

/// Opens the agent's key pair, or makes one when there is none. A keystore that cannot be opened is never replaced.
///
/// The keystore's password is `keypairs.mid_id` of config.xml, so two files have to change together. The identifier is written first: a
/// crash behind it leaves an identifier without a keystore, which is the same as a new home but for the identifier, and the next start
/// goes on from there. The other order could leave a keystore whose password nobody knows.
struct IdentityCustody: Sendable {
    let keystorePath: String
    let backupFolder: String
    let agentName: String

    struct Opened: Sendable {
        var pairs: IdentityRing.Pairs
        var pair: IdentityKeyPair { pairs.current }
        var midID: String
        /// For the account: what was found or made.
        var details: [String]
        var isNew: Bool
    }

    enum Failure: Error {
        case home(HomeFailure)
        /// The keystore does not open with `keypairs.mid_id`, or there is none in config.xml.
        case outOfSync(path: String, hasMidID: Bool)
        case unreadable(path: String, KeystoreError)
        case unusable(path: String, IdentityError)
    }

    static let sizeLimit = 64 << 20

    /// - Parameter record: writes `keypairs.mid_id` to config.xml, and returns when it is on the medium.
    func open(midID: String, now: Date, record: (String) throws(HomeFailure) -> Void) throws(Failure) -> Opened {
        guard Files.exists(keystorePath) else {
            var details: [String] = []
            var midID = midID
            if midID.isEmpty {
                midID = MidID.random()
                do throws(HomeFailure) { try record(midID) } catch { throw .home(error) }
                details.append("keypairs.mid_id generated and written to config.xml")
            }
            let pair = try create(in: Keystore(), settings: .jks, midID: midID, now: now)
            return Opened(
                pairs: .init(current: pair), midID: midID, details: details + ["key pair created in \(keystorePath)"], isNew: true)
        }
        guard !midID.isEmpty else { throw .outOfSync(path: keystorePath, hasMidID: false) }
        let password = KeystorePassword(midID)
        let bytes = try reading()
        let stored: KeystoreReading
        do throws(KeystoreError) {
            stored = try Keystore.read(bytes, password: password)
        } catch {
            throw error == .integrity ? .outOfSync(path: keystorePath, hasMidID: true) : .unreadable(path: keystorePath, error)
        }
        do throws(IdentityError) {
            let pairs = try Self.pairs(in: stored.keystore, password: password)
            return Opened(pairs: pairs, midID: midID, details: ["key pair opened in \(keystorePath)"], isNew: false)
        } catch {
            switch error {
            case .keyPassword: throw .outOfSync(path: keystorePath, hasMidID: true)
            case .pairMissing:
                // The store is ours and whole, the pair was deleted from it (`delete_mid_keypair`): other entries stay.
                try backUp(bytes, midID: midID, keystore: stored.keystore)
                let pair = try create(in: stored.keystore, settings: stored.settings, midID: midID, now: now)
                return Opened(
                    pairs: .init(current: pair), midID: midID, details: ["key pair created in the existing \(keystorePath)"], isNew: true)
            default: throw .unusable(path: keystorePath, error)
            }
        }
    }

    /// The identifier that opens the keystore and the pair in it, where config.xml has another one and the trail of backups has it: then it is
    /// config.xml that was changed, and which row of it.
    func recordedIdentifier(besides midID: String) -> String? {
        guard let bytes = try? reading(), let lines = try? BackupTrail(folder: backupFolder).lines() else { return nil }
        var seen: Set = [midID]
        let others = lines.reversed().map(\.midID).filter { seen.insert($0).inserted }
        return others.prefix(Self.identifiersTried).first { (try? Self.pairs(in: bytes, midID: $0)) != nil }
    }

    /// Each costs a derivation.
    private static let identifiersTried = 32

    /// Pairs that copies of the keystore hold and the ring does not, the newest first. A copy that does not open is passed over: what is looked
    /// for here is help, and its lack is no failure.
    func earlierPairs(than known: IdentityRing.Pairs, midID: String) -> [IdentityKeyPair] {
        let trail = BackupTrail(folder: backupFolder)
        let (names, lines) = ((try? trail.copies()) ?? [], (try? trail.lines()) ?? [])
        var found: [IdentityKeyPair] = []
        var seen = Set(known.all.map(\.thumbprint))
        for name in names.suffix(Self.copiesTried).reversed() {
            let words = [lines.last { $0.name == name }?.midID, midID].compactMap { $0 }
            guard let bytes = try? Files.read(backupFolder + "/" + name, limit: Self.sizeLimit),
                let pairs = words.lazy.compactMap({ try? Self.pairs(in: bytes, midID: $0) }).first
            else { continue }
            found += pairs.all.filter { seen.insert($0.thumbprint).inserted }
        }
        return found
    }

    /// Opening one takes a derivation or two.
    private static let copiesTried = 8

    private static func pairs(in bytes: [UInt8], midID: String) throws -> IdentityRing.Pairs {
        let password = KeystorePassword(midID)
        return try pairs(in: Keystore.read(bytes, password: password).keystore, password: password)
    }

    /// A candidate or a previous pair that cannot be used is as good as none.
    static func pairs(in keystore: Keystore, password: KeystorePassword) throws(IdentityError) -> IdentityRing.Pairs {
        func other(_ alias: String) -> IdentityKeyPair? { try? IdentityKeystore.pair(in: keystore, password: password, alias: alias) }
        return IdentityRing.Pairs(
            current: try IdentityKeystore.pair(in: keystore, password: password), candidate: other(IdentityKeystore.candidateAlias),
            previous: other(IdentityKeystore.previousAlias),
            previousSince: keystore.entry(asJava: IdentityKeystore.previousAlias)?.created, client: other(IdentityKeystore.clientAlias))
    }

    /// Changes the keystore that is there, in one replacement; other commands wait meanwhile. A copy of the new one is kept, as of every
    /// keystore that the agent writes.
    ///
    /// - Returns: the pairs that it holds now.
    func change(
        midID: String, _ step: (Keystore, KeystoreSettings) throws(IdentityError) -> Keystore
    ) throws(Failure) -> IdentityRing.Pairs {
        let password = KeystorePassword(midID)
        let lock: LockedFile
        let old: [UInt8]
        do throws(FileFailure) {
            lock = try LockedFile(keystorePath)
            old = try lock.bytes(limit: Self.sizeLimit)
        } catch { throw .home(.file(error)) }
        let stored: KeystoreReading
        do throws(KeystoreError) { stored = try Keystore.read(old, password: password) } catch {
            throw error == .integrity ? .outOfSync(path: keystorePath, hasMidID: true) : .unreadable(path: keystorePath, error)
        }
        let changed: Keystore
        let pairs: IdentityRing.Pairs
        do throws(IdentityError) {
            changed = try step(stored.keystore, stored.settings)
            pairs = try Self.pairs(in: changed, password: password)
        } catch { throw .unusable(path: keystorePath, error) }
        let bytes: [UInt8]
        do throws(KeystoreError) { bytes = try changed.write(stored.settings, password: password) } catch {
            throw .unreadable(path: keystorePath, error)
        }
        try perform { () throws(FileFailure) in try Files.replace(keystorePath, with: bytes) }
        Interruption.point("rotation.keystore-replaced")
        try backUp(bytes, midID: midID, keystore: changed)
        withExtendedLifetime(lock) {}
        return pairs
    }

    /// `settings`: the store's own format, which it keeps.
    private func create(
        in keystore: Keystore, settings: KeystoreSettings, midID: String, now: Date
    ) throws(Failure) -> IdentityKeyPair {
        let password = KeystorePassword(midID)
        let pair: IdentityKeyPair
        let filled: Keystore
        do throws(IdentityError) {
            pair = try IdentityKeyPair.generate(agentName: agentName, tail: MidID.random(), notBefore: now)
            filled = try IdentityKeystore.storing(pair, in: keystore, password: password, created: now, settings: settings)
        } catch {
            throw .unusable(path: keystorePath, error)
        }
        let bytes: [UInt8]
        do throws(KeystoreError) { bytes = try filled.write(settings, password: password) } catch {
            throw .unreadable(path: keystorePath, error)
        }
        try perform { () throws(FileFailure) in
            try Files.makeFolder(Files.parent(of: keystorePath))
            try Files.replace(keystorePath, with: bytes)
        }
        try backUp(bytes, midID: midID, keystore: filled)
        return pair
    }

    private func backUp(_ bytes: [UInt8], midID: String, keystore: Keystore) throws(Failure) {
        let trail = BackupTrail(folder: backupFolder)
        try perform { () throws(FileFailure) in try trail.keep(bytes, midID: midID, aliases: keystore.entries.map(\.alias)) }
    }

    private func reading() throws(Failure) -> [UInt8] {
        do throws(FileFailure) { return try Files.read(keystorePath, limit: Self.sizeLimit) } catch { throw .home(.file(error)) }
    }

    private func perform(_ work: () throws(FileFailure) -> Void) throws(Failure) {
        do throws(FileFailure) { try work() } catch { throw .home(.file(error)) }
    }
}

extension IdentityCustody {
    init(layout: HomeLayout, agentName: String) {
        self.init(keystorePath: AgentHome.keystore(layout), backupFolder: layout.backupDirectory, agentName: agentName)
    }
}
