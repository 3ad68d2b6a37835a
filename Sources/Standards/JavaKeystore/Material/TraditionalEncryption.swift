import Crypto
import CryptoExtras
import LegacyCryptography
import StrictDER

/// The encryption of private keys that OpenSSL had before PKCS#8, in PEM headers after RFC 1421 §4.6: `Proc-Type: 4,ENCRYPTED` and
/// `DEK-Info: AES-256-CBC,<initialization vector>`. One round of MD5 makes the key (`EVP_BytesToKey`), so it resists no guessing; there is no
/// integrity beyond the padding, so what comes out is parsed before it is believed.
struct TraditionalEncryption {
    private enum Cipher: String {
        case aes128 = "AES-128-CBC", aes192 = "AES-192-CBC", aes256 = "AES-256-CBC"
        case tripleDES = "DES-EDE3-CBC", des = "DES-CBC"

        var keyLength: Int {
            switch self {
            case .des: 8
            case .aes128: 16
            case .aes192, .tripleDES: 24
            case .aes256: 32
            }
        }
        var blockLength: Int { self == .des || self == .tripleDES ? 8 : 16 }
    }

    private let cipher: Cipher
    private let initializationVector: [UInt8]

    /// Throws `malformed` for headers that are not complete, `unsupportedAlgorithm` with OpenSSL's name of the cipher.
    init(headers: [(name: String, value: String)]) throws(KeystoreError) {
        guard let value = headers.first(where: { $0.name == "DEK-Info" })?.value, let comma = value.firstIndex(of: ",") else {
            throw .malformed(field: "DEK-Info", offset: 0)
        }
        let name = value[..<comma].uppercased()
        guard let cipher = Cipher(rawValue: name) else {
            let shown = name.unicodeScalars.prefix(32).map { $0.isASCII && $0.value > 0x20 && $0.value < 0x7F ? String($0) : "?" }.joined()
            throw .unsupportedAlgorithm(field: "DEK-Info", oid: shown)
        }
        guard let vector = Self.octets(value[value.index(after: comma)...]), vector.count == cipher.blockLength else {
            throw .malformed(field: "initialization vector in DEK-Info", offset: 0)
        }
        (self.cipher, initializationVector) = (cipher, vector)
    }

    private static func octets(_ text: Substring) -> [UInt8]? {
        let digits = text.utf8.filter { $0 != UInt8(ascii: " ") }
        guard digits.count.isMultiple(of: 2), digits.count <= 64 else { return nil }
        let values = digits.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard values.count == digits.count else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
    }

    /// The clear bytes. Throws `keyPassword` when their padding does not fit or `isKey` refuses them.
    func open(_ message: [UInt8], password: KeystorePassword, isKey: ([UInt8]) -> Bool) throws(KeystoreError) -> [UInt8] {
        guard !message.isEmpty, message.count.isMultiple(of: cipher.blockLength) else {
            throw .malformed(field: "encrypted key", offset: 0)
        }
        guard message.count <= ProtectedKey.sizeLimit else {
            throw .overLimit(field: "private key", found: message.count, limit: ProtectedKey.sizeLimit)
        }
        let key = key(from: password.utf8Bytes)
        guard let padded = try? decrypt(message, key: key), let clear = PKCS7Padding.remove(from: padded, blockSize: cipher.blockLength),
            isKey(clear)
        else { throw .keyPassword }
        return clear
    }

    private func decrypt(_ message: [UInt8], key: [UInt8]) throws -> [UInt8] {
        switch cipher {
        case .aes128, .aes192, .aes256:
            let vector = try AES._CBC.IV(ivBytes: initializationVector)
            return Array(try AES._CBC.decrypt(message, using: SymmetricKey(data: key), iv: vector, noPadding: true))
        case .tripleDES: return try InsecureTripleDES.decryptCBC(message[...], key: key, iv: initializationVector)
        case .des: return try InsecureDES.decryptCBC(message[...], key: key, iv: initializationVector)
        }
    }

    /// Each digest is over the one before it, the password, and as salt the first eight bytes of the initialization vector.
    private func key(from password: [UInt8]) -> [UInt8] {
        var key: [UInt8] = []
        var digest: [UInt8] = []
        while key.count < cipher.keyLength {
            digest = Array(Insecure.MD5.hash(data: digest + password + initializationVector.prefix(8)))
            key += digest
        }
        return Array(key.prefix(cipher.keyLength))
    }
}
