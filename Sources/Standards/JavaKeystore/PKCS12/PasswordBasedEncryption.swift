import LegacyCryptography
import StrictDER

/// An encryption under a password, with its parameters, as an AlgorithmIdentifier of PKCS#12 names it.
struct PasswordBasedEncryption {
    enum Method {
        /// Key and initial vector both come from the password.
        case pbes1(PKCS12.PBES1, salt: [UInt8], iterations: Int)
        case pbes2(KeyDerivation, PKCS12.Cipher, iv: [UInt8], effectiveKeyBits: Int)
    }
    let method: Method

    static let pbes2Identifier = ObjectIdentifier(1, 2, 840, 113_549, 1, 5, 13)
    static let saltLength = 20

    /// Throws `unsupportedAlgorithm`, `malformed`, `truncated` and `overLimit`; nothing is derived.
    init(identifier: ArraySlice<UInt8>, parameters: ArraySlice<UInt8>) throws(KeystoreError) {
        if Self.pbes2Identifier == identifier {
            method = try Self.pbes2(parameters)
            return
        }
        guard let scheme = PKCS12.PBES1.allCases.first(where: { $0.identifier == identifier }) else {
            throw .unsupportedAlgorithm(field: "encryption", oid: ObjectIdentifier.dotted(identifier))
        }
        method = try readingDER { () throws(DERError) in
            var fields = try DERReader.single(DERElement.Tag.sequence, in: parameters, "encryption parameters").inside
            let salt = try fields.takeSalt()
            let iterations = try fields.take(DERElement.Tag.integer, "iterations").integer("iterations")
            try fields.end("encryption parameters")
            return .pbes1(scheme, salt: salt, iterations: iterations)
        }
    }

    private static func pbes2(_ parameters: ArraySlice<UInt8>) throws(KeystoreError) -> Method {
        let (derivation, scheme) = try readingDER { () throws(DERError) in
            var fields = try DERReader.single(DERElement.Tag.sequence, in: parameters, "PBES2 parameters").inside
            let parts = (try AlgorithmParts(&fields, "key derivation"), try AlgorithmParts(&fields, "cipher"))
            try fields.end("PBES2 parameters")
            return parts
        }
        guard let cipher = PKCS12.Cipher.allCases.first(where: { $0.identifier == scheme.identifier }) else {
            throw .unsupportedAlgorithm(field: "cipher", oid: scheme.dotted)
        }
        let (iv, bits) = try readingDER { () throws(DERError) in
            try cipher == .insecureRC2 ? rc2Parameters(scheme.parameters) : (vector(scheme.parameters, cipher.blockSize), 0)
        }
        return .pbes2(try KeyDerivation(derivation, "key derivation"), cipher, iv: iv, effectiveKeyBits: bits)
    }

    private static func vector(_ der: ArraySlice<UInt8>, _ size: Int) throws(DERError) -> [UInt8] {
        let vector = try DERReader.single(DERElement.Tag.octetString, in: der, "initial vector").content
        guard vector.count == size else { throw DERError(.malformed, field: "initial vector", offset: der.startIndex) }
        return Array(vector)
    }

    /// RC2-CBC-Parameter (RFC 8018 appendix B.2.3): the version stands for a number of bits in a table of RFC 2268.
    private static func rc2Parameters(_ der: ArraySlice<UInt8>) throws(DERError) -> (iv: [UInt8], effectiveKeyBits: Int) {
        var fields = try DERReader.single(DERElement.Tag.sequence, in: der, "RC2 parameters").inside
        let version = try fields.takeIfPresent(DERElement.Tag.integer, "RC2 version")?.integer("RC2 version")
        let known = [160: 40, 120: 64, rc2VersionFor128Bits: 128]
        guard let bits = version.map({ known[$0] }) ?? 32 else { throw DERError(.malformed, field: "RC2 version", offset: der.startIndex) }
        return (try vector(fields.rest, 8), bits)
    }

    private static let rc2VersionFor128Bits = 58

