import Crypto
import CryptoExtras
import X509

/// What was signed, how, and the signature: the three fields that certificates, lists and answers have in common.
struct SignedBytes: Sendable, Hashable {
    var signed: ArraySlice<UInt8>
    /// DER of the AlgorithmIdentifier.
    var algorithm: ArraySlice<UInt8>
    var signature: ArraySlice<UInt8>
}

/// Verifies signatures over lists and answers.
enum SignatureCheck {
    enum Result: Hashable { case valid, invalid, unsupported(String) }

    /// RSA with PKCS#1 v1.5 or PSS, ECDSA, each with SHA-256, SHA-384 or SHA-512, and Ed25519.
    /// SHA-1 is unsupported unless `allowsInsecureSHA1`.
    static func check(_ bytes: SignedBytes, by key: Certificate.PublicKey, allowsInsecureSHA1: Bool = false) -> Result {
        guard let algorithm = SignatureAlgorithmName(der: bytes.algorithm) else { return .unsupported("signature algorithm") }
        let isValid: Bool
        switch algorithm {
        case .x509(let algorithm):
            isValid = key.isValidSignature(bytes.signature, for: bytes.signed, signatureAlgorithm: algorithm)
        case .probabilistic(let hash):
            guard let rsa = _RSA.Signing.PublicKey(key) else { return .invalid }
            isValid = probabilistic(bytes, by: rsa, hash)
        case .insecureSHA1:
            guard allowsInsecureSHA1 else { return .unsupported("SHA-1 signature") }
            isValid = insecureSHA1(bytes, by: key)
        }
        return isValid ? .valid : .invalid
    }

    private static func probabilistic(_ bytes: SignedBytes, by key: _RSA.Signing.PublicKey, _ hash: SignatureAlgorithmName.Hash) -> Bool {
        let signature = _RSA.Signing.RSASignature(rawRepresentation: bytes.signature)
        return switch hash {
        case .sha256: key.isValidSignature(signature, for: SHA256.hash(data: bytes.signed), padding: .PSS)
        case .sha384: key.isValidSignature(signature, for: SHA384.hash(data: bytes.signed), padding: .PSS)
        case .sha512: key.isValidSignature(signature, for: SHA512.hash(data: bytes.signed), padding: .PSS)
        }
    }

    private static func insecureSHA1(_ bytes: SignedBytes, by key: Certificate.PublicKey) -> Bool {
        let digest = Insecure.SHA1.hash(data: bytes.signed)
        if let rsa = _RSA.Signing.PublicKey(key) {
            let signature = _RSA.Signing.RSASignature(rawRepresentation: bytes.signature)
            return rsa.isValidSignature(signature, for: digest, padding: .insecurePKCS1v1_5)
        }
        if let key = P256.Signing.PublicKey(key), let signature = try? P256.Signing.ECDSASignature(derRepresentation: bytes.signature) {
            return key.isValidSignature(signature, for: digest)
        }
        return false
    }
}

/// The signature algorithms that we know, by their AlgorithmIdentifier.
enum SignatureAlgorithmName {
    enum Hash { case sha256, sha384, sha512 }
    case x509(Certificate.SignatureAlgorithm)
    /// RSASSA-PSS (RFC 4055 §3.1), mask and salt of the same hash.
    case probabilistic(Hash)
    case insecureSHA1

    init?(der: ArraySlice<UInt8>) {
        guard var fields = try? DERReader.single(DERElement.Tag.sequence, in: der, "algorithm").inside,
            let identifier = try? fields.take(DERElement.Tag.objectIdentifier, "algorithm")
        else { return nil }
        switch Array(identifier.content) {
        case [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02] where fields.isAtEnd: self = .x509(.ecdsaWithSHA256)
        case [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03] where fields.isAtEnd: self = .x509(.ecdsaWithSHA384)
        case [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04] where fields.isAtEnd: self = .x509(.ecdsaWithSHA512)
        case [0x2B, 0x65, 0x70] where fields.isAtEnd: self = .x509(.ed25519)
        case Self.pkcs1 + [0x0B] where fields.isNullOrNothing: self = .x509(.sha256WithRSAEncryption)
        case Self.pkcs1 + [0x0C] where fields.isNullOrNothing: self = .x509(.sha384WithRSAEncryption)
        case Self.pkcs1 + [0x0D] where fields.isNullOrNothing: self = .x509(.sha512WithRSAEncryption)
        case Self.pkcs1 + [0x05] where fields.isNullOrNothing: self = .insecureSHA1
        case [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01] where fields.isAtEnd: self = .insecureSHA1
        case Self.pkcs1 + [0x0A]:
            guard let hash = Self.probabilisticHash(&fields) else { return nil }
            self = .probabilistic(hash)
        default: return nil
        }
    }

    private static let pkcs1: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01]

    /// `{ [0] hash, [1] { mgf1, hash }, [2] salt length }`: only with all three present, equal hashes, and a salt as long as the hash.
    private static func probabilisticHash(_ fields: inout DERReader) -> Hash? {
        guard var parameters = try? fields.take(DERElement.Tag.sequence, "parameters").inside, fields.isAtEnd,
            let hash = try? parameters.take(DERElement.Tag.constructed(0), "hash").content,
            let mask = try? parameters.take(DERElement.Tag.constructed(1), "mask").content,
            var maskFields = try? DERReader.single(DERElement.Tag.sequence, in: mask, "mask").inside,
            let maskName = try? maskFields.take(DERElement.Tag.objectIdentifier, "mask"), Array(maskName.content) == pkcs1 + [0x08],
            let maskHash = try? maskFields.take(DERElement.Tag.sequence, "mask hash").encoded, maskFields.isAtEnd,
            let salt = try? parameters.take(DERElement.Tag.constructed(2), "salt").content,
            let length = try? DERReader.single(DERElement.Tag.integer, in: salt, "salt").small("salt"), parameters.isAtEnd,
            let name = hashName(hash), name == hashName(maskHash)
        else { return nil }
        return switch (name, length) {
        case (.sha256, 32): .sha256
        case (.sha384, 48): .sha384
        case (.sha512, 64): .sha512
        default: nil
        }
    }

    private static func hashName(_ der: ArraySlice<UInt8>) -> Hash? {
        guard var fields = try? DERReader.single(DERElement.Tag.sequence, in: der, "hash").inside,
            let name = try? fields.take(DERElement.Tag.objectIdentifier, "hash"), fields.isNullOrNothing
        else { return nil }
        return switch Array(name.content) {
        case [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]: .sha256
        case [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02]: .sha384
        case [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03]: .sha512
        default: nil
        }
    }
}

extension DERReader {
    /// Parameters that are NULL or absent (RFC 4055 §5).
    fileprivate var isNullOrNothing: Bool {
        var rest = self
        guard !rest.isAtEnd else { return true }
        return (try? rest.take(DERElement.Tag.null, "parameters").content.isEmpty) == true && rest.isAtEnd
    }
}
