import Crypto
import CryptoExtras

/// A public key ready to verify signatures.
enum VerificationKey: Sendable {
    case rsa(_RSA.Signing.PublicKey, probabilisticOnly: Bool)
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)

    /// nil for kinds that are not supported, for RSA below 1024 or above 16,384 bits, and for points off their curve.
    init?(_ description: KeyDescription) {
        let bits = description.bits
        // Points are written whole or compressed (RFC 5480 §2.2).
        let isWhole = bits.first == 4
        switch description.kind {
        case .rsa(let size, let probabilisticOnly):
            // An attacker may choose the modulus, and verification takes its square in time.
            guard (1_024...16_384).contains(size), let key = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: bits) else { return nil }
            self = .rsa(key, probabilisticOnly: probabilisticOnly)
        case .p256:
            guard let key = try? isWhole ? P256.Signing.PublicKey(x963Representation: bits) : .init(compressedRepresentation: bits) else {
                return nil
            }
            self = .p256(key)
        case .p384:
            guard let key = try? isWhole ? P384.Signing.PublicKey(x963Representation: bits) : .init(compressedRepresentation: bits) else {
                return nil
            }
            self = .p384(key)
        case .p521:
            guard let key = try? isWhole ? P521.Signing.PublicKey(x963Representation: bits) : .init(compressedRepresentation: bits) else {
                return nil
            }
            self = .p521(key)
        case .ed25519:
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bits) else { return nil }
            self = .ed25519(key)
        case .dsa, .unsupported: return nil
        }
    }

    /// Whether `signature` over `message` is this key's; false, too, for an algorithm that does not go with the key or is not supported.
    func verifies(_ signature: ArraySlice<UInt8>, over message: ArraySlice<UInt8>, _ algorithm: SignatureAlgorithm) -> Bool {
        switch algorithm {
        case .ed25519:
            guard case .ed25519(let key) = self else { return false }
            return key.isValidSignature(signature, for: message)
        case .rsa(let hash), .probabilistic(let hash), .ecdsa(let hash):
            return switch hash {
            case .sha256: verifies(signature, SHA256.hash(data: message), algorithm)
            case .sha384: verifies(signature, SHA384.hash(data: message), algorithm)
            case .sha512: verifies(signature, SHA512.hash(data: message), algorithm)
            case .sha1: verifies(signature, Insecure.SHA1.hash(data: message), algorithm)
            case .md5, .sha224: false
            }
        case .dsa, .unsupported: return false
        }
    }

    private func verifies(_ signature: ArraySlice<UInt8>, _ digest: some Digest, _ algorithm: SignatureAlgorithm) -> Bool {
        switch (self, algorithm) {
        case (.rsa(let key, false), .rsa):
            key.isValidSignature(_RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: .insecurePKCS1v1_5)
        case (.rsa(let key, _), .probabilistic):
            key.isValidSignature(_RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: .PSS)
        case (.p256(let key), .ecdsa):
            (try? P256.Signing.ECDSASignature(derRepresentation: signature)).map { key.isValidSignature($0, for: digest) } ?? false
        case (.p384(let key), .ecdsa):
            (try? P384.Signing.ECDSASignature(derRepresentation: signature)).map { key.isValidSignature($0, for: digest) } ?? false
        case (.p521(let key), .ecdsa):
            (try? P521.Signing.ECDSASignature(derRepresentation: signature)).map { key.isValidSignature($0, for: digest) } ?? false
        default: false
        }
    }
}