    /// With fresh random salt and vector, to encrypt.
    init(fresh encryption: PKCS12.Encryption) throws(KeystoreError) {
        let salt = randomBytes(Self.saltLength)
        switch encryption.scheme {
        case .pbes1(let scheme):
            // PBEWithMD5AndDES takes eight bytes (RFC 8018 appendix A.3).
            let size = scheme == .insecureDESWithMD5 ? 8 : Self.saltLength
            method = .pbes1(scheme, salt: Array(salt.prefix(size)), iterations: encryption.iterations)
        case .pbes2(let cipher, let digest):
            let function = KeyDerivation.Function.pbkdf2(digest, iterations: encryption.iterations)
            method = Self.pbes2(function, cipher, salt: salt)
        case .scrypt(let cipher, let cost, let blockSize, let parallelism):
            method = Self.pbes2(.scrypt(cost: cost, blockSize: blockSize, parallelism: parallelism), cipher, salt: salt)
        }
    }

    private static func pbes2(_ function: KeyDerivation.Function, _ cipher: PKCS12.Cipher, salt: [UInt8]) -> Method {
        let derivation = KeyDerivation(function, salt: salt, keyLength: cipher.keySize)
        return .pbes2(derivation, cipher, iv: randomBytes(cipher.blockSize), effectiveKeyBits: 8 * cipher.keySize)
    }

    /// What a store encrypted like this is encrypted with when it is saved.
    var settings: PKCS12.Encryption {
        switch method {
        case .pbes1(let scheme, _, let iterations): return PKCS12.Encryption(.pbes1(scheme), iterations: iterations)
        case .pbes2(let derivation, let cipher, _, _):
            switch derivation.function {
            case .pbkdf2(let digest, let iterations): return PKCS12.Encryption(.pbes2(cipher, digest), iterations: iterations)
            case .scrypt(let cost, let blockSize, let parallelism):
                let scheme = PKCS12.Scheme.scrypt(cipher, cost: cost, blockSize: blockSize, parallelism: parallelism)
                return PKCS12.Encryption(scheme, iterations: 1)
            }
        }
    }

    var algorithmIdentifier: [UInt8] {
        switch method {
        case .pbes1(let scheme, let salt, let iterations):
            return AlgorithmParts.encode(scheme.identifier, DER.sequence(DER.octets(salt), DER.integer(iterations)))
        case .pbes2(let derivation, let cipher, let iv, _):
            let vector = DER.octets(iv)
            let parameters =
                cipher == .insecureRC2 ? DER.sequence(DER.integer(Self.rc2VersionFor128Bits), vector) : vector
            let scheme = AlgorithmParts.encode(cipher.identifier, parameters)
            return AlgorithmParts.encode(Self.pbes2Identifier, DER.sequence(derivation.algorithmIdentifier, scheme))
        }
    }
}

extension PKCS12.Cipher {
    var identifier: ObjectIdentifier {
        switch self {
        case .aes128: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 1, 2)
        case .aes192: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 1, 22)
        case .aes256: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 1, 42)
        case .insecureTripleDES: ObjectIdentifier(1, 2, 840, 113_549, 3, 7)
        case .insecureRC2: ObjectIdentifier(1, 2, 840, 113_549, 3, 2)
        case .insecureDES: ObjectIdentifier(1, 3, 14, 3, 2, 7)
        }
    }

    /// Bytes. RC2 takes any number; 16 is what is written, and what a file means that does not say.
    var keySize: Int {
        switch self {
        case .aes128, .insecureRC2: 16
        case .aes192, .insecureTripleDES: 24
        case .aes256: 32
        case .insecureDES: 8
        }
    }

    var blockSize: Int {
        switch self {
        case .aes128, .aes192, .aes256: 16
        case .insecureTripleDES, .insecureDES, .insecureRC2: 8
        }
    }
}

extension PKCS12.PBES1 {
    /// RFC 7292 appendix C; RFC 8018 appendix A.3.
    var identifier: ObjectIdentifier {
        let arc: UInt64
        switch self {
        case .insecureRC4With128Bits: arc = 1
        case .insecureRC4With40Bits: arc = 2
        case .insecureTripleDES: arc = 3
        case .insecureTripleDESWithTwoKeys: arc = 4
        case .insecureRC2With128Bits: arc = 5
        case .insecureRC2With40Bits: arc = 6
        case .insecureDESWithMD5: return ObjectIdentifier(1, 2, 840, 113_549, 1, 5, 3)
        }
        return ObjectIdentifier(1, 2, 840, 113_549, 1, 12, 1, arc)
    }
}
