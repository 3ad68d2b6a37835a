import Crypto
import CryptoExtras
import LegacyCryptography

extension PasswordBasedEncryption {
    /// The clear bytes; nil when they are not padded as clear bytes are: wrong password or altered bytes. Streams (RC4) have no padding, so
    /// what comes out must be parsed before it is believed; so it must be anyway, as a padding fits by chance once in 256 times.
    ///
    /// Throws `overLimit` before work that costs too much, and `malformed` for bytes that are no whole blocks.
    func decrypt(_ bytes: ArraySlice<UInt8>, password: PasswordBytes, budget: inout WorkBudget) throws(KeystoreError) -> [UInt8]? {
        let cipher = try keyedCipher(password, budget: &budget)
        let size = cipher.blockSize
        guard size == 1 || (!bytes.isEmpty && bytes.count.isMultiple(of: size)) else {
            throw .malformed(field: "encrypted bytes", offset: bytes.startIndex)
        }
        var clear = try running { () throws(LegacyCryptographyError) in try cipher.decrypt(bytes) }
        if size > 1 {
            // Of a large safe only the last block is copied.
            guard let rest = PKCS7Padding.remove(from: Array(clear.suffix(size)), blockSize: size) else { return nil }
            clear.removeLast(size - rest.count)
        }
        return clear
    }

    func encrypt(_ clear: [UInt8], password: PasswordBytes) throws(KeystoreError) -> [UInt8] {
        var budget = WorkBudget(.standard)
        let cipher = try keyedCipher(password, budget: &budget)
        let padded = cipher.blockSize == 1 ? clear : PKCS7Padding.add(to: clear, blockSize: cipher.blockSize)
        return try running { () throws(LegacyCryptographyError) in try cipher.encrypt(padded[...]) }
    }

    private func keyedCipher(_ password: PasswordBytes, budget: inout WorkBudget) throws(KeystoreError) -> KeyedCipher {
        switch method {
        case .pbes1(let scheme, let salt, let iterations):
            if scheme == .insecureDESWithMD5 {
                try budget.spend(iterations: iterations, on: "iterations")
                let derived = try running { () throws(LegacyCryptographyError) in
                    try PBKDF1.deriveWithMD5(password: password.pkcs5, salt: salt, iterations: iterations)
                }
                return .des(key: Array(derived.prefix(8)), iv: Array(derived.dropFirst(8)))
            }
            let size = scheme.keySize
            // Blocks of SHA-1: those of the key, and one for the initial vector.
            try budget.spend(iterations: iterations, blocks: (size + 19) / 20 + (scheme.isStream ? 0 : 1))
            return try running { () throws(LegacyCryptographyError) in
                let derive = { (purpose: PKCS12KDF.Purpose, count: Int) throws(LegacyCryptographyError) in
                    try PKCS12KDF.derive(
                        purpose: purpose, hash: .sha1, password: password.pkcs12, salt: salt, iterations: iterations, count: count)
                }
                let key = try derive(.key, size)
                if scheme.isStream { return .rc4(key: key) }
                let iv = try derive(.iv, 8)
                switch scheme {
                case .insecureTripleDES: return .tripleDES(key: key, iv: iv)
                // The first key once more in the place of the third.
                case .insecureTripleDESWithTwoKeys: return .tripleDES(key: key + key.prefix(8), iv: iv)
                default: return .rc2(key: key, iv: iv, effectiveBits: 8 * size)
                }
            }
        case .pbes2(let derivation, let cipher, let iv, let effectiveKeyBits):
            if let length = derivation.keyLength {
                try budget.allow(derivedLength: length, of: "key length")
                guard length == cipher.keySize || (cipher == .insecureRC2 && length <= 128) else {
                    throw .malformed(field: "key length", offset: 0)
                }
            }
            let key = try derivation.key(password, count: derivation.keyLength ?? cipher.keySize, budget: &budget)
            switch cipher {
            case .aes128, .aes192, .aes256: return .aes(key: key, iv: iv)
            case .insecureTripleDES: return .tripleDES(key: key, iv: iv)
            case .insecureDES: return .des(key: key, iv: iv)
            case .insecureRC2: return .rc2(key: key, iv: iv, effectiveBits: effectiveKeyBits)
            }
        }
    }

