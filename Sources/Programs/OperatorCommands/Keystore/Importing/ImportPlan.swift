import Diagnosis
import JavaKeystore
import StrictDER

/// What becomes of a store when certificates, keys and other stores are put into it. Nothing is written here.
struct ImportPlan {
    /// What the call says besides the files.
    struct Wishes {
        var alias: String?
        var replaces = false
        /// Milliseconds since 1970, for entries that bring no date.
        var now: Int64
        /// The password of keys that are new; nil for the store's own.
        var keyPassword: KeystorePassword?
        /// Only these entries of stores; empty for all.
        var entries: [String] = []
        var dropping: Set<KeystoreLoss.Kind> = []
    }

    let target: OpenStore
    let wishes: Wishes
    private(set) var keystore: Keystore
    private(set) var steps: [StoreChange.Step] = []

    init(into target: OpenStore, _ wishes: Wishes) {
        (self.target, self.wishes) = (target, wishes)
        keystore = target.reading.keystore
    }

    private var format: KeystoreFormat { target.format }
    private func existing(_ alias: String) -> Keystore.Entry? { keystore.entries(named: alias, in: format).last }

    // MARK: Certificates and keys

    /// All files together: a key may lie in one, its chain in another.
    mutating func add(_ material: KeyMaterial) throws(StoreProblem) {
        for remark in material.remarks {
            steps.append(.init(action: .leftOut, alias: "", kind: nil, sha256: nil, note: remark.text))
        }
        if !material.privateKeys.isEmpty { return try addKeys(material) }
        if let alias = wishes.alias, let entry = existing(alias), case .privateKey(let key, let chain) = entry.content {
            return try addReply(material.certificates, to: entry, key, chain)
        }
        if let alias = wishes.alias, Set(material.certificates.map(\.bytes)).count > 1 {
            throw StoreProblem(StoreFindings.severalForOneAlias(alias, material.certificates.count, target.context), exitCode: 2)
        }
        for certificate in material.certificates { try addTrusted(certificate, alias: wishes.alias) }
    }

    private mutating func addTrusted(_ certificate: StoredCertificate, alias wanted: String?, created: Int64? = nil) throws(StoreProblem) {
        let same = keystore.entries.first {
            if case .trustedCertificate(let known) = $0.content { known.bytes == certificate.bytes } else { false }
        }
        // Only who asks for another alias gets the certificate twice.
        if let same, wishes.alias.map({ format.settingAlias($0) == format.settingAlias(same.alias) }) ?? true {
            return steps.append(.init(.alreadyThere, same, in: format))
        }
        let alias = wanted ?? AliasProposal.alias(for: certificate) { existing($0) != nil }
        try set(
            Keystore.Entry(
                aliasUnits: Array(format.settingAlias(alias).utf16), createdMilliseconds: created ?? wishes.now,
                content: .trustedCertificate(certificate)))
    }

    private mutating func addKeys(_ material: KeyMaterial) throws(StoreProblem) {
        var rest = material.certificates
        if wishes.alias != nil, Set(material.privateKeys).count > 1 {
            throw StoreProblem(
                StoreFindings.severalForOneAlias(wishes.alias ?? "", material.privateKeys.count, target.context), exitCode: 2)
        }
        var seen: Set<[UInt8]> = []
        var used: Set<ArraySlice<UInt8>> = []
        for key in material.privateKeys where seen.insert(key.der).inserted {
            let chain = try chain(for: key, among: material.certificates)
            used.formUnion(chain.certificates.map(\.bytes))
            let alias =
                wishes.alias ?? chain.certificates.first.map { AliasProposal.alias(for: $0) { isTaken($0, by: chain.certificates) } }
                ?? "key"
            let entry = Keystore.Entry(
                aliasUnits: Array(format.settingAlias(alias).utf16), createdMilliseconds: wishes.now,
                content: .privateKey(try protected(key), chain: chain.certificates))
            try set(entry, note: Self.note(on: chain))
        }
        rest.removeAll { used.contains($0.bytes) }
        for certificate in rest {
            let row = CertificateRow(certificate)
            steps.append(
                .init(
                    action: .leftOut, alias: "", kind: nil, sha256: row.sha256,
                    note: "\(row.subject ?? "an unreadable certificate"), which is not in the key's chain"))
        }
    }

    /// The entry of the same key is the one to be replaced, so its alias is not taken.
    private func isTaken(_ alias: String, by chain: [StoredCertificate]) -> Bool {
        guard let entry = existing(alias) else { return false }
        return entry.content.certificates.first?.bytes != chain.first?.bytes
    }

