import Crypto
import CryptoExtras
import StrictDER

/// A private key that signs certificates, with the digest that keytool takes for it by default (JDK 17, `SignatureUtil`): SHA-256, from 128
/// bits of strength on SHA-384 and above it SHA-512.
enum SigningKey {
    case rsa(_RSA.Signing.PrivateKey), p256(P256.Signing.PrivateKey), p384(P384.Signing.PrivateKey), p521(P521.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)

    static let ed25519Identifier = ObjectIdentifier(1, 3, 101, 112)

    /// Throws `unsupportedAlgorithm` for keys that we do not sign with, RSA below 1024 bits among them, `malformed` for damaged ones.
    init(_ key: PrivateKeyInfo) throws(KeystoreError) {
        do {
            switch key.algorithm {
            case .rsa: self = .rsa(try key.rsa())
            case .ellipticCurve("P-256"): self = .p256(try P256.Signing.PrivateKey(rawRepresentation: Self.scalar(key, size: 32)))
            case .ellipticCurve("P-384"): self = .p384(try P384.Signing.PrivateKey(rawRepresentation: Self.scalar(key, size: 48)))
            case .ellipticCurve("P-521"): self = .p521(try P521.Signing.PrivateKey(rawRepresentation: Self.scalar(key, size: 66)))
            case .ed25519: self = .ed25519(try key.ed25519())
            default: throw KeystoreError.unsupportedAlgorithm(field: "signing key", oid: key.algorithm.name)
            }
        } catch let error as KeystoreError {
            throw error
        } catch {
            throw .malformed(field: "signing key", offset: 0)
        }
    }

    private static func scalar(_ key: PrivateKeyInfo, size: Int) throws -> [UInt8] {
        let digits = try ECPrivateKeyFields(PrivateKeyParts(key.der[...]).key).scalar.drop { $0 == 0 }
        return Array(repeating: 0, count: max(0, size - digits.count)) + digits
    }

    /// DER of the AlgorithmIdentifier. RSA has NULL for parameters (RFC 4055 §5), the others none (RFC 5758 §3.2, RFC 8410 §3).
    var algorithm: [UInt8] {
        switch self {
        case .rsa(let key):
            switch key.keySizeInBits {
            case ...3072: DER.sequence(DER.oid(.init(1, 2, 840, 113_549, 1, 1, 11)), DER.null)
            case ...7680: DER.sequence(DER.oid(.init(1, 2, 840, 113_549, 1, 1, 12)), DER.null)
            default: DER.sequence(DER.oid(.init(1, 2, 840, 113_549, 1, 1, 13)), DER.null)
            }
        case .p256: DER.sequence(DER.oid(.init(1, 2, 840, 10045, 4, 3, 2)))
        case .p384: DER.sequence(DER.oid(.init(1, 2, 840, 10045, 4, 3, 3)))
        case .p521: DER.sequence(DER.oid(.init(1, 2, 840, 10045, 4, 3, 4)))
        case .ed25519: DER.sequence(DER.oid(Self.ed25519Identifier))
        }
    }

    func signature(for message: [UInt8]) throws(KeystoreError) -> [UInt8] {
        do {
            switch self {
            case .rsa(let key):
                let padding = _RSA.Signing.Padding.insecurePKCS1v1_5
                switch key.keySizeInBits {
                case ...3072: return Array(try key.signature(for: SHA256.hash(data: message), padding: padding).rawRepresentation)
                case ...7680: return Array(try key.signature(for: SHA384.hash(data: message), padding: padding).rawRepresentation)
                default: return Array(try key.signature(for: SHA512.hash(data: message), padding: padding).rawRepresentation)
                }
            case .p256(let key): return Array(try key.signature(for: SHA256.hash(data: message)).derRepresentation)
            case .p384(let key): return Array(try key.signature(for: SHA384.hash(data: message)).derRepresentation)
            case .p521(let key): return Array(try key.signature(for: SHA512.hash(data: message)).derRepresentation)
            case .ed25519(let key): return Array(try key.signature(for: message))
            }
        } catch { throw .malformed(field: "signing key", offset: 0) }
    }
}
