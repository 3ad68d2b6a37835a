/// Two chains x = MD5(x || suffix), with the same suffix, side by side (RFC 1321). One alone keeps a processor waiting for its own last
/// result, so their steps alternate, which makes two take hardly longer than one. Not `SIMD2`: vector units have no rotation, and in a
/// build for debugging that type takes half a minute for what takes 25 ms here. For the sake of such builds the inner loops also do
/// without generic and buffer types.
struct MD5Chains {
    /// First chain's state a, b, c, d, then the second's.
    private var digests: [UInt32]
    /// For every block of x || suffix || padding its 64 addends T[i] + X[k] in the order of the steps, for the first chain and the second
    /// in turn. X[0]...X[3] of the first block are x itself and are set anew in every round; all others stay as they are.
    private var addends: [UInt32]

    /// `first` and `second` are digests, of 16 bytes.
    init(_ first: [UInt8], _ second: [UInt8], suffix: [UInt8]) {
        digests = Self.words(first) + Self.words(second)
        var message = Array(repeating: UInt8(0), count: 16) + suffix
        let bits = UInt64(message.count) * 8
        message.append(0x80)
        message += Array(repeating: 0, count: (120 - message.count % 64) % 64)
        message += (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
        let words = Self.words(message)
        message.wipe()
        addends = stride(from: 0, to: words.count, by: 16).flatMap { block in
            (0..<64).flatMap { step in
                let addend = Self.sines[step] &+ words[block + Self.wordOfStep(step)]
                return [addend, addend]
            }
        }
    }

    /// The first chain's digest and the second's, so many rounds on. The chains cannot be used again.
    mutating func advanced(rounds: Int) -> [UInt8] {
        let blocks = addends.count / 128
        addends.withUnsafeMutableBufferPointer { addends in
            digests.withUnsafeMutableBufferPointer { digests in
                guard let table = addends.baseAddress, let state = digests.baseAddress else { return }
                for _ in 0..<rounds {
                    Self.set(state, in: table)
                    Self.initialize(state)
                    for block in 0..<blocks { Self.compress(state, table + 128 * block) }
                }
            }
            zero(UnsafeMutableRawBufferPointer(addends))
        }
        return digests.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    /// Puts x into the first block's addends, at the steps that use its words.
    @inline(__always) private static func set(_ state: UnsafePointer<UInt32>, in table: UnsafeMutablePointer<UInt32>) {
        sines.withUnsafeBufferPointer { sines in
            stepsOfFirstWords.withUnsafeBufferPointer { steps in
                var index = 0
                while index < 16 {
                    let step = steps[index]
                    table[2 * step] = sines[step] &+ state[index / 4]
                    table[2 * step + 1] = sines[step] &+ state[4 + index / 4]
                    index += 1
                }
            }
        }
    }

    @inline(__always) private static func initialize(_ state: UnsafeMutablePointer<UInt32>) {
        (state[0], state[1], state[2], state[3]) = (0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476)
        (state[4], state[5], state[6], state[7]) = (0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476)
    }

    /// RFC 1321 §3.4, for a, b, c, d and e, f, g, h in turn: sixteen steps each with the functions F, G, H and I. G is written as a sum, of
    /// terms that have no bit in common: so the addition of the one that is known early does not wait for the other.
    @inline(__always) private static func compress(_ state: UnsafeMutablePointer<UInt32>, _ table: UnsafePointer<UInt32>) {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        var t = table
        let afterF = table + 32, afterG = table + 64, afterH = table + 96, end = table + 128
        while t < afterF {
            a = b &+ (a &+ t[0] &+ (d ^ (b & (c ^ d)))).turnedLeft(by: 7)
            e = f &+ (e &+ t[1] &+ (h ^ (f & (g ^ h)))).turnedLeft(by: 7)
            d = a &+ (d &+ t[2] &+ (c ^ (a & (b ^ c)))).turnedLeft(by: 12)
            h = e &+ (h &+ t[3] &+ (g ^ (e & (f ^ g)))).turnedLeft(by: 12)
            c = d &+ (c &+ t[4] &+ (b ^ (d & (a ^ b)))).turnedLeft(by: 17)
            g = h &+ (g &+ t[5] &+ (f ^ (h & (e ^ f)))).turnedLeft(by: 17)
            b = c &+ (b &+ t[6] &+ (a ^ (c & (d ^ a)))).turnedLeft(by: 22)
            f = g &+ (f &+ t[7] &+ (e ^ (g & (h ^ e)))).turnedLeft(by: 22)
            t += 8
        }
        while t < afterG {
            a = b &+ ((a &+ t[0] &+ (c & ~d)) &+ (b & d)).turnedLeft(by: 5)
            e = f &+ ((e &+ t[1] &+ (g & ~h)) &+ (f & h)).turnedLeft(by: 5)
            d = a &+ ((d &+ t[2] &+ (b & ~c)) &+ (a & c)).turnedLeft(by: 9)
            h = e &+ ((h &+ t[3] &+ (f & ~g)) &+ (e & g)).turnedLeft(by: 9)
            c = d &+ ((c &+ t[4] &+ (a & ~b)) &+ (d & b)).turnedLeft(by: 14)
            g = h &+ ((g &+ t[5] &+ (e & ~f)) &+ (h & f)).turnedLeft(by: 14)
            b = c &+ ((b &+ t[6] &+ (d & ~a)) &+ (c & a)).turnedLeft(by: 20)
            f = g &+ ((f &+ t[7] &+ (h & ~e)) &+ (g & e)).turnedLeft(by: 20)
            t += 8
        }
        while t < afterH {
            a = b &+ (a &+ t[0] &+ (b ^ (c ^ d))).turnedLeft(by: 4)
            e = f &+ (e &+ t[1] &+ (f ^ (g ^ h))).turnedLeft(by: 4)
            d = a &+ (d &+ t[2] &+ (a ^ (b ^ c))).turnedLeft(by: 11)
            h = e &+ (h &+ t[3] &+ (e ^ (f ^ g))).turnedLeft(by: 11)
            c = d &+ (c &+ t[4] &+ (d ^ (a ^ b))).turnedLeft(by: 16)
            g = h &+ (g &+ t[5] &+ (h ^ (e ^ f))).turnedLeft(by: 16)
            b = c &+ (b &+ t[6] &+ (c ^ (d ^ a))).turnedLeft(by: 23)
            f = g &+ (f &+ t[7] &+ (g ^ (h ^ e))).turnedLeft(by: 23)
            t += 8
        }
        while t < end {
            a = b &+ (a &+ t[0] &+ (c ^ (b | ~d))).turnedLeft(by: 6)
            e = f &+ (e &+ t[1] &+ (g ^ (f | ~h))).turnedLeft(by: 6)
            d = a &+ (d &+ t[2] &+ (b ^ (a | ~c))).turnedLeft(by: 10)
            h = e &+ (h &+ t[3] &+ (f ^ (e | ~g))).turnedLeft(by: 10)
            c = d &+ (c &+ t[4] &+ (a ^ (d | ~b))).turnedLeft(by: 15)
            g = h &+ (g &+ t[5] &+ (e ^ (h | ~f))).turnedLeft(by: 15)
            b = c &+ (b &+ t[6] &+ (d ^ (c | ~a))).turnedLeft(by: 21)
            f = g &+ (f &+ t[7] &+ (h ^ (g | ~e))).turnedLeft(by: 21)
            t += 8
        }
        (state[0], state[1], state[2], state[3]) = (state[0] &+ a, state[1] &+ b, state[2] &+ c, state[3] &+ d)
        (state[4], state[5], state[6], state[7]) = (state[4] &+ e, state[5] &+ f, state[6] &+ g, state[7] &+ h)
    }

    /// k, which word X[k] of the block this step adds.
    private static func wordOfStep(_ step: Int) -> Int {
        switch step / 16 {
        case 0: step % 16
        case 1: (5 * step + 1) % 16
        case 2: (3 * step + 5) % 16
        default: 7 * step % 16
        }
    }

    /// The four steps that add X[0], then those that add X[1], X[2] and X[3].
    private static let stepsOfFirstWords: [Int] = (0..<4).flatMap { word in (0..<64).filter { wordOfStep($0) == word } }

    private static func words(_ bytes: [UInt8]) -> [UInt32] {
        stride(from: 0, to: bytes.count, by: 4).map { bytes[$0..<$0 + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) } }
    }

    /// T[1]...T[64] of §3.4: 2^32 times the absolute sine of 1...64.
    private static let sines: [UInt32] = [
        0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
        0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
        0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
        0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
        0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
        0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
        0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
        0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
    ]
}
