/// Bouncy Castle's own formats BKS and UBER, read only.
enum BKS {
    static func read(_ bytes: [UInt8], password: KeystorePassword?, options: KeystoreReadingOptions) throws(KeystoreError)
        -> KeystoreReading
    {
        throw .unsupportedVersion(0)
    }
    static func openPrivateKey(
        _ stored: ArraySlice<UInt8>, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> PrivateKeyInfo { throw .unsupportedVersion(0) }
    static func clearPrivateKey(_ stored: ArraySlice<UInt8>) throws(KeystoreError) -> PrivateKeyInfo { throw .unsupportedVersion(0) }
    static func openSecretKey(
        _ key: ProtectedSecretKey, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> SecretKey { throw .unsupportedVersion(0) }
}
