import StrictDER

/// The format PKCS#12 (RFC 7292).
public enum PKCS12 {
    static func read(_ bytes: [UInt8], password: KeystorePassword?, limits: KeystoreLimits) throws(KeystoreError) -> KeystoreReading {
        throw .unsupportedVersion(0)
    }
    static func write(_ keystore: Keystore, settings: Settings, password: KeystorePassword?) throws(KeystoreError) -> [UInt8] {
        throw .unsupportedVersion(0)
    }
    static func openPrivateKey(
        _ stored: ArraySlice<UInt8>, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> PrivateKeyInfo { throw .unsupportedVersion(0) }
    static func openSecretKey(
        _ key: ProtectedSecretKey, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> SecretKey { throw .unsupportedVersion(0) }
    static func protect(_ key: PrivateKeyInfo, password: KeystorePassword, settings: Settings) throws(KeystoreError) -> ProtectedKey {
        throw .unsupportedVersion(0)
    }
    static func protect(
        _ key: SecretKey, identifier: ObjectIdentifier, password: KeystorePassword, settings: Settings
    ) throws(KeystoreError) -> ProtectedSecretKey { throw .unsupportedVersion(0) }

    public struct Settings: Hashable, Sendable {
        public static let standard = Settings()
    }
}
