import Crypto
import CryptoExtras
import StrictDER
import X509

/// `SEQUENCE { signed, AlgorithmIdentifier, BIT STRING, … }`: how lists and answers that we make are sealed. SHA-256 for RSA and P-256.
struct Signer {
    let key: Certificate.PrivateKey
    private let name: Certificate.SignatureAlgorithm
    /// DER of the AlgorithmIdentifier.
    let algorithm: [UInt8]

    init(_ key: Certificate.PrivateKey) throws(EvidenceError) {
        self.key = key
        let publicKey = key.publicKey
        if _RSA.Signing.PublicKey(publicKey) != nil {
            (name, algorithm) = (.sha256WithRSAEncryption, DER.sequence(DER.oid(ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 11)), DER.null))
        } else if P256.Signing.PublicKey(publicKey) != nil {
            (name, algorithm) = (.ecdsaWithSHA256, DER.sequence(DER.oid(ObjectIdentifier(1, 2, 840, 10_045, 4, 3, 2))))
        } else if P384.Signing.PublicKey(publicKey) != nil {
            (name, algorithm) = (.ecdsaWithSHA384, DER.sequence(DER.oid(ObjectIdentifier(1, 2, 840, 10_045, 4, 3, 3))))
        } else if P521.Signing.PublicKey(publicKey) != nil {
            (name, algorithm) = (.ecdsaWithSHA512, DER.sequence(DER.oid(ObjectIdentifier(1, 2, 840, 10_045, 4, 3, 4))))
        } else if Curve25519.Signing.PublicKey(publicKey) != nil {
            (name, algorithm) = (.ed25519, DER.sequence(DER.oid(ObjectIdentifier(1, 3, 101, 112))))
        } else {
            throw .cannotSign
        }
    }

    /// Signs `content`, which is DER already; `more` follows the signature.
    func seal(_ content: [UInt8], more: [UInt8] = []) throws -> [UInt8] {
        let signature = try key.sign(bytes: content, signatureAlgorithm: name).rawRepresentation
        return DER.sequence(content, algorithm, DER.bits(signature), more)
    }
}

/// `Extension { extnID, critical, extnValue }`, RFC 5280 §4.1.
func extensionDER(_ identifier: ObjectIdentifier, critical: Bool = false, value: [UInt8]) -> [UInt8] {
    DER.sequence(DER.oid(identifier), critical ? [DERElement.Tag.boolean, 1, 0xFF] : [], DER.octets(value))
}
