import Crypto
import CryptoExtras
import LegacyCryptography
import StrictDER

extension PKCS12.Digest {
    /// Of the digest itself, as MacData names it.
    var identifier: ObjectIdentifier {
        switch self {
        case .insecureMD5: ObjectIdentifier(1, 2, 840, 113_549, 2, 5)
        case .insecureSHA1: ObjectIdentifier(1, 3, 14, 3, 2, 26)
        case .sha224: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 4)
        case .sha256: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 1)
        case .sha384: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 2)
        case .sha512: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 3)
        case .sha512With224Bits: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 5)
        case .sha512With256Bits: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 6)
        }
    }

    /// Of HMAC with it (RFC 8018 appendix B.1.2), as PBKDF2 and PBMAC1 name it.
    var hmacIdentifier: ObjectIdentifier {
        switch self {
        case .insecureMD5: ObjectIdentifier(1, 2, 840, 113_549, 2, 6)
        case .insecureSHA1: ObjectIdentifier(1, 2, 840, 113_549, 2, 7)
        case .sha224: ObjectIdentifier(1, 2, 840, 113_549, 2, 8)
        case .sha256: ObjectIdentifier(1, 2, 840, 113_549, 2, 9)
        case .sha384: ObjectIdentifier(1, 2, 840, 113_549, 2, 10)
        case .sha512: ObjectIdentifier(1, 2, 840, 113_549, 2, 11)
        case .sha512With224Bits: ObjectIdentifier(1, 2, 840, 113_549, 2, 12)
        case .sha512With256Bits: ObjectIdentifier(1, 2, 840, 113_549, 2, 13)
        }
    }

    static func named(_ identifier: ArraySlice<UInt8>) -> Self? { allCases.first { $0.identifier == identifier } }
    static func namedAsHMAC(_ identifier: ArraySlice<UInt8>) -> Self? { allCases.first { $0.hmacIdentifier == identifier } }

    /// Bytes of its output.
    var size: Int {
        switch self {
        case .insecureMD5: 16
        case .insecureSHA1: 20
        case .sha224, .sha512With224Bits: 28
        case .sha256, .sha512With256Bits: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    var derivation: PKCS12KDF.Hash {
        switch self {
        case .insecureMD5: .md5
        case .insecureSHA1: .sha1
        case .sha224: .sha224
        case .sha256: .sha256
        case .sha384: .sha384
        case .sha512: .sha512
        case .sha512With224Bits: .sha512_224
        case .sha512With256Bits: .sha512_256
        }
    }

    func hmac(of message: ArraySlice<UInt8>, key: [UInt8]) -> [UInt8] {
        let key = SymmetricKey(data: key)
        return switch self {
        case .insecureMD5: Array(HMAC<Insecure.MD5>.authenticationCode(for: message, using: key))
        case .insecureSHA1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: key))
        case .sha224: Array(HMAC<SHA224>.authenticationCode(for: message, using: key))
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
        case .sha384: Array(HMAC<SHA384>.authenticationCode(for: message, using: key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: message, using: key))
        case .sha512With224Bits: Array(HMAC<SHA512_224>.authenticationCode(for: message, using: key))
        case .sha512With256Bits: Array(HMAC<SHA512256>.authenticationCode(for: message, using: key))
        }
    }

    /// PBKDF2 (RFC 8018 §5.2) over HMAC with this digest; iterations and count have been allowed. nil where swift-crypto refuses.
    func pbkdf2(password: [UInt8], salt: [UInt8], iterations: Int, count: Int) -> [UInt8]? {
        let function: KDF.Insecure.PBKDF2.HashFunction
        switch self {
        case .insecureMD5: function = .insecureMD5
        case .insecureSHA1: function = .insecureSHA1
        case .sha224: function = .insecureSHA224
        case .sha256: function = .sha256
        case .sha384: function = .sha384
        case .sha512: function = .sha512
        case .sha512With224Bits:
            return try? PBKDF2.derive(.sha512_224, password: password, salt: salt, iterations: iterations, count: count)
        case .sha512With256Bits:
            return try? PBKDF2.derive(.sha512_256, password: password, salt: salt, iterations: iterations, count: count)
        }
        let key = try? KDF.Insecure.PBKDF2.deriveKey(
            from: password, salt: salt, using: function, outputByteCount: count, unsafeUncheckedRounds: iterations)
        return key.map { $0.withUnsafeBytes { Array($0) } }
    }
}
