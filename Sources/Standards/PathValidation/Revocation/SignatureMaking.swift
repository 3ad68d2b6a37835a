import Crypto
import CryptoExtras
import SwiftASN1
import X509

/// `SEQUENCE { signed, AlgorithmIdentifier, BIT STRING, … }`: how lists and answers that we make are sealed. SHA-256 for RSA and P-256.
struct Signer {
    let key: Certificate.PrivateKey
    private let algorithm: Certificate.SignatureAlgorithm
    private let identifier: ASN1ObjectIdentifier
    private let hasNullParameters: Bool

    init(_ key: Certificate.PrivateKey) throws(EvidenceError) {
        self.key = key
        let publicKey = key.publicKey
        if _RSA.Signing.PublicKey(publicKey) != nil {
            (algorithm, identifier, hasNullParameters) = (.sha256WithRSAEncryption, [1, 2, 840, 113549, 1, 1, 11], true)
        } else if P256.Signing.PublicKey(publicKey) != nil {
            (algorithm, identifier, hasNullParameters) = (.ecdsaWithSHA256, [1, 2, 840, 10045, 4, 3, 2], false)
        } else if P384.Signing.PublicKey(publicKey) != nil {
            (algorithm, identifier, hasNullParameters) = (.ecdsaWithSHA384, [1, 2, 840, 10045, 4, 3, 3], false)
        } else if P521.Signing.PublicKey(publicKey) != nil {
            (algorithm, identifier, hasNullParameters) = (.ecdsaWithSHA512, [1, 2, 840, 10045, 4, 3, 4], false)
        } else if Curve25519.Signing.PublicKey(publicKey) != nil {
            (algorithm, identifier, hasNullParameters) = (.ed25519, [1, 3, 101, 112], false)
        } else {
            throw .cannotSign
        }
    }

    func serializeAlgorithm(into coder: inout DER.Serializer) throws {
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            try coder.serialize(identifier)
            if hasNullParameters { try coder.serialize(ASN1Null()) }
        }
    }

    /// Signs `content`, which is DER already; `more` writes what follows the signature.
    func seal(_ content: [UInt8], more: (inout DER.Serializer) throws -> Void = { _ in }) throws -> [UInt8] {
        let signature = try key.sign(bytes: content, signatureAlgorithm: algorithm).rawRepresentation
        var coder = DER.Serializer()
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            coder.serializeRawBytes(content)
            try serializeAlgorithm(into: &coder)
            try coder.serialize(ASN1BitString(bytes: signature[...]))
            try more(&coder)
        }
        return coder.serializedBytes
    }
}

extension DER.Serializer {
    /// `Extension { extnID, critical, extnValue }`, RFC 5280 §4.1.
    mutating func serializeExtension(_ identifier: ASN1ObjectIdentifier, critical: Bool = false, value: [UInt8]) throws {
        try appendConstructedNode(identifier: .sequence) { coder in
            try coder.serialize(identifier)
            if critical { try coder.serialize(true) }
            try coder.serialize(ASN1OctetString(contentBytes: value[...]))
        }
    }
}
