import LegacyCryptography
import StrictDER

/// The two algorithms by which Sun's JKS and JCEKS close a private key, told by the identifier in its EncryptedPrivateKeyInfo. JCEKS reads
/// both; JKS writes only its own.
enum SunKeyProtector {
    static func open(
        _ stored: ArraySlice<UInt8>, password: KeystorePassword, budget: inout WorkBudget
    ) throws(KeystoreError) -> PrivateKeyInfo {
        let parts = try readingDER { () throws(DERError) in try EncryptedPrivateKeyInfo(stored) }
        if JKSKeyProtector.identifier == parts.algorithm {
            guard parts.parametersAreAbsentOrNull else {
                throw .malformed(field: "key protection parameters", offset: parts.parameters.startIndex)
            }
            guard parts.contents.count >= JKSKeyProtector.saltLength + JKSKeyProtector.checkLength else {
                throw .truncated(field: "protected key", offset: parts.contents.startIndex)
            }
            guard let clear = JKSKeyProtector.open(parts.contents, password: password) else { throw .keyPassword }
            return try PrivateKeyInfo(der: clear)
        }
        guard PBEWithMD5AndTripleDES.identifier == parts.algorithm else {
            throw .keyProtection(oid: ObjectIdentifier.dotted(parts.algorithm))
        }
        let scheme = try PBEWithMD5AndTripleDES(parameters: parts.parameters)
        return try scheme.open(parts.contents, password: password, budget: &budget) { try? PrivateKeyInfo(der: $0) }
    }

    static func protectForJKS(_ key: PrivateKeyInfo, password: KeystorePassword) -> [UInt8] {
        let contents = JKSKeyProtector.protect(key.der, password: password, salt: randomBytes(JKSKeyProtector.saltLength))
        return EncryptedPrivateKeyInfo.encode(algorithm: JKSKeyProtector.identifier, parameters: DER.null, contents: contents)
    }

    static func protectForJCEKS(
        _ key: PrivateKeyInfo, password: KeystorePassword, iterations: Int
    ) throws(KeystoreError) -> [UInt8] {
        let scheme = PBEWithMD5AndTripleDES(iterations: iterations)
        let contents = try scheme.protect(key.der, password: password)
        return EncryptedPrivateKeyInfo.encode(
            algorithm: PBEWithMD5AndTripleDES.identifier, parameters: scheme.parameters, contents: contents)
    }
}

/// From the system's generator.
func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}
