import Crypto
import LegacyCryptography
import StrictDER

/// Sun's own key protection (`sun.security.provider.KeyProtector`): salt (20) · PKCS#8 XOR key stream · check (20), where the key stream is
/// SHA-1 over password and the block before, the salt being the first, and the check SHA-1 over password and PKCS#8. One SHA-1 per guess:
/// the password must be strong or the file unreadable to others.
enum JKSKeyProtector {
    static let identifier = ObjectIdentifier(1, 3, 6, 1, 4, 1, 42, 2, 17, 1, 1)
    static let saltLength = 20
    static let checkLength = Insecure.SHA1.byteCount

    /// The PKCS#8 bytes; nil when the check does not fit. `protected` has at least the length of salt and check.
    static func open(_ protected: ArraySlice<UInt8>, password: KeystorePassword) -> [UInt8]? {
        let salt = protected.prefix(saltLength)
        let check = protected.suffix(checkLength)
        let password = password.bigEndianBytes
        let clear = exclusiveOr(protected.dropFirst(saltLength).dropLast(checkLength), salt: salt, password: password)
        return equalInConstantTime(check, hash(password, clear)) ? clear : nil
    }

    static func protect(_ clear: [UInt8], password: KeystorePassword, salt: [UInt8]) -> [UInt8] {
        let password = password.bigEndianBytes
        return salt + exclusiveOr(clear[...], salt: salt[...], password: password) + hash(password, clear)
    }

    private static func exclusiveOr(_ bytes: ArraySlice<UInt8>, salt: ArraySlice<UInt8>, password: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var block = Array(salt)
        var rest = bytes
        while !rest.isEmpty {
            block = hash(password, block)
            result += zip(rest.prefix(block.count), block).map { $0 ^ $1 }
            rest = rest.dropFirst(block.count)
        }
        return result
    }

    private static func hash(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
        var hash = Insecure.SHA1()
        hash.update(data: first)
        hash.update(data: second)
        return Array(hash.finalize())
    }
}
