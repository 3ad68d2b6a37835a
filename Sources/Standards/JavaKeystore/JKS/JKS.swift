/// The format `JKS` of Sun's provider (`sun.security.provider.JavaKeyStore`), and its sibling `CaseExactJKS`, which differs in how aliases
/// are looked up only.
public enum JKS {
    /// As `Keystore.read`, for this format alone.
    static func read(_ bytes: [UInt8], password: KeystorePassword?) throws(KeystoreError) -> KeystoreReading {
        try SunLayout(.jks).read(bytes, password: password)
    }

    /// Version 2, entries in the keystore's order, aliases as they are (Java's own type JKS only reaches lower-case ones:
    /// `Keystore.setting(asJava:)`). An empty password is allowed, as in Java.
    public static func write(_ keystore: Keystore, password: KeystorePassword) throws(KeystoreError) -> [UInt8] {
        try SunLayout(.jks).write(keystore, password: password)
    }
}
