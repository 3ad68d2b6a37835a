import StrictDER

/// A request for a certificate (PKCS#10, RFC 2986), signed by the key that it is for.
public struct CertificateRequest: Hashable, Sendable {
    /// DER of a Name.
    public var subject: [UInt8]
    public var alternativeNames: [AlternativeName]

    public init(subject: DistinguishedName, alternativeNames: [AlternativeName] = []) {
        self.init(subject: subject.der, alternativeNames: alternativeNames)
    }

    /// `subject`: a Name byte for byte, as out of a certificate that is to be renewed.
    public init(subject: [UInt8], alternativeNames: [AlternativeName] = []) {
        (self.subject, self.alternativeNames) = (subject, alternativeNames)
    }

    /// DER, signed as `SelfSignedCertificate.make` signs. Throws `unsupportedAlgorithm` for keys that do not sign.
    public func make(key: PrivateKeyInfo) throws(KeystoreError) -> [UInt8] {
        let signer = try SigningKey(key)
        let publicKey = try key.publicKeyInfo()
        let information = DER.sequence(DER.integer(0), subject, publicKey.der, DER.element(DERElement.Tag.constructed(0), attributes))
        return DER.sequence(information, signer.algorithm, DER.bits(try signer.signature(for: information)))
    }

    /// The wish for alternative names (RFC 2985 §5.4.2), where there are any.
    private var attributes: [UInt8] {
        guard !alternativeNames.isEmpty else { return [] }
        let names = DER.sequence(DER.oid(ObjectIdentifier(2, 5, 29, 17)), DER.octets(DER.sequence(alternativeNames.map(\.der))))
        return DER.sequence(DER.oid(ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 14)), DER.set(of: [DER.sequence([names])]))
    }
}
