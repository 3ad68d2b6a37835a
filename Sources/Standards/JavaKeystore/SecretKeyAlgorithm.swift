import StrictDER

/// Java's names of secret key algorithms, and the identifiers by which PKCS#12 and BCFKS store them.
enum SecretKeyAlgorithm {
    /// What the JDK and Bouncy Castle write (`sun.security.util.KnownOIDs`, `BcFKSKeyStoreSpi`). The first identifier of a name is written.
    private static let rows: [(name: String, identifier: ObjectIdentifier, formats: Set<KeystoreFormat>)] = [
        ("AES", ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 1), [.pkcs12, .bcfks]),
        ("DESede", ObjectIdentifier(1, 3, 14, 3, 2, 17), [.pkcs12, .bcfks]),
        ("DESede", ObjectIdentifier(1, 2, 840, 113_549, 3, 7), [.pkcs12]),
        ("DES", ObjectIdentifier(1, 3, 14, 3, 2, 7), [.pkcs12]),
        ("Blowfish", ObjectIdentifier(1, 3, 6, 1, 4, 1, 3029, 1, 1, 2), [.pkcs12]),
        ("ARCFOUR", ObjectIdentifier(1, 2, 840, 113_549, 3, 4), [.pkcs12]),
        ("RC2", ObjectIdentifier(1, 2, 840, 113_549, 3, 2), [.pkcs12]),
        ("ChaCha20-Poly1305", ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 16, 3, 18), [.pkcs12]),
        ("HmacMD5", ObjectIdentifier(1, 3, 6, 1, 5, 5, 8, 1, 1), [.pkcs12]),
        ("HmacSHA1", ObjectIdentifier(1, 2, 840, 113_549, 2, 7), [.pkcs12, .bcfks]),
        ("HmacSHA224", ObjectIdentifier(1, 2, 840, 113_549, 2, 8), [.pkcs12, .bcfks]),
        ("HmacSHA256", ObjectIdentifier(1, 2, 840, 113_549, 2, 9), [.pkcs12, .bcfks]),
        ("HmacSHA384", ObjectIdentifier(1, 2, 840, 113_549, 2, 10), [.pkcs12, .bcfks]),
        ("HmacSHA512", ObjectIdentifier(1, 2, 840, 113_549, 2, 11), [.pkcs12, .bcfks]),
        ("HmacSHA512/224", ObjectIdentifier(1, 2, 840, 113_549, 2, 12), [.pkcs12, .bcfks]),
        ("HmacSHA512/256", ObjectIdentifier(1, 2, 840, 113_549, 2, 13), [.pkcs12, .bcfks]),
        ("SEED", ObjectIdentifier(1, 2, 410, 200_004, 1, 4), [.bcfks]),
        ("ARIA", ObjectIdentifier(1, 2, 410, 200_046, 1, 1, 2), [.bcfks]),
        ("ARIA", ObjectIdentifier(1, 2, 410, 200_046, 1, 1, 7), [.bcfks]),
        ("ARIA", ObjectIdentifier(1, 2, 410, 200_046, 1, 1, 12), [.bcfks]),
        ("Camellia", ObjectIdentifier(1, 2, 392, 200_011, 61, 1, 1, 1, 2), [.bcfks]),
        ("Camellia", ObjectIdentifier(1, 2, 392, 200_011, 61, 1, 1, 1, 3), [.bcfks]),
        ("Camellia", ObjectIdentifier(1, 2, 392, 200_011, 61, 1, 1, 1, 4), [.bcfks]),
        ("PBEWithMD5AndDES", ObjectIdentifier(1, 2, 840, 113_549, 1, 5, 3), [.pkcs12]),
    ]

    /// Java's name; the identifier in digits where there is none.
    static func name(of identifier: ObjectIdentifier) -> String {
        rows.first { $0.identifier == identifier }?.name ?? identifier.description
    }

    /// Names compare as in Java, without regard to case; a name that is an identifier in digits is that identifier.
    static func identifier(of name: String, in format: KeystoreFormat) -> ObjectIdentifier? {
        let wanted = JavaLowerCase.of(Array(name.utf16))
        let known = rows.first { $0.formats.contains(format) && JavaLowerCase.of(Array($0.name.utf16)) == wanted }
        return known?.identifier ?? ObjectIdentifier(dotted: name)
    }
}
