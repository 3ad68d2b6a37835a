import Crypto
import CryptoExtras
import StrictDER

/// The kinds of key pair that we make.
public enum GeneratedKey: Hashable, Sendable, CaseIterable {
    case rsa2048, rsa3072, rsa4096, p256, p384, p521, ed25519
}

extension PrivateKeyInfo {
    /// A fresh key. RSA takes a tenth of a second for 2048 bits and a second or more for 4096.
    public static func generate(_ kind: GeneratedKey) throws(KeystoreError) -> PrivateKeyInfo {
        switch kind {
        case .rsa2048: return try rsa(bits: 2048)
        case .rsa3072: return try rsa(bits: 3072)
        case .rsa4096: return try rsa(bits: 4096)
        case .p256:
            let key = P256.Signing.PrivateKey()
            return try curve(.init(1, 2, 840, 10045, 3, 1, 7), Array(key.rawRepresentation), Array(key.publicKey.x963Representation))
        case .p384:
            let key = P384.Signing.PrivateKey()
            return try curve(.init(1, 3, 132, 0, 34), Array(key.rawRepresentation), Array(key.publicKey.x963Representation))
        case .p521:
            let key = P521.Signing.PrivateKey()
            return try curve(.init(1, 3, 132, 0, 35), Array(key.rawRepresentation), Array(key.publicKey.x963Representation))
        case .ed25519:
            // RFC 8410 §7.
            let seed = DER.octets(Array(Curve25519.Signing.PrivateKey().rawRepresentation))
            return try PrivateKeyInfo(
                der: DER.sequence(DER.integer(0), DER.sequence(DER.oid(SigningKey.ed25519Identifier)), DER.octets(seed)))
        }
    }

    private static func rsa(bits: Int) throws(KeystoreError) -> PrivateKeyInfo {
        guard let key = try? _RSA.Signing.PrivateKey(keySize: .init(bitCount: bits)) else {
            throw .unsupportedAlgorithm(field: "RSA key of \(bits) bits", oid: rsaIdentifier.description)
        }
        return try PrivateKeyInfo(der: Array(key.pkcs8DERRepresentation))
    }

    private static func curve(_ curve: ObjectIdentifier, _ scalar: [UInt8], _ point: [UInt8]) throws(KeystoreError) -> PrivateKeyInfo {
        let key = ECPrivateKeyFields.encode(scalar: scalar, publicKey: point[...])
        let algorithm = DER.sequence(DER.oid(KeyAlgorithm.ellipticCurveIdentifier), DER.oid(curve))
        return try PrivateKeyInfo(der: DER.sequence(DER.integer(0), algorithm, DER.octets(key)))
    }
}
