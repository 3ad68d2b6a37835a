/// RC2 in CBC mode (RFC 2268). With 40 bits a key is found in minutes; PKCS#12 files protected their certificates like this for decades.
/// Not in constant time: see `InsecureDES`.
package enum InsecureRC2 {
    /// The clear text of whole blocks, padding still on. `key` has 1...128 bytes, `iv` 8. `effectiveKeyBits` (1...1024) is T1 of the RFC,
    /// eight per byte of the key unless given. Throws `unusableSize` otherwise.
    package static func decryptCBC(
        _ message: ArraySlice<UInt8>, key: [UInt8], iv: [UInt8], effectiveKeyBits: Int? = nil
    ) throws(LegacyCryptographyError) -> [UInt8] {
        try CipherBlockChaining.decrypt(message, with: RC2Cipher(key: key, effectiveBits: effectiveKeyBits), iv: iv)
    }

    /// The reverse of `decryptCBC`, under the same conditions.
    package static func encryptCBC(
        _ message: ArraySlice<UInt8>, key: [UInt8], iv: [UInt8], effectiveKeyBits: Int? = nil
    ) throws(LegacyCryptographyError) -> [UInt8] {
        try CipherBlockChaining.encrypt(message, with: RC2Cipher(key: key, effectiveBits: effectiveKeyBits), iv: iv)
    }
}

/// RFC 2268 §§2-4. R[0] holds the first two bytes of a block, the lower one first.
private struct RC2Cipher: BlockCipher {
    /// K[0]...K[63].
    private let expanded: [UInt16]

    /// §2, key expansion.
    init(key: [UInt8], effectiveBits: Int?) throws(LegacyCryptographyError) {
        let bits = effectiveBits ?? 8 * key.count
        guard (1...128).contains(key.count), (1...1024).contains(bits) else { throw .unusableSize(of: .key, bytes: key.count) }
        var bytes = key
        while bytes.count < 128 { bytes.append(Self.piTable[Int(bytes[bytes.count - 1] &+ bytes[bytes.count - key.count])]) }
        let effectiveBytes = (bits + 7) / 8
        let mask = UInt8(truncatingIfNeeded: 255 >> (8 * effectiveBytes - bits))
        bytes[128 - effectiveBytes] = Self.piTable[Int(bytes[128 - effectiveBytes] & mask)]
        for index in (0..<128 - effectiveBytes).reversed() {
            bytes[index] = Self.piTable[Int(bytes[index + 1] ^ bytes[index + effectiveBytes])]
        }
        expanded = (0..<64).map { UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8 }
        bytes.wipe()
    }

    @inline(__always) func encrypt(_ block: UInt64) -> UInt64 {
        expanded.withUnsafeBufferPointer { key in
            var (r0, r1, r2, r3) = Self.words(block)
            for round in 0..<16 {
                let k = 4 * round
                r0 = (r0 &+ key[k] &+ (r3 & r2) &+ (~r3 & r1)).turnedLeft(by: 1)
                r1 = (r1 &+ key[k + 1] &+ (r0 & r3) &+ (~r0 & r2)).turnedLeft(by: 2)
                r2 = (r2 &+ key[k + 2] &+ (r1 & r0) &+ (~r1 & r3)).turnedLeft(by: 3)
                r3 = (r3 &+ key[k + 3] &+ (r2 & r1) &+ (~r2 & r0)).turnedLeft(by: 5)
                if round == 4 || round == 10 {
                    r0 &+= key[Int(r3 & 63)]
                    r1 &+= key[Int(r0 & 63)]
                    r2 &+= key[Int(r1 & 63)]
                    r3 &+= key[Int(r2 & 63)]
                }
            }
            return Self.block(r0, r1, r2, r3)
        }
    }

    @inline(__always) func decrypt(_ block: UInt64) -> UInt64 {
        expanded.withUnsafeBufferPointer { key in
            var (r0, r1, r2, r3) = Self.words(block)
            for round in (0..<16).reversed() {
                let k = 4 * round
                if round == 4 || round == 10 {
                    r3 &-= key[Int(r2 & 63)]
                    r2 &-= key[Int(r1 & 63)]
                    r1 &-= key[Int(r0 & 63)]
                    r0 &-= key[Int(r3 & 63)]
                }
                r3 = r3.turnedLeft(by: 11) &- key[k + 3] &- (r2 & r1) &- (~r2 & r0)
                r2 = r2.turnedLeft(by: 13) &- key[k + 2] &- (r1 & r0) &- (~r1 & r3)
                r1 = r1.turnedLeft(by: 14) &- key[k + 1] &- (r0 & r3) &- (~r0 & r2)
                r0 = r0.turnedLeft(by: 15) &- key[k] &- (r3 & r2) &- (~r3 & r1)
            }
            return Self.block(r0, r1, r2, r3)
        }
    }

