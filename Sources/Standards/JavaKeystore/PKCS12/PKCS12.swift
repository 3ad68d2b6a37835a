import LegacyCryptography
import StrictDER

/// The format PKCS#12 (RFC 7292), as the JDK, OpenSSL and Bouncy Castle write it: safes, each in the clear or encrypted, that hold bags, and
/// a MAC over all of them.
public enum PKCS12 {
    /// As `Keystore.read`, for this format alone. Which bags become entries: `EntryAssembly`.
    ///
    /// The MAC is checked before anything is decrypted. Without a password neither is done, as in Java: what is encrypted shows as
    /// `passwordNeeded` in `unseen`. Bytes behind the store are counted and otherwise ignored, as Java does. Offsets in errors count from the
    /// beginning of the part in question, where that was decrypted or rewritten as DER.
    static func read(_ bytes: [UInt8], password: KeystorePassword?, limits: KeystoreLimits) throws(KeystoreError) -> KeystoreReading {
        let opened = try OpenedSafes(bytes, password: password, limits: limits)
        var assembly = EntryAssembly(fileSize: bytes.count)
        for safe in opened.safes { try assembly.add(safe) }
        let found = try assembly.finish()
        return KeystoreReading(
            keystore: Keystore(entries: found.entries), format: .pkcs12, integrity: opened.integrity,
            settings: .pkcs12(opened.settings(keys: found.keyEncryption, seesClearCertificates: found.seesClearCertificates)),
            unseen: found.unseen, trailingBytes: opened.trailingBytes)
    }

    static func openPrivateKey(
        _ stored: ArraySlice<UInt8>, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> PrivateKeyInfo {
        try openKey(stored, password: password, budget: &budget) { try? PrivateKeyInfo(der: $0) }
    }

    static func openSecretKey(
        _ key: ProtectedSecretKey, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> SecretKey {
        if key.protection == .secretBagClear { return try SecretBag.clearKey(key.stored) }
        return try openKey(key.stored, password: password, budget: &budget) { try? SecretBag.key(info: $0[...]) }
    }

    /// Throws `keyPassword` when nothing that `parse` takes comes out.
    private static func openKey<Key>(
        _ stored: ArraySlice<UInt8>, password: KeystorePassword, budget: inout WorkBudget, parse: ([UInt8]) -> Key?
    ) throws(KeystoreError) -> Key {
        let parts = try readingDER { () throws(DERError) in try EncryptedPrivateKeyInfo(stored) }
        let encryption: PasswordBasedEncryption
        do {
            encryption = try PasswordBasedEncryption(identifier: parts.algorithm, parameters: parts.parameters)
        } catch {
            // What would be an unsupported algorithm of the store is one of the key alone.
            if case .unsupportedAlgorithm(_, let oid) = error { throw .keyProtection(oid: oid) }
            throw error
        }
        for form in PasswordBytes.forms(of: password) {
            guard var clear = try encryption.decrypt(parts.contents, password: form, budget: &budget) else { continue }
            defer { clear.wipe() }
            if let key = parse(clear) { return key }
        }
        throw .keyPassword
    }

    static func protect(_ key: PrivateKeyInfo, password: KeystorePassword, settings: Settings) throws(KeystoreError) -> ProtectedKey {
        ProtectedKey(.pkcs12, stored: try protect(key.der, password: password, settings: settings)[...])
    }

    static func protect(
        _ key: SecretKey, identifier: ObjectIdentifier, password: KeystorePassword, settings: Settings
    ) throws(KeystoreError) -> ProtectedSecretKey {
        let info = SecretBag.info(identifier: identifier, bytes: key.bytes)
        return ProtectedSecretKey(.pkcs12, stored: try protect(info, password: password, settings: settings)[...])
    }

    private static func protect(_ clear: [UInt8], password: KeystorePassword, settings: Settings) throws(KeystoreError) -> [UInt8] {
        try settings.check(password)
        let encryption = try PasswordBasedEncryption(fresh: settings.keys)
        let contents = try encryption.encrypt(clear, password: PasswordBytes.written(password))
        return DER.sequence(encryption.algorithmIdentifier, DER.octets(contents))
    }
}
