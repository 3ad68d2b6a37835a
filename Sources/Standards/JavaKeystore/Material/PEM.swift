/// Writes PEM (RFC 7468): lines of 64 characters, each block with a line end behind it.
public enum PEM {
    /// The certificates one after the other, in this order.
    public static func encode(_ certificates: [StoredCertificate]) -> String {
        certificates.map { block("CERTIFICATE", $0.bytes) }.joined()
    }

    /// DER of a certificate.
    public static func encode(certificate: [UInt8]) -> String { block("CERTIFICATE", certificate[...]) }

    /// In the clear.
    public static func encode(_ privateKey: PrivateKeyInfo) -> String { block("PRIVATE KEY", privateKey.der[...]) }

    /// DER of an EncryptedPrivateKeyInfo, as `PrivateKeyInfo.encrypted` makes it.
    public static func encode(encryptedPrivateKey: [UInt8]) -> String { block("ENCRYPTED PRIVATE KEY", encryptedPrivateKey[...]) }

    public static func encode(_ publicKey: PublicKeyInfo) -> String { block("PUBLIC KEY", publicKey.der[...]) }

    /// DER as `PKCS7.certificatesOnly` makes it.
    public static func encode(pkcs7: [UInt8]) -> String { block("PKCS7", pkcs7[...]) }

    /// DER as `CertificateRequest` makes it.
    public static func encode(certificateRequest: [UInt8]) -> String { block("CERTIFICATE REQUEST", certificateRequest[...]) }

    private static func block(_ label: String, _ bytes: ArraySlice<UInt8>) -> String {
        "-----BEGIN \(label)-----\n" + String(decoding: Base64.encode(bytes, width: 64), as: UTF8.self) + "-----END \(label)-----\n"
    }
}
