extension ProtectedKey {
    /// The largest protected key we open, in bytes. RSA with 16,384 bits takes 10 kB; our choice.
    public static let sizeLimit = 1 << 20

    /// The private key's PKCS#8 bytes (RFC 5208), exactly as they were stored.
    ///
    /// Throws `keyPassword` for a wrong password or altered bytes, `keyProtection` for an algorithm that is not Java's own for JKS, and
    /// `malformed` or `truncated` with an offset from the beginning of the EncryptedPrivateKeyInfo.
    public func open(password: KeystorePassword) throws(KeystoreError) -> [UInt8] {
        guard encrypted.count <= Self.sizeLimit else {
            throw .overLimit(field: "private key", found: encrypted.count, limit: Self.sizeLimit)
        }
        let parts = try EncryptedPrivateKeyInfo(encrypted)
        guard parts.algorithm.elementsEqual(JKSKeyProtector.identifier) else {
            throw .keyProtection(oid: ObjectIdentifierText.dotted(parts.algorithm))
        }
        guard parts.parametersAreAbsentOrNull else {
            throw .malformed(field: "key protection parameters", offset: parts.parameters.startIndex)
        }
        guard parts.contents.count >= JKSKeyProtector.saltLength + JKSKeyProtector.checkLength else {
            throw .truncated(field: "protected key", offset: parts.contents.startIndex)
        }
        guard let clear = JKSKeyProtector.open(parts.contents, password: password) else { throw .keyPassword }
        return clear
    }

    /// The key under `password` in the way of JKS, with a fresh random salt.
    public static func protecting(pkcs8: [UInt8], password: KeystorePassword) throws(KeystoreError) -> ProtectedKey {
        var generator = SystemRandomNumberGenerator()
        let salt = (0..<JKSKeyProtector.saltLength).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return try protecting(pkcs8: pkcs8, password: password, salt: salt)
    }

    /// As above with a given salt of 20 bytes, so that vectors can be compared. Reusing a salt under one password gives the keys away.
    static func protecting(pkcs8: [UInt8], password: KeystorePassword, salt: [UInt8]) throws(KeystoreError) -> ProtectedKey {
        guard salt.count == JKSKeyProtector.saltLength else { throw .malformed(field: "salt", offset: 0) }
        let contents = JKSKeyProtector.protect(pkcs8, password: password, salt: salt)
        let encrypted = EncryptedPrivateKeyInfo.encode(algorithm: JKSKeyProtector.identifier, contents: contents)
        guard encrypted.count <= sizeLimit else { throw .overLimit(field: "private key", found: encrypted.count, limit: sizeLimit) }
        return ProtectedKey(encrypted: encrypted)
    }
}
