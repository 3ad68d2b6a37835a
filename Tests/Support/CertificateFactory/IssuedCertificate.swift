import Crypto
import CryptoExtras
public import PathValidation
import SwiftASN1
public import X509

/// A certificate made for a test, its key, and the authorities above it.
public struct IssuedCertificate: Sendable {
    public let certificate: Certificate
    public let privateKey: Certificate.PrivateKey
    public let der: [UInt8]
    /// From its issuer up to the root; empty for a root.
    public let issuers: [IssuedCertificate]

    init(_ certificate: Certificate, key: Certificate.PrivateKey, issuers: [IssuedCertificate]) throws {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        (self.certificate, privateKey, self.issuers) = (certificate, key, issuers)
        der = serializer.serializedBytes
    }

    public var parsed: ParsedCertificate { get throws { try ParsedCertificate(der: der) } }
    /// Itself and the intermediates, without the root.
    public var presented: [ParsedCertificate] { get throws { try ([self] + issuers.dropLast()).map { try $0.parsed } } }
    public var pem: String { PEMDocument(type: "CERTIFICATE", derBytes: der).pemString + "\n" }
    /// What a server sends: itself and the intermediates, without the root.
    public var chainPEM: String { pem + issuers.dropLast().map(\.pem).joined() }
    public var chainDER: [[UInt8]] { [der] + issuers.dropLast().map(\.der) }
    /// PKCS#8 or the key type's own form, unencrypted.
    public var keyPEM: String { get throws { try privateKey.serializeAsPEM().pemString + "\n" } }
}

extension KeyKind {
    func makeKey() throws -> Certificate.PrivateKey {
        switch self {
        case .p256: Certificate.PrivateKey(P256.Signing.PrivateKey())
        case .p384: Certificate.PrivateKey(P384.Signing.PrivateKey())
        case .ed25519: Certificate.PrivateKey(Curve25519.Signing.PrivateKey())
        case .rsa(let bits): Certificate.PrivateKey(try _RSA.Signing.PrivateKey(keySize: .init(bitCount: bits)))
        }
    }
}