    private func chain(for key: PrivateKeyInfo, among certificates: [StoredCertificate]) throws(StoreProblem) -> CertificateChain {
        let own: PublicKeyInfo?
        do throws(KeystoreError) { own = try key.publicKeyInfo() } catch {
            // Of some kinds of key the public half cannot be told: then the order of the names decides.
            own = nil
        }
        let chain = CertificateChain.ordered(certificates, for: own)
        guard !chain.certificates.isEmpty else {
            throw StoreProblem(StoreFindings.noCertificateForKey(certificates.count, target.context), exitCode: 1)
        }
        return chain
    }

    private func protected(_ key: PrivateKeyInfo) throws(StoreProblem) -> ProtectedKey {
        guard let password = wishes.keyPassword ?? target.password else { throw target.problem(.passwordMissing(field: "key")) }
        do throws(KeystoreError) { return try .protecting(key, password: password, in: target.reading.settings) } catch {
            throw target.problem(error)
        }
    }

    /// A certificate authority's answer for a key that is here: its chain takes the place of the old one, the key stays.
    private mutating func addReply(
        _ certificates: [StoredCertificate], to entry: Keystore.Entry, _ key: ProtectedKey, _ old: [StoredCertificate]
    ) throws(StoreProblem) {
        let passwords = try KeyPasswords.all(of: target, [entry])
        let chain: CertificateChain
        do throws(KeystoreError) {
            let info = try key.open(password: passwords.own[entry.alias] ?? target.password ?? KeystorePassword(""))
            // What the store trusts completes the chain, as with keytool.
            let trusted = keystore.entries.compactMap { if case .trustedCertificate(let known) = $0.content { known } else { nil } }
            chain = CertificateChain.ordered(certificates + old.dropFirst() + trusted, for: try info.publicKeyInfo())
        } catch {
            throw target.problem(error)
        }
        guard let first = chain.certificates.first, certificates.contains(where: { $0.bytes == first.bytes }) else {
            throw StoreProblem(StoreFindings.replyForAnotherKey(target.shown(entry), target.context), exitCode: 1)
        }
        guard chain.certificates.map(\.bytes) != old.map(\.bytes) else { return steps.append(.init(.alreadyThere, entry, in: format)) }
        var renewed = entry
        renewed.content = .privateKey(key, chain: chain.certificates)
        keystore = keystore.setting(renewed)
        steps.append(
            .init(
                .replaced, renewed, in: format,
                note: ["the certificate of this key", Self.note(on: chain)].compactMap { $0 }.joined(separator: ", ")))
    }

    // MARK: Other stores

    /// Everything that a store holds, what Java does not see of it too; chains are mended.
    mutating func add(_ source: OpenStore, ownPasswords: [String: KeystorePassword]) throws(StoreProblem) {
        let wanted =
            try wishes.entries.isEmpty ? source.everything : wishes.entries.map { name throws(StoreProblem) in try source.entry(name) }
        if wishes.alias != nil, wanted.count > 1 {
            throw StoreProblem(StoreFindings.severalForOneAlias(wishes.alias ?? "", wanted.count, target.context), exitCode: 2)
        }
        let isItself = source.path == target.path
        for entry in wanted {
            if case .trustedCertificate(let certificate) = entry.content {
                let alias = wishes.alias ?? (entry.alias.isEmpty ? nil : entry.alias)
                try addTrusted(certificate, alias: alias, created: entry.createdMilliseconds)
                continue
            }
            let mended = try mended(entry, of: source, ownPasswords)
            var moved = mended.entry
            if let alias = wishes.alias { moved.alias = alias }
            if moved.aliasUnits.isEmpty { moved.alias = AliasProposal.unique("key") { existing($0) != nil } }
            moved.alias = format.settingAlias(moved.alias)
            if let there = existing(moved.alias), there.isSameKey(as: moved), isItself, mended.changed || !source.entries.contains(entry) {
                moved = try converted(moved, from: source, ownPasswords)
                moved.aliasUnits = there.aliasUnits
                keystore = keystore.setting(moved)
                steps.append(.init(.mended, moved, in: format, note: mended.note))
            } else if let there = existing(moved.alias), there.isSameKey(as: moved), isItself || there.sameChain(as: moved) {
                steps.append(.init(.alreadyThere, there, in: format))
            } else {
                try set(try converted(moved, from: source, ownPasswords), note: mended.note)
            }
        }
    }

