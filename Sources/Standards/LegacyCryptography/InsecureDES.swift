/// DES in CBC mode. A key of 56 bits is found by trying: only for reading files that PBEWithMD5AndDES protects.
///
/// As all table-driven ciphers this one takes a time that depends on key and data, through the processor's caches. That is acceptable where
/// it is used, on a file that is read once and offline, with nobody to measure; it would not be in a protocol.
package enum InsecureDES {
    /// The clear text of whole blocks, padding still on. `key` and `iv` have 8 bytes; the key's parity bits are ignored. Throws
    /// `unusableSize` otherwise.
    package static func decryptCBC(_ message: ArraySlice<UInt8>, key: [UInt8], iv: [UInt8]) throws(LegacyCryptographyError) -> [UInt8] {
        guard key.count == 8 else { throw .unusableSize(of: .key, bytes: key.count) }
        return try CipherBlockChaining.decrypt(message, with: DESCipher(keys: key[...]), iv: iv)
    }

    /// The reverse of `decryptCBC`, under the same conditions.
    package static func encryptCBC(_ message: ArraySlice<UInt8>, key: [UInt8], iv: [UInt8]) throws(LegacyCryptographyError) -> [UInt8] {
        guard key.count == 8 else { throw .unusableSize(of: .key, bytes: key.count) }
        return try CipherBlockChaining.encrypt(message, with: DESCipher(keys: key[...]), iv: iv)
    }
}

/// Triple DES (encrypt, decrypt, encrypt; NIST SP 800-67) in CBC mode. Its blocks of 64 bits repeat after some gigabytes and NIST withdrew
/// it at the end of 2023; old keystores are full of it. About constant time see `InsecureDES`.
package enum InsecureTripleDES {
    /// The clear text of whole blocks, padding still on. `key` has 24 bytes (for two-key Triple DES repeat the first 8 at the end), `iv`
    /// 8. Throws `unusableSize` otherwise.
    package static func decryptCBC(_ message: ArraySlice<UInt8>, key: [UInt8], iv: [UInt8]) throws(LegacyCryptographyError) -> [UInt8] {
        guard key.count == 24 else { throw .unusableSize(of: .key, bytes: key.count) }
        return try CipherBlockChaining.decrypt(message, with: DESCipher(keys: key[...]), iv: iv)
    }

    /// The reverse of `decryptCBC`, under the same conditions.
    package static func encryptCBC(_ message: ArraySlice<UInt8>, key: [UInt8], iv: [UInt8]) throws(LegacyCryptographyError) -> [UInt8] {
        guard key.count == 24 else { throw .unusableSize(of: .key, bytes: key.count) }
        return try CipherBlockChaining.encrypt(message, with: DESCipher(keys: key[...]), iv: iv)
    }
}
