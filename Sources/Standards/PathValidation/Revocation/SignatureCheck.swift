import Crypto
import CryptoExtras
import StrictDER

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

    /// RSA with PKCS#1 v1.5 or PSS, ECDSA on the NIST curves, each with SHA-256, SHA-384 or SHA-512, and Ed25519.
    /// SHA-1 is unsupported unless `limits` allow it.
    /// - Parameter publicKeyInfo: DER of a SubjectPublicKeyInfo.
    static func check(_ bytes: SignedBytes, by publicKeyInfo: ArraySlice<UInt8>, limits: EvidenceLimits) -> Result {
        guard let algorithm = SignatureAlgorithmName(der: bytes.algorithm) else { return .unsupported("signature algorithm") }
        if algorithm.hash == .sha1, !limits.allowsInsecureSHA1 { return .unsupported("SHA-1 signature") }
        guard let key = EvidenceKey(publicKeyInfo) else { return .unsupported("public key") }
        if case .rsa(let key, _) = key, key.keySizeInBits < limits.smallestRSAKey {
            return .unsupported("RSA key of \(key.keySizeInBits) bits")
        }
        // The same answer is looked at with every connection for as long as it counts.
        let known = CertificateMemory.Signature(signed: bytes, key: publicKeyInfo)
        if CertificateMemory.shared.knows(known) { return .valid }
        guard key.verifies(bytes, algorithm) else { return .invalid }
        CertificateMemory.shared.remember(known)
        return .valid
    }
}

extension CertificateMemory.Signature {
    /// By all that the check depends on. What a certificate is kept under is a digest of its whole encoding, so one never stands for the other.
    fileprivate init(signed bytes: SignedBytes, key: ArraySlice<UInt8>) {
        var hash = SHA256()
        for part in [bytes.algorithm, bytes.signature, bytes.signed] {
            withUnsafeBytes(of: part.count) { hash.update(bufferPointer: $0) }
            part.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        self.init(content: ContentDigest(hash.finalize()), key: ContentDigest(of: key))
    }
}

/// A public key that lists and answers are signed with.
enum EvidenceKey {
    /// `pssOnly`: the key's own identifier is id-RSASSA-PSS (RFC 4055 §1.2), so it makes no other signatures.
    case rsa(_RSA.Signing.PublicKey, pssOnly: Bool)
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)

    private static let rsaEncryption = ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 1)
    private static let rsaPSS = ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 10)
    private static let ecPublicKey = ObjectIdentifier(1, 2, 840, 10_045, 2, 1)
    private static let curve256 = ObjectIdentifier(1, 2, 840, 10_045, 3, 1, 7)
    private static let curve384 = ObjectIdentifier(1, 3, 132, 0, 34)
    private static let curve521 = ObjectIdentifier(1, 3, 132, 0, 35)
    private static let edwards25519 = ObjectIdentifier(1, 3, 101, 112)

    /// From the DER of a SubjectPublicKeyInfo; nil for keys that we do not know.
    init?(_ der: ArraySlice<UInt8>) {
        guard var fields = try? DERReader.single(DERElement.Tag.sequence, in: der, "publicKey").inside,
            var algorithm = try? fields.take(DERElement.Tag.sequence, "algorithm").inside,
            let name = try? algorithm.take(DERElement.Tag.objectIdentifier, "algorithm").content,
            let bits = try? fields.take(DERElement.Tag.bitString, "publicKey").bits("publicKey"), fields.isAtEnd
        else { return nil }
        if Self.rsaEncryption == name || Self.rsaPSS == name {
            // Written anew under the identifier that the library knows. Sizes from 1024 bits: the limits of the caller decide.
            let info = DER.sequence(DER.sequence(DER.oid(Self.rsaEncryption), DER.null), DER.bits(bits))
            guard let key = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: info) else { return nil }
            self = .rsa(key, pssOnly: Self.rsaPSS == name)
        } else if Self.ecPublicKey == name, let curve = try? algorithm.take(DERElement.Tag.objectIdentifier, "curve").content {
            guard algorithm.isAtEnd, let key = Self.elliptic(curve, bits) else { return nil }
            self = key
        } else if Self.edwards25519 == name, algorithm.isAtEnd,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bits)
        {
            self = .ed25519(key)
        } else {
            return nil
        }
    }

    /// Points are written whole or compressed (RFC 5480 §2.2).
    private static func elliptic(_ curve: ArraySlice<UInt8>, _ point: ArraySlice<UInt8>) -> EvidenceKey? {
        let isWhole = point.first == 4
        if curve256 == curve {
            let key = try? isWhole ? P256.Signing.PublicKey(x963Representation: point) : .init(compressedRepresentation: point)
            return key.map { .p256($0) }
        }
        if curve384 == curve {
            let key = try? isWhole ? P384.Signing.PublicKey(x963Representation: point) : .init(compressedRepresentation: point)
            return key.map { .p384($0) }
        }
        if curve521 == curve {
            let key = try? isWhole ? P521.Signing.PublicKey(x963Representation: point) : .init(compressedRepresentation: point)
            return key.map { .p521($0) }
        }
        return nil
    }

    func verifies(_ bytes: SignedBytes, _ algorithm: SignatureAlgorithmName) -> Bool {
        switch algorithm.hash {
        case nil:
            guard case .ed25519(let key) = self, algorithm.family == .edwards else { return false }
            return key.isValidSignature(bytes.signature, for: bytes.signed)
        case .sha1: return verifies(bytes.signature, Insecure.SHA1.hash(data: bytes.signed), algorithm.family)
        case .sha256: return verifies(bytes.signature, SHA256.hash(data: bytes.signed), algorithm.family)
        case .sha384: return verifies(bytes.signature, SHA384.hash(data: bytes.signed), algorithm.family)
        case .sha512: return verifies(bytes.signature, SHA512.hash(data: bytes.signed), algorithm.family)
        }
    }

    private func verifies(_ signature: ArraySlice<UInt8>, _ digest: some Digest, _ family: SignatureAlgorithmName.Family) -> Bool {
        switch (self, family) {
        case (.rsa(let key, pssOnly: false), .pkcs1):
            return key.isValidSignature(_RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: .insecurePKCS1v1_5)
        case (.rsa(let key, _), .pss):
            return key.isValidSignature(_RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: .PSS)
        case (.p256(let key), .ecdsa):
            return (try? P256.Signing.ECDSASignature(derRepresentation: signature)).map { key.isValidSignature($0, for: digest) } ?? false
        case (.p384(let key), .ecdsa):
            return (try? P384.Signing.ECDSASignature(derRepresentation: signature)).map { key.isValidSignature($0, for: digest) } ?? false
        case (.p521(let key), .ecdsa):
            return (try? P521.Signing.ECDSASignature(derRepresentation: signature)).map { key.isValidSignature($0, for: digest) } ?? false
        case (.rsa, _), (.p256, _), (.p384, _), (.p521, _), (.ed25519, _): return false
        }
    }
}