    @inline(__always) private static func words(_ block: UInt64) -> (UInt16, UInt16, UInt16, UInt16) {
        let little = block.byteSwapped
        return (
            UInt16(truncatingIfNeeded: little), UInt16(truncatingIfNeeded: little >> 16), UInt16(truncatingIfNeeded: little >> 32),
            UInt16(truncatingIfNeeded: little >> 48)
        )
    }

    @inline(__always) private static func block(_ r0: UInt16, _ r1: UInt16, _ r2: UInt16, _ r3: UInt16) -> UInt64 {
        (UInt64(r0) | UInt64(r1) << 16 | UInt64(r2) << 32 | UInt64(r3) << 48).byteSwapped
    }

    /// PITABLE of §2, a permutation of 0...255 drawn from the digits of pi.
    private static let piTable: [UInt8] = [
        0xd9, 0x78, 0xf9, 0xc4, 0x19, 0xdd, 0xb5, 0xed, 0x28, 0xe9, 0xfd, 0x79, 0x4a, 0xa0, 0xd8, 0x9d,
        0xc6, 0x7e, 0x37, 0x83, 0x2b, 0x76, 0x53, 0x8e, 0x62, 0x4c, 0x64, 0x88, 0x44, 0x8b, 0xfb, 0xa2,
        0x17, 0x9a, 0x59, 0xf5, 0x87, 0xb3, 0x4f, 0x13, 0x61, 0x45, 0x6d, 0x8d, 0x09, 0x81, 0x7d, 0x32,
        0xbd, 0x8f, 0x40, 0xeb, 0x86, 0xb7, 0x7b, 0x0b, 0xf0, 0x95, 0x21, 0x22, 0x5c, 0x6b, 0x4e, 0x82,
        0x54, 0xd6, 0x65, 0x93, 0xce, 0x60, 0xb2, 0x1c, 0x73, 0x56, 0xc0, 0x14, 0xa7, 0x8c, 0xf1, 0xdc,
        0x12, 0x75, 0xca, 0x1f, 0x3b, 0xbe, 0xe4, 0xd1, 0x42, 0x3d, 0xd4, 0x30, 0xa3, 0x3c, 0xb6, 0x26,
        0x6f, 0xbf, 0x0e, 0xda, 0x46, 0x69, 0x07, 0x57, 0x27, 0xf2, 0x1d, 0x9b, 0xbc, 0x94, 0x43, 0x03,
        0xf8, 0x11, 0xc7, 0xf6, 0x90, 0xef, 0x3e, 0xe7, 0x06, 0xc3, 0xd5, 0x2f, 0xc8, 0x66, 0x1e, 0xd7,
        0x08, 0xe8, 0xea, 0xde, 0x80, 0x52, 0xee, 0xf7, 0x84, 0xaa, 0x72, 0xac, 0x35, 0x4d, 0x6a, 0x2a,
        0x96, 0x1a, 0xd2, 0x71, 0x5a, 0x15, 0x49, 0x74, 0x4b, 0x9f, 0xd0, 0x5e, 0x04, 0x18, 0xa4, 0xec,
        0xc2, 0xe0, 0x41, 0x6e, 0x0f, 0x51, 0xcb, 0xcc, 0x24, 0x91, 0xaf, 0x50, 0xa1, 0xf4, 0x70, 0x39,
        0x99, 0x7c, 0x3a, 0x85, 0x23, 0xb8, 0xb4, 0x7a, 0xfc, 0x02, 0x36, 0x5b, 0x25, 0x55, 0x97, 0x31,
        0x2d, 0x5d, 0xfa, 0x98, 0xe3, 0x8a, 0x92, 0xae, 0x05, 0xdf, 0x29, 0x10, 0x67, 0x6c, 0xba, 0xc9,
        0xd3, 0x00, 0xe6, 0xcf, 0xe1, 0x9e, 0xa8, 0x2c, 0x63, 0x16, 0x01, 0x3f, 0x58, 0xe2, 0x89, 0xa9,
        0x0d, 0x38, 0x34, 0x1b, 0xab, 0x33, 0xff, 0xb0, 0xbb, 0x48, 0x0c, 0x5f, 0xb9, 0xb1, 0xcd, 0x2e,
        0xc5, 0xf3, 0xdb, 0x47, 0xe5, 0xa5, 0x9c, 0x77, 0x0a, 0xa6, 0x20, 0x68, 0xfe, 0x7f, 0xc1, 0xad,
    ]
}
