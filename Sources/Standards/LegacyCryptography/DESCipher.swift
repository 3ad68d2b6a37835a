/// DES with one key, or EDE with three (FIPS 46-3). Substitution and the permutation after it are one look-up; the permutations between
/// the three passes of EDE cancel out and are left away.
struct DESCipher: BlockCipher {
    /// Two words per round, in the order in which encryption uses them: the subkey's even and its odd groups of six bits, each group where
    /// `halfRound` wants it.
    private let encryptionKeys: [UInt32]
    private let decryptionKeys: [UInt32]
    private let substitution = DESTables.substitution

    /// `keys` is one key of 8 bytes, or three.
    init(keys: ArraySlice<UInt8>) {
        let schedules = stride(from: keys.startIndex, to: keys.endIndex, by: 8).map { Self.schedule(keys[$0..<$0 + 8]) }
        let reversed = schedules.map { Array($0.reversed()) }
        // The second pass of EDE runs backwards.
        let encrypting = schedules.indices.map { $0.isMultiple(of: 2) ? schedules[$0] : reversed[$0] }
        let decrypting = schedules.indices.reversed().map { $0.isMultiple(of: 2) ? reversed[$0] : schedules[$0] }
        encryptionKeys = encrypting.joined().flatMap { [$0.even, $0.odd] }
        decryptionKeys = decrypting.joined().flatMap { [$0.even, $0.odd] }
    }

    @inline(__always) func encrypt(_ block: UInt64) -> UInt64 { crypt(block, encryptionKeys) }
    @inline(__always) func decrypt(_ block: UInt64) -> UInt64 { crypt(block, decryptionKeys) }

    @inline(__always) private func crypt(_ block: UInt64, _ keys: [UInt32]) -> UInt64 {
        keys.withUnsafeBufferPointer { keys in
            substitution.withUnsafeBufferPointer { table in
                var (left, right) = Self.initialPermutation(block)
                for pass in stride(from: 0, to: keys.count, by: 32) {
                    for round in stride(from: pass, to: pass + 32, by: 4) {
                        left ^= Self.halfRound(right, keys[round], keys[round + 1], table)
                        right ^= Self.halfRound(left, keys[round + 2], keys[round + 3], table)
                    }
                    swap(&left, &right)
                }
                return Self.finalPermutation(left, right)
            }
        }
    }

    /// The cipher function f (FIPS 46-3, "The Cipher Function f"). The expansion E gives S-box i the bits 4i-1...4i+4: for the even boxes
    /// these lie at 31...26, 23...18 and so on of the half turned right by one, for the odd ones of the half turned left by three.
    @inline(__always) private static func halfRound(
        _ half: UInt32, _ even: UInt32, _ odd: UInt32, _ table: UnsafeBufferPointer<UInt32>
    ) -> UInt32 {
        let even = half.turnedLeft(by: 31) ^ even, odd = half.turnedLeft(by: 3) ^ odd
        return table[Int(even >> 26)] ^ table[64 + Int(odd >> 26)]
            ^ table[128 + Int(even >> 18 & 63)] ^ table[192 + Int(odd >> 18 & 63)]
            ^ table[256 + Int(even >> 10 & 63)] ^ table[320 + Int(odd >> 10 & 63)]
            ^ table[384 + Int(even >> 2 & 63)] ^ table[448 + Int(odd >> 2 & 63)]
    }

    /// IP of FIPS 46-3, as five exchanges of bit fields between the halves instead of 64 single bits.
    @inline(__always) private static func initialPermutation(_ block: UInt64) -> (left: UInt32, right: UInt32) {
        var left = UInt32(block >> 32), right = UInt32(truncatingIfNeeded: block)
        exchange(&left, &right, 4, 0x0f0f_0f0f)
        exchange(&left, &right, 16, 0x0000_ffff)
        exchange(&right, &left, 2, 0x3333_3333)
        exchange(&right, &left, 8, 0x00ff_00ff)
        exchange(&left, &right, 1, 0x5555_5555)
        return (left, right)
    }

    /// The inverse of IP.
    @inline(__always) private static func finalPermutation(_ left: UInt32, _ right: UInt32) -> UInt64 {
        var left = left, right = right
        exchange(&left, &right, 1, 0x5555_5555)
        exchange(&right, &left, 8, 0x00ff_00ff)
        exchange(&right, &left, 2, 0x3333_3333)
        exchange(&left, &right, 16, 0x0000_ffff)
        exchange(&left, &right, 4, 0x0f0f_0f0f)
        return UInt64(left) << 32 | UInt64(right)
    }

    /// Exchanges the bits `mask << shift` of `high` with the bits `mask` of `low`.
    @inline(__always) private static func exchange(_ high: inout UInt32, _ low: inout UInt32, _ shift: UInt32, _ mask: UInt32) {
        let difference = (high &>> shift ^ low) & mask
        low ^= difference
        high ^= difference &<< shift
    }

    /// The sixteen subkeys KS (FIPS 46-3, appendix 1).
    private static func schedule(_ key: ArraySlice<UInt8>) -> [(even: UInt32, odd: UInt32)] {
        let key = key.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let chosen = DESTables.select(DESTables.permutedChoice1, from: key, bits: 64)
        let mask: UInt64 = (1 << 28) - 1
        var c = chosen >> 28, d = chosen & mask
        return DESTables.keyTurns.map { turn in
            c = (c << turn | c >> (28 - turn)) & mask
            d = (d << turn | d >> (28 - turn)) & mask
            let subkey = DESTables.select(DESTables.permutedChoice2, from: c << 28 | d, bits: 56)
            let groups = (0..<8).map { UInt32(truncatingIfNeeded: subkey >> (42 - 6 * $0)) & 63 }
            return (
                groups[0] << 26 | groups[2] << 18 | groups[4] << 10 | groups[6] << 2,
                groups[1] << 26 | groups[3] << 18 | groups[5] << 10 | groups[7] << 2
            )
        }
    }
}
