/// Twofish in CBC mode (Schneier et al., "Twofish: A 128-Bit Block Cipher", 1998), for Bouncy Castle's UBER keystores. A sound cipher, but
/// this one is not in constant time: see `InsecureDES`.
package enum Twofish {
    /// The clear text of whole blocks, padding still on. `key` has 16, 24 or 32 bytes, `iv` 16. Throws `unusableSize` otherwise.
    package static func decryptCBC(_ message: ArraySlice<UInt8>, key: [UInt8], iv: [UInt8]) throws(LegacyCryptographyError) -> [UInt8] {
        try CipherBlockChaining.decrypt(message, with: TwofishCipher(key: key), iv: iv)
    }

    /// The reverse of `decryptCBC`, under the same conditions.
    package static func encryptCBC(_ message: ArraySlice<UInt8>, key: [UInt8], iv: [UInt8]) throws(LegacyCryptographyError) -> [UInt8] {
        try CipherBlockChaining.encrypt(message, with: TwofishCipher(key: key), iv: iv)
    }
}

/// Section numbers are those of the paper. Words are little-endian in a block.
private struct TwofishCipher: BlockCipher {
    /// K_0...K_39.
    private let subkeys: [UInt32]
    /// The function g for the four bytes of a word: the key-dependent S-box and the MDS column in one look-up each.
    private let boxes: [UInt32]

    /// §4.3, the key schedule.
    init(key: [UInt8]) throws(LegacyCryptographyError) {
        guard [16, 24, 32].contains(key.count) else { throw .unusableSize(of: .key, bytes: key.count) }
        // Rows of four bytes: the even words of the key, its odd words, and what the Reed-Solomon code makes of every eight bytes, the
        // last ones first.
        let words = stride(from: 0, to: key.count, by: 4).map { Array(key[$0..<$0 + 4]) }
        let even = stride(from: 0, to: words.count, by: 2).map { words[$0] }
        let odd = stride(from: 1, to: words.count, by: 2).map { words[$0] }
        let code = stride(from: 0, to: key.count, by: 8).reversed().map { TwofishTables.reedSolomon(key[$0..<$0 + 8]) }
        subkeys = (0..<20).flatMap { index in
            let a = Self.h(UInt8(2 * index), even)
            let b = Self.h(UInt8(2 * index + 1), odd).turnedLeft(by: 8)
            return [a &+ b, (a &+ b &+ b).turnedLeft(by: 9)]
        }
        boxes = (0..<4).flatMap { position in
            (0..<256).map { TwofishTables.column(position, times: TwofishTables.substitute(UInt8($0), at: position, code)) }
        }
    }

    /// The function h (§4.3.2) of a word that consists of four times the same byte.
    private static func h(_ byte: UInt8, _ list: [[UInt8]]) -> UInt32 {
        (0..<4).reduce(0) { $0 ^ TwofishTables.column($1, times: TwofishTables.substitute(byte, at: $1, list)) }
    }

    @inline(__always) func encrypt(_ block: UInt128) -> UInt128 {
        subkeys.withUnsafeBufferPointer { keys in
            boxes.withUnsafeBufferPointer { boxes in
                var (r0, r1, r2, r3) = Self.words(block)
                (r0, r1, r2, r3) = (r0 ^ keys[0], r1 ^ keys[1], r2 ^ keys[2], r3 ^ keys[3])
                for k in stride(from: 8, to: 40, by: 2) {
                    let t0 = Self.g(r0, boxes), t1 = Self.g(r1.turnedLeft(by: 8), boxes)
                    let f0 = t0 &+ t1 &+ keys[k], f1 = t0 &+ t1 &+ t1 &+ keys[k + 1]
                    (r0, r1, r2, r3) = ((r2 ^ f0).turnedLeft(by: 31), r3.turnedLeft(by: 1) ^ f1, r0, r1)
                }
                return Self.block(r2 ^ keys[4], r3 ^ keys[5], r0 ^ keys[6], r1 ^ keys[7])
            }
        }
    }

    @inline(__always) func decrypt(_ block: UInt128) -> UInt128 {
        subkeys.withUnsafeBufferPointer { keys in
            boxes.withUnsafeBufferPointer { boxes in
                var (r2, r3, r0, r1) = Self.words(block)
                (r2, r3, r0, r1) = (r2 ^ keys[4], r3 ^ keys[5], r0 ^ keys[6], r1 ^ keys[7])
                for k in stride(from: 38, through: 8, by: -2) {
                    let t0 = Self.g(r2, boxes), t1 = Self.g(r3.turnedLeft(by: 8), boxes)
                    let f0 = t0 &+ t1 &+ keys[k], f1 = t0 &+ t1 &+ t1 &+ keys[k + 1]
                    (r0, r1, r2, r3) = (r2, r3, r0.turnedLeft(by: 1) ^ f0, (r1 ^ f1).turnedLeft(by: 31))
                }
                return Self.block(r0 ^ keys[0], r1 ^ keys[1], r2 ^ keys[2], r3 ^ keys[3])
            }
        }
    }

    @inline(__always) private static func g(_ word: UInt32, _ boxes: UnsafeBufferPointer<UInt32>) -> UInt32 {
        boxes[Int(word & 255)] ^ boxes[256 + Int(word >> 8 & 255)] ^ boxes[512 + Int(word >> 16 & 255)] ^ boxes[768 + Int(word >> 24)]
    }

    @inline(__always) private static func words(_ block: UInt128) -> (UInt32, UInt32, UInt32, UInt32) {
        let little = block.byteSwapped
        return (
            UInt32(truncatingIfNeeded: little), UInt32(truncatingIfNeeded: little >> 32), UInt32(truncatingIfNeeded: little >> 64),
            UInt32(truncatingIfNeeded: little >> 96)
        )
    }

    @inline(__always) private static func block(_ r0: UInt32, _ r1: UInt32, _ r2: UInt32, _ r3: UInt32) -> UInt128 {
        (UInt128(r0) | UInt128(r1) << 32 | UInt128(r2) << 64 | UInt128(r3) << 96).byteSwapped
    }
}
