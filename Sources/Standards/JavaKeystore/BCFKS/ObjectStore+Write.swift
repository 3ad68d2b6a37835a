import LegacyCryptography
import StrictDER

extension BCFKS {
    /// Entries in the keystore's order. Bouncy Castle compares aliases exactly.
    ///
    /// Throws `cannotHold` for an alias that is no text, `unsupportedAlgorithm` when the settings are those of a signed store (sign it again
    /// with its own tools, or set `integrity` to a MAC), `overLimit` for more than AES-CCM takes and for derivations that readers refuse, and
    /// `malformed` for keys that are closed in another format's way and for certificates of a chain that are no DER.
    static func write(_ keystore: Keystore, settings: Settings, password: KeystorePassword) throws(KeystoreError) -> [UInt8] {
        guard case .mac(let hash) = settings.integrity else {
            var identifier = ""
            if case .signature(let algorithm) = settings.integrity { identifier = algorithm.description }
            throw .unsupportedAlgorithm(field: "signature of the store to be written", oid: identifier)
        }
        let data = try encode(keystore, settings: settings, integrityAlgorithm: hash.macAlgorithm)
        let covered: [UInt8]
        switch settings.cipher {
        case .none: covered = data
        case .aesCCM, .aesKeyWrap:
            let protection = PasswordProtection(
                derivation: settings.derivation(keyLength: PasswordProtection.keyLength),
                cipher: settings.cipher == .aesCCM ? .freshCCM() : .keyWrap)
            covered = try protection.seal(data, purpose: .storeEncryption, password: password)
        }
        let keyLength = 64
        let derivation = settings.derivation(keyLength: keyLength)
        var budget = WorkBudget(.standard)
        try derivation.charge(&budget, length: keyLength)
        var key = try derivation.key(for: .integrityCheck, password: password, length: keyLength)
        defer { key.wipe() }
        let check = DER.sequence(hash.macAlgorithm, derivation.der, DER.octets(hash.mac(of: covered[...], key: key)))
        return DER.sequence(covered, check)
    }

    /// DER of ObjectStoreData.
    private static func encode(
        _ keystore: Keystore, settings: Settings, integrityAlgorithm: [UInt8]
    ) throws(KeystoreError) -> [UInt8] {
        let dates = keystore.entries.compactMap(\.createdMilliseconds)
        let created = settings.createdMilliseconds ?? dates.min() ?? 0
        let modified = settings.modifiedMilliseconds ?? dates.max() ?? created
        var objects: [[UInt8]] = []
        objects.reserveCapacity(keystore.entries.count)
        for entry in keystore.entries { objects.append(try encode(entry, settings: settings, undated: modified)) }
        return DER.sequence(
            DER.integer(1), integrityAlgorithm, DERTime.generalized(milliseconds: created), DERTime.generalized(milliseconds: modified),
            DER.sequence(objects), settings.comment.map(DER.utf8) ?? [])
    }

    /// - Parameter undated: the date of an entry that has none.
    private static func encode(_ entry: Keystore.Entry, settings: Settings, undated: Int64) throws(KeystoreError) -> [UInt8] {
        guard entry.alias.utf16.elementsEqual(entry.aliasUnits) else {
            throw .cannotHold(format: .bcfks, losses: [KeystoreLoss(alias: entry.alias, kind: .aliasText)])
        }
        let (kind, data) = try encode(entry.content, alias: entry.alias)
        let modified = entry.createdMilliseconds ?? undated
        let details = settings.details[entry.aliasUnits]
        let comment = details?.modifiedMilliseconds == modified ? details?.comment : nil
        // An entry that was replaced keeps the day on which its alias came into the store, as in Bouncy Castle.
        let created = details?.firstCreatedMilliseconds ?? modified
        return DER.sequence(
            DER.integer(kind), DER.utf8(entry.alias), DERTime.generalized(milliseconds: created),
            DERTime.generalized(milliseconds: modified), DER.octets(data), comment.map(DER.utf8) ?? [])
    }

    private static func encode(_ content: Keystore.Content, alias: String) throws(KeystoreError) -> (kind: Int, data: ArraySlice<UInt8>) {
        switch content {
        case .trustedCertificate(let certificate): return (ObjectStoreData.Kind.certificate, certificate.bytes)
        case .privateKey(let key, let chain):
            guard key.protection == .bcfks else { throw .malformed(field: "protection of the private key \(alias)", offset: 0) }
            for certificate in chain {
                _ = try readingDER { () throws(DERError) in
                    try DERReader.single(DERElement.Tag.sequence, in: certificate.bytes, "certificate of \(alias)")
                }
            }
            let data = DER.sequence(Array(key.stored), DER.sequence(chain.map(\.der)))
            return (ObjectStoreData.Kind.privateKey, data[...])
        case .secretKey(let key):
            guard key.protection == .bcfks else { throw .malformed(field: "protection of the secret key \(alias)", offset: 0) }
            return (ObjectStoreData.Kind.secretKey, key.stored)
        }
    }
}
