import Crypto
import CryptoExtras
import StrictDER

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
            Self.numbers(signature, size: 32).flatMap { try? P256.Signing.ECDSASignature(rawRepresentation: $0) }.map {
                key.isValidSignature($0, for: digest)
            } ?? false
        case (.p384(let key), .ecdsa):
            Self.numbers(signature, size: 48).flatMap { try? P384.Signing.ECDSASignature(rawRepresentation: $0) }.map {
                key.isValidSignature($0, for: digest)
            } ?? false
        case (.p521(let key), .ecdsa):
            Self.numbers(signature, size: 66).flatMap { try? P521.Signing.ECDSASignature(rawRepresentation: $0) }.map {
                key.isValidSignature($0, for: digest)
            } ?? false
        default: false
        }
    }

    /// `ECDSA-Sig-Value { r, s }` (RFC 3279 §2.2.3) as r and s of `size` octets each, which is quicker than the library's own reading.
    private static func numbers(_ signature: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
        guard var fields = try? DERReader.single(DERElement.Tag.sequence, in: signature, "ECDSA-Sig-Value").inside,
            let r = try? fields.take(DERElement.Tag.integer, "r").content, let s = try? fields.take(DERElement.Tag.integer, "s").content,
            fields.isAtEnd
        else { return nil }
        var octets: [UInt8] = []
        octets.reserveCapacity(2 * size)
        for number in [r, s] {
            // Positive, in its shortest form.
            guard let first = number.first, first < 0x80, first != 0 || number.count == 1 || number[number.startIndex + 1] >= 0x80 else {
                return nil
            }
            let magnitude = first == 0 ? number.dropFirst() : number
            guard magnitude.count <= size else { return nil }
            for _ in magnitude.count..<size { octets.append(0) }
            octets.append(contentsOf: magnitude)
        }
        return octets
    }
}
