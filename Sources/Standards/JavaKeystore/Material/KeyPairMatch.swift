/// Whether a private key belongs to a certificate.
public enum KeyPairMatch: Hashable, Sendable {
    case yes, no
    /// It cannot be told: the error says which half could not be read, or that its public key cannot be derived (`unsupportedAlgorithm`).
    case unknown(because: KeystoreError)

    /// Compares public keys. Of DSA only different group parameters tell, and that is a no.
    public static func of(_ key: PrivateKeyInfo, and certificate: StoredCertificate) -> KeyPairMatch {
        do throws(KeystoreError) { return of(key, and: try certificate.publicKeyInfo()) } catch { return .unknown(because: error) }
    }

    public static func of(_ key: PrivateKeyInfo, and publicKey: PublicKeyInfo) -> KeyPairMatch {
        guard isSameFamily(key.algorithm, publicKey.algorithm) else { return .no }
        do throws(KeystoreError) {
            return try key.publicKeyInfo().isSameKey(as: publicKey) ? .yes : .no
        } catch {
            // Inherited parameters are absent, and then nothing is known of them.
            if key.algorithm == .dsa, !publicKey.parameters.isEmpty, let parts = try? PrivateKeyParts(key.der[...]),
                !parts.parameters.isEmpty, !parts.parameters.elementsEqual(publicKey.parameters)
            {
                return .no
            }
            return .unknown(because: error)
        }
    }

    private static func isSameFamily(_ left: KeyAlgorithm, _ right: KeyAlgorithm) -> Bool {
        switch (left, right) {
        case (.rsa, .rsaPSS), (.rsaPSS, .rsa), (.ellipticCurve(""), .ellipticCurve), (.ellipticCurve, .ellipticCurve("")): true
        default: left == right
        }
    }
}
