import Crypto

/// PBKDF1 with MD5 (RFC 8018 §5.1), for PBEWithMD5AndDES.
package enum PBKDF1 {
    /// `count` (0...16) bytes, for DES eight of key and eight of initialization vector. Throws for another count, or `iterations` below 1.
    package static func deriveWithMD5(
        password: [UInt8], salt: [UInt8], iterations: Int, count: Int = 16
    ) throws(LegacyCryptographyError) -> [UInt8] {
        guard iterations >= 1 else { throw .unusableIterations(iterations) }
        guard (0...16).contains(count) else { throw .unusableSize(of: .output, bytes: count) }
        var input = password + salt
        defer { input.wipe() }
        return Array(RepeatedHash<Insecure.MD5>.digest(of: input, rounds: iterations).prefix(count))
    }
}
