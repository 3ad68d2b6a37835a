import Crypto
import StrictDER

/// A certificate that a key issues for itself, in the shape of keytool's: version 3, a random serial number, the subject key identifier, and
/// alternative names where there are any.
public struct SelfSignedCertificate: Hashable, Sendable {
    public var subject: DistinguishedName
    /// Seconds since 1970. Both ends count as valid (RFC 5280 §4.1.2.5).
    public var notBefore: Int64
    public var notAfter: Int64
    public var alternativeNames: [AlternativeName]

    public init(subject: DistinguishedName, notBefore: Int64, notAfter: Int64, alternativeNames: [AlternativeName] = []) {
        (self.subject, self.notBefore, self.notAfter, self.alternativeNames) = (subject, notBefore, notAfter, alternativeNames)
    }

    /// The certificate, for the public half of `key` and signed with it: SHA256withRSA (SHA384 above 3072 bits), SHA256withECDSA for P-256,
    /// SHA384 for P-384, SHA512 for P-521, Ed25519.
    ///
    /// Throws `unsupportedAlgorithm` for other keys, `malformed` when the validity ends before it begins or leaves the years 1950 to 9999.
    public func make(key: PrivateKeyInfo) throws(KeystoreError) -> StoredCertificate {
        // 1950-01-01 and the last second of 9999.
        guard notBefore <= notAfter, notBefore >= -631_152_000, notAfter <= 253_402_300_799 else {
            throw .malformed(field: "validity", offset: 0)
        }
        let signer = try SigningKey(key)
        let publicKey = try key.publicKeyInfo()
        let signed = DER.sequence(
            DER.explicit(0, DER.integer(2)), Self.serialNumber(), signer.algorithm, subject.der,
            DER.sequence(DERTime.certificate(seconds: notBefore), DERTime.certificate(seconds: notAfter)), subject.der, publicKey.der,
            DER.explicit(3, DER.sequence(extensions(publicKey))))
        return StoredCertificate(der: DER.sequence(signed, signer.algorithm, DER.bits(try signer.signature(for: signed))))
    }

    /// 64 random bits, positive and in their shortest form: the first octet is 1 to 127.
    private static func serialNumber() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return DER.element(DERElement.Tag.integer, [UInt8.random(in: 1...127, using: &generator)] + randomBytes(7))
    }

    private func extensions(_ publicKey: PublicKeyInfo) -> [[UInt8]] {
        // RFC 5280 §4.2.1.2, method 1.
        let identifier = DER.octets(Array(Insecure.SHA1.hash(data: publicKey.bits)))
        let keyIdentifier = DER.sequence(DER.oid(CertificateOutline.subjectKeyIdentifierExtension), DER.octets(identifier))
        guard !alternativeNames.isEmpty else { return [keyIdentifier] }
        let names = DER.octets(DER.sequence(alternativeNames.map(\.der)))
        return [DER.sequence(DER.oid(ObjectIdentifier(2, 5, 29, 17)), names), keyIdentifier]
    }
}
