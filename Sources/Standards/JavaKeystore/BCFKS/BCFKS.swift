import StrictDER

/// Bouncy Castle's FIPS keystore (`org.bouncycastle.jcajce.provider.keystore.bcfks.BcFKSKeyStoreSpi`):
///
///     ObjectStore ::= SEQUENCE { CHOICE { EncryptedObjectStoreData, ObjectStoreData }, ObjectStoreIntegrityCheck }
///
/// Every key that it uses comes from a password and a purpose, so a store and the entries in it can have passwords of their own.
public enum BCFKS {
    /// As `Keystore.read`, for this format alone. No password means the empty one, as in Bouncy Castle: stores without password have it.
    ///
    /// MAC or signature come before decryption. Throws `integrity` when they do not fit, `passwordMissing` when they do not and none was
    /// given. Offsets in errors count from the beginning of the file, or, for what is inside the encrypted part, of its clear text.
    static func read(_ bytes: [UInt8], password: KeystorePassword?, options: KeystoreReadingOptions) throws(KeystoreError)
        -> KeystoreReading
    {
        var budget = WorkBudget(options.limits)
        func read(_ store: ObjectStore) throws(KeystoreError) -> KeystoreReading {
            try reading(of: store, password: password, verificationKey: options.verificationKey, budget: &budget)
        }
        // A closed store in DER has nothing deeper inside that could be BER.
        if let store = try? ObjectStore(bytes[...]), store.isClosed { return try read(store) }
        do {
            return try read(ObjectStore(bytes[...]))
        } catch {
            // Bouncy Castle reads BER, and makes DER of it before the MAC.
            guard let (der, count) = try? BER.normalised(bytes[...]), !der.elementsEqual(bytes.prefix(count)) else { throw error }
            var reading = try read(ObjectStore(der[...]))
            reading.trailingBytes = bytes.count - count
            return reading
        }
    }

    private static func reading(
        of store: ObjectStore, password: KeystorePassword?, verificationKey: [UInt8]?, budget: inout WorkBudget
    ) throws(KeystoreError) -> KeystoreReading {
        let integrity = try store.check(password: password, verificationKey: verificationKey, budget: &budget)
        let data = try ObjectStoreData(store.openData(password: password))
        guard data.integrityAlgorithm.elementsEqual(store.integrityCheck.algorithm.encoded) else {
            throw .malformed(field: "integrityAlgorithm", offset: data.integrityAlgorithm.startIndex)
        }
        var settings = store.settings
        data.complete(&settings)
        return KeystoreReading(
            keystore: Keystore(entries: data.entries), format: .bcfks, integrity: integrity, settings: .bcfks(settings),
            unseen: data.unseen, trailingBytes: store.trailingBytes)
    }

    static func openPrivateKey(
        _ stored: ArraySlice<UInt8>, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> PrivateKeyInfo {
        try PrivateKeyInfo(der: openKey(stored, purpose: .privateKeyEncryption, password: password, budget: &budget))
    }

    static func openSecretKey(
        _ stored: ArraySlice<UInt8>, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> SecretKey {
        let clear = try openKey(stored, purpose: .secretKeyEncryption, password: password, budget: &budget)
        return try readingDER { () throws(DERError) in
            var fields = try DERReader.single(DERElement.Tag.sequence, in: clear[...], "SecretKeyData").inside
            let identifier = ObjectIdentifier(content: try fields.take(DERElement.Tag.objectIdentifier, "keyAlgorithm").content)
            let bytes = try fields.take(DERElement.Tag.octetString, "keyBytes").content
            try fields.end("SecretKeyData")
            return SecretKey(algorithm: SecretKeyAlgorithm.name(of: identifier), identifier: identifier, bytes: Array(bytes))
        }
    }

    /// EncryptedPrivateKeyInfo and EncryptedSecretKeyData look alike.
    private static func openKey(
        _ stored: ArraySlice<UInt8>, purpose: Purpose, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> [UInt8] {
        let parts = try readingDER { () throws(DERError) in try EncryptedPrivateKeyInfo(stored) }
        let protection: PasswordProtection
        do throws(KeystoreError) {
            protection = try PasswordProtection(identifier: parts.algorithm, parameters: parts.parameters)
        } catch {
            if case .unsupportedAlgorithm(_, let oid) = error { throw .keyProtection(oid: oid) }
            throw error
        }
        try protection.derivation.charge(&budget, length: PasswordProtection.keyLength)
        guard let clear = try protection.open(parts.contents, purpose: purpose, password: password) else { throw .keyPassword }
        return clear
    }

    static func protect(_ key: PrivateKeyInfo, password: KeystorePassword, settings: Settings) throws(KeystoreError) -> ProtectedKey {
        let stored = try settings.keyProtection().seal(key.der, purpose: .privateKeyEncryption, password: password)
        return ProtectedKey(.bcfks, stored: stored[...])
    }

    static func protect(
        _ key: SecretKey, identifier: ObjectIdentifier, password: KeystorePassword, settings: Settings
    ) throws(KeystoreError) -> ProtectedSecretKey {
        let identifier = key.identifier == nil ? sized(identifier, keyLength: key.bytes.count) : identifier
        let clear = DER.sequence(DER.oid(identifier), DER.octets(key.bytes))
        let stored = try settings.keyProtection().seal(clear, purpose: .secretKeyEncryption, password: password)
        return ProtectedSecretKey(.bcfks, stored: stored[...])
    }

    /// Bouncy Castle has an identifier for each key length of ARIA (RFC 5794) and Camellia (RFC 3657): the last arc of the 128-bit one plus
    /// a step for every 64 bits more.
    private static func sized(_ identifier: ObjectIdentifier, keyLength: Int) -> ObjectIdentifier {
        let steps: [ObjectIdentifier: UInt8] = [
            ObjectIdentifier(1, 2, 410, 200_046, 1, 1, 2): 5, ObjectIdentifier(1, 2, 392, 200_011, 61, 1, 1, 1, 2): 1,
        ]
        guard let step = steps[identifier], keyLength == 24 || keyLength == 32, let last = identifier.content.last else {
            return identifier
        }
        return ObjectIdentifier(content: identifier.content.dropLast() + [last + step * UInt8(keyLength / 8 - 2)])
    }
}
