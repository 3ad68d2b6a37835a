import StrictDER

/// Object identifiers of RFC 7292, 8018, 2315 and 2985 that more than one file uses.
enum PKCS12Identifiers {
    static let data = ObjectIdentifier(1, 2, 840, 113_549, 1, 7, 1)
    static let encryptedData = ObjectIdentifier(1, 2, 840, 113_549, 1, 7, 6)
    static let friendlyName = ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 20)
    static let localKeyID = ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 21)
    static let x509Certificate = ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 22, 1)
    /// Oracle's own: a certificate that has it is trusted, for the uses named (`PKCS12KeyStore`).
    static let trustedKeyUsage = ObjectIdentifier(2, 16, 840, 1, 113_894, 746_875, 1, 1)
    static let anyExtendedKeyUsage = ObjectIdentifier(2, 5, 29, 37, 0)
    static let pbkdf2 = ObjectIdentifier(1, 2, 840, 113_549, 1, 5, 12)
    static let pbmac1 = ObjectIdentifier(1, 2, 840, 113_549, 1, 5, 14)

    /// 1.2.840.113549.1.12.10.1.`kind`.
    static func bag(_ kind: SafeBag.Kind) -> ObjectIdentifier { ObjectIdentifier(content: bagPrefix + [kind.rawValue]) }
    static let bagPrefix = ObjectIdentifier(1, 2, 840, 113_549, 1, 12, 10, 1).content
}
