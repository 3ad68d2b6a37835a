import AgentConfiguration
import AgentIdentity
import AgentRuntime
import Crypto
import Diagnosis
import JavaKeystore
import LocalFiles

import struct Foundation.Date

/// Changes the identity's keystore. One file is replaced at one moment, under the identifier that config.xml has already; before and
/// behind that moment only copies are made. Whatever interrupts it, the old keystore or the new one is there and opens.
struct IdentityEdit {
    let home: IdentityHome
    let isDryRun: Bool

    struct Outcome {
        var path: String
        var format: KeystoreFormat
        var steps: [StoreChange.Step]
        var entries: Int
        /// Where the old keystore is.
        var backup: String?
        var notes: [String] = []
    }

    /// Waits for other commands, and keeps them out. A dry run waits for nobody.
    func locked<Result>(_ body: () throws -> Result) throws -> Result {
        if isDryRun { return try body() }
        let held: (OpenFile, LockedFile?)
        do throws(FileFailure) {
            try Files.makeFolder(home.trail.folder)
            let own = try OpenFile(home.trail.folder + "/.identity.lock", for: .update)
            try own.lock(waiting: LockedFile.patience)
            // Commands that work on any keystore lock the file itself.
            held = (own, home.hasKeystore ? try LockedFile(home.keystorePath) : nil)
        } catch { throw StoreProblem(error) }
        Interruption.point("identity.begun")
        return try withExtendedLifetime(held) { try body() }
    }

    /// Changes the keystore that is there and opens.
    func perform(_ change: (OpenStore) throws -> StoreChange) throws -> Outcome {
        try locked {
            let store = try home.open()
            let change = try change(store)
            guard change.writesSomething else {
                return Outcome(path: store.path, format: store.format, steps: change.steps, entries: store.entries.count)
            }
            return try put(
                change.keystore, settings: change.settings ?? store.reading.settings, midID: home.midID, steps: change.steps, old: store)
        }
    }

    /// Puts a keystore in the place of the old one. `old` nil: there is none, or none that opens.
    func put(
        _ keystore: Keystore, settings: KeystoreSettings, midID: String, at path: String? = nil, steps: [StoreChange.Step],
        old: OpenStore? = nil
    ) throws(StoreProblem) -> Outcome {
        let path = path ?? home.keystorePath
        let bytes = try StoreWriter.bytes(
            keystore, settings: settings, password: KeystorePassword(midID), context: StoreContext(path: path, format: settings.format))
        var outcome = Outcome(path: path, format: settings.format, steps: steps, entries: keystore.entries.count)
        guard !isDryRun else { return outcome }
        do throws(FileFailure) {
            if let old, Files.exists(old.path) {
                outcome.backup = try keep(Files.read(old.path, limit: KeystoreLimits.standard.fileSize), old.reading.keystore, midID: midID)
                Interruption.point("identity.old-kept")
            } else if Files.exists(path) {
                // It does not open: nobody knows what is in it, so it is kept as it is.
                outcome.backup = try Files.keepBackup(of: path, bytes: Files.read(path, limit: KeystoreLimits.standard.fileSize))
                Interruption.point("identity.old-set-aside")
            }
        } catch { throw StoreProblem(error) }
        if home.midID != midID { try record(midID) }
        do throws(FileFailure) {
            try Files.makeFolder(Files.parent(of: path))
            try Files.replace(path, with: bytes)
            Interruption.point("identity.replaced")
            try keep(bytes, keystore, midID: midID)
            Interruption.point("identity.new-kept")
        } catch { throw StoreProblem(error) }
        if AgentStatusReport.isRunning(home: home.path) {
            outcome.notes.append("the agent is running: it takes the change at its next start")
        }
        return outcome
    }

    /// Writes `keypairs.mid_id` to config.xml; nothing else of the file changes.
    func record(_ midID: String) throws(StoreProblem) {
        guard !isDryRun else { return }
        do throws(HomeFailure) { try ConfigurationEditing(layout: home.layout).set([("keypairs.mid_id", midID)]) } catch {
            throw StoreProblem(error)
        }
        Interruption.point("identity.identifier-recorded")
    }

    @discardableResult
    private func keep(_ bytes: [UInt8], _ keystore: Keystore, midID: String) throws(FileFailure) -> String? {
        let trail = home.trail
        // Nothing is gained by a second copy of the newest one.
        if let newest = try trail.copies().last, let copy = try? Files.read(trail.folder + "/" + newest, limit: bytes.count), copy == bytes,
            try trail.lines().contains(where: { $0.name == newest && $0.midID == midID })
        {
            return trail.folder + "/" + newest
        }
        let name = try trail.keep(
            bytes, midID: midID, aliases: keystore.entries.map(\.alias), by: .person, keys: keystore.keysDigest)
        return name.map { trail.folder + "/" + $0 }
    }
}

extension Keystore {
    /// SHA-256 over the certificates of all keys: two stores with the same one hold the same keys.
    var keysDigest: String {
        let certificates = entries.filter(\.isKeyPair).map { ($0.certificateSHA256 ?? "none") + $0.alias.lowercased() }
        return CertificateRow(StoredCertificate(der: Array(certificates.sorted().joined(separator: " ").utf8))).sha256
    }
}

extension IdentityEdit.Outcome {
    func print(_ output: OutputOptions, isDryRun: Bool) {
        EditReport(output: output, isDryRun: isDryRun).print(
            path: path, format: format, steps: steps, entries: entries, backup: backup, notes: notes)
    }
}

/// A fresh pair as agents make them.
enum GeneratedIdentity {
    /// `keystore` with a new pair in the place of the agent's own. Throws when config.xml names no agent.
    static func put(
        into keystore: Keystore, of home: IdentityHome, midID: String, settings: KeystoreSettings, keyBits: Int
    ) throws(StoreProblem) -> Keystore {
        guard let name = home.configuration.value("name"), !name.isEmpty else {
            throw StoreProblem(HomeFailure.settings(path: home.layout.configFile, .missing(name: "name")))
        }
        let now = Date(timeIntervalSince1970: Double(Clock.seconds))
        do throws(IdentityError) {
            let pair = try IdentityKeyPair.generate(agentName: name, tail: MidID.random(), notBefore: now, keyBits: keyBits)
            let filled = try IdentityKeystore.storing(
                pair, in: Keystore(entries: keystore.entries.filter { !$0.isIdentity }), password: KeystorePassword(midID), created: now,
                settings: settings)
            return filled.spellingIdentity(for: settings.format)
        } catch {
            throw StoreProblem(
                Finding(
                    id: "config.bad-value", severity: .error, subject: home.layout.configFile,
                    summary: "No certificate can be made for the agent \(Printable.line(String(name.prefix(64)))).",
                    cause:
                        "Its name in config.xml is longer than \(IdentityKeyPair.agentNameLimit) characters, or the random source failed.",
                    evidence: ["parameter": "name"],
                    fixes: [.init("Choose a shorter name, here and on the instance")]), exitCode: 1)
        }
    }
}

extension Keystore {
    /// The agent's own entry under the alias as the format's agents look it up: BCFKS does not fold case.
    func spellingIdentity(for format: KeystoreFormat) -> Keystore {
        Keystore(
            entries: entries.map { entry in
                guard entry.isIdentity else { return entry }
                var spelt = entry
                spelt.aliasUnits = Array(format.identityAlias.utf16)
                return spelt
            })
    }
}