    private func mended(
        _ entry: Keystore.Entry, of source: OpenStore, _ ownPasswords: [String: KeystorePassword]
    ) throws(StoreProblem) -> (entry: Keystore.Entry, changed: Bool, note: String?) {
        guard case .privateKey(let key, let chain) = entry.content, let password = ownPasswords[entry.alias] ?? source.password,
            let own = try? key.open(password: password).publicKeyInfo()
        else { return (entry, false, nil) }
        let others = source.everything.flatMap(\.content.certificates)
        let ordered = CertificateChain.ordered(chain + others, for: own)
        guard !ordered.certificates.isEmpty, ordered.certificates.map(\.bytes) != chain.map(\.bytes) else { return (entry, false, nil) }
        // A longer chain is not better when the old one is whole.
        let before = CertificateChain.ordered(chain, for: own)
        if !before.wasReordered, before.leftOver.isEmpty, chain.count > 1 || before.end == .selfSigned { return (entry, false, nil) }
        var better = entry
        better.content = .privateKey(key, chain: ordered.certificates)
        return (better, true, "chain put in order, \(ordered.certificates.count) certificates")
    }

    private func converted(
        _ entry: Keystore.Entry, from source: OpenStore, _ ownPasswords: [String: KeystorePassword]
    ) throws(StoreProblem) -> Keystore.Entry {
        // An entry of this very store keeps the password that it has.
        if source.path == target.path, !entry.isInTheClear { return entry }
        do throws(KeystoreError) {
            let new = wishes.keyPassword ?? target.password
            guard let new else { throw .passwordMissing(field: "key") }
            let own = ownPasswords[entry.alias].map { [entry.alias: $0] } ?? [:]
            let conversion = KeystoreConversion(
                from: source.format, to: target.reading.settings, password: source.password ?? KeystorePassword(""), keyPasswords: own,
                newPassword: new, newKeyPasswords: [:], dropping: wishes.dropping)
            let (converted, _) = try Keystore(entries: [entry]).converted(conversion)
            guard let first = converted.entries.first else {
                throw .cannotHold(format: format, losses: [KeystoreLoss(alias: entry.alias, kind: .secretKey)])
            }
            return first
        } catch {
            throw target.problem(error)
        }
    }

    // MARK: Setting

    private mutating func set(_ entry: Keystore.Entry, note: String? = nil) throws(StoreProblem) {
        let there = existing(entry.alias)
        if let there, there.content.certificates.map(\.bytes) == entry.content.certificates.map(\.bytes),
            there.content.kind == entry.content.kind, !wishes.replaces, entry.content.kind != "secretKey"
        {
            return steps.append(.init(.alreadyThere, there, in: format))
        }
        guard there == nil || wishes.replaces else {
            throw StoreProblem(
                StoreFindings.aliasTaken(
                    format.shownAlias(of: entry), target.context, option: target.context.call == nil ? nil : "--replace"),
                exitCode: 1)
        }
        if let there { keystore.entries.removeAll { $0.aliasUnits == there.aliasUnits } }
        keystore = keystore.setting(entry)
        var step = StoreChange.Step(there == nil ? .added : .replaced, entry, in: format)
        if let note { step.note += ", " + note }
        steps.append(step)
    }

    private static func note(on chain: CertificateChain) -> String? {
        var parts: [String] = []
        if chain.certificates.count > 1 { parts.append("chain of \(chain.certificates.count)") }
        if chain.wasReordered { parts.append("put in order") }
        if case .issuerMissing(let name) = chain.end { parts.append("without its issuer \(name)") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}

extension Keystore.Entry {
    var isInTheClear: Bool {
        switch content {
        case .privateKey(let key, _): key.isInTheClear
        case .secretKey(let key): key.isInTheClear
        case .trustedCertificate: false
        }
    }

    /// By its certificate; keys that are closed show nothing else.
    fileprivate func isSameKey(as other: Keystore.Entry) -> Bool {
        switch (content, other.content) {
        case (.privateKey(let key, let chain), .privateKey(let otherKey, let otherChain)):
            key == otherKey || chain.contains { certificate in otherChain.contains { $0.bytes == certificate.bytes } }
        case (.secretKey(let key), .secretKey(let otherKey)): key == otherKey
        default: false
        }
    }

    fileprivate func sameChain(as other: Keystore.Entry) -> Bool {
        content.certificates.map(\.bytes) == other.content.certificates.map(\.bytes) && content.kind == "privateKey"
    }
}

extension KeyMaterial.Remark {
    /// For people, with the place.
    fileprivate var text: String {
        let what =
            switch kind {
            case .certificateRequest: "a certificate request: its certificate comes from the authority"
            case .publicKey: "a public key: nothing that a keystore holds"
            case .revocationList: "a revocation list: nothing that a keystore holds"
            case .parameters: "parameters of a key, which the key has too"
            case .trustSettingsDropped: "OpenSSL's trust settings; the certificate was taken"
            case .otherCertificate: "a certificate of another kind than X.509"
            case .unknownBlock: "a block of an unknown kind"
            }
        return what + (place.line.map { ", line \($0)" } ?? "")
    }
}