    private func running<Value>(_ body: () throws(LegacyCryptographyError) -> Value) throws(KeystoreError) -> Value {
        // Sizes and iterations were checked: what is left is a size that no file of sense has.
        do { return try body() } catch { throw .malformed(field: "encryption parameters", offset: 0) }
    }
}

extension PKCS12.PBES1 {
    fileprivate var keySize: Int {
        switch self {
        case .insecureRC4With128Bits, .insecureRC2With128Bits, .insecureTripleDESWithTwoKeys: 16
        case .insecureRC4With40Bits, .insecureRC2With40Bits: 5
        case .insecureTripleDES: 24
        case .insecureDESWithMD5: 8
        }
    }
    fileprivate var isStream: Bool { self == .insecureRC4With128Bits || self == .insecureRC4With40Bits }
}

/// A cipher ready to run.
private enum KeyedCipher {
    case aes(key: [UInt8], iv: [UInt8])
    case tripleDES(key: [UInt8], iv: [UInt8])
    case des(key: [UInt8], iv: [UInt8])
    case rc2(key: [UInt8], iv: [UInt8], effectiveBits: Int)
    case rc4(key: [UInt8])

    /// 1 for a stream.
    var blockSize: Int {
        switch self {
        case .aes: 16
        case .tripleDES, .des, .rc2: 8
        case .rc4: 1
        }
    }

    func decrypt(_ bytes: ArraySlice<UInt8>) throws(LegacyCryptographyError) -> [UInt8] {
        switch self {
        case .aes(let key, let iv): try AESInChunks.run(bytes, key: key, iv: iv, isEncrypting: false)
        case .tripleDES(let key, let iv): try InsecureTripleDES.decryptCBC(bytes, key: key, iv: iv)
        case .des(let key, let iv): try InsecureDES.decryptCBC(bytes, key: key, iv: iv)
        case .rc2(let key, let iv, let bits): try InsecureRC2.decryptCBC(bytes, key: key, iv: iv, effectiveKeyBits: bits)
        case .rc4(let key): try InsecureRC4.apply(bytes, key: key)
        }
    }

    func encrypt(_ bytes: ArraySlice<UInt8>) throws(LegacyCryptographyError) -> [UInt8] {
        switch self {
        case .aes(let key, let iv): try AESInChunks.run(bytes, key: key, iv: iv, isEncrypting: true)
        case .tripleDES(let key, let iv): try InsecureTripleDES.encryptCBC(bytes, key: key, iv: iv)
        case .des(let key, let iv): try InsecureDES.encryptCBC(bytes, key: key, iv: iv)
        case .rc2(let key, let iv, let bits): try InsecureRC2.encryptCBC(bytes, key: key, iv: iv, effectiveKeyBits: bits)
        case .rc4(let key): try InsecureRC4.apply(bytes, key: key)
        }
    }
}

/// AES in CBC mode over whole blocks, a piece at a time: swift-crypto's call returns a copy of its own, which for a large store would be
/// one too many.
private enum AESInChunks {
    private static let chunkSize = 1 << 16

    static func run(
        _ bytes: ArraySlice<UInt8>, key: [UInt8], iv: [UInt8], isEncrypting: Bool
    ) throws(LegacyCryptographyError) -> [UInt8] {
        let secret = SymmetricKey(data: key)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var (chain, rest) = (iv, bytes)
        while !rest.isEmpty {
            let chunk = rest.prefix(chunkSize)
            do {
                let vector = try AES._CBC.IV(ivBytes: chain)
                result +=
                    isEncrypting
                    ? try AES._CBC.encrypt(chunk, using: secret, iv: vector, noPadding: true)
                    : try AES._CBC.decrypt(chunk, using: secret, iv: vector, noPadding: true)
            } catch {
                throw .unusableSize(of: .key, bytes: key.count)
            }
            chain = Array(isEncrypting ? result[...].suffix(16) : chunk.suffix(16))
            rest = rest.dropFirst(chunkSize)
        }
        return result
    }
}
