import LegacyCryptography

/// The format `JCEKS` of Sun's provider (`com.sun.crypto.provider.JceKeyStore`): laid out as JKS with a magic number of its own, private
/// keys under `PBEWithMD5AndTripleDES`, and a third kind of entry, secret keys in Java serialization streams.
public enum JCEKS {
    /// As `Keystore.read`, for this format alone.
    static func read(_ bytes: [UInt8], password: KeystorePassword?) throws(KeystoreError) -> KeystoreReading {
        try SunLayout(.jceks).read(bytes, password: password)
    }

    static func write(_ keystore: Keystore, password: KeystorePassword) throws(KeystoreError) -> [UInt8] {
        try SunLayout(.jceks).write(keystore, password: password)
    }

    static func openSecretKey(
        _ stored: ArraySlice<UInt8>, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> SecretKey {
        try SealedSecretKey(stored).open(password: password, budget: &budget)
    }

    static func protectSecretKey(_ key: SecretKey, password: KeystorePassword, iterations: Int) throws(KeystoreError) -> [UInt8] {
        try SealedSecretKey.stream(key, password: password, iterations: iterations)
    }
}
