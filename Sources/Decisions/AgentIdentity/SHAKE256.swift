/// SHAKE256 (FIPS 202 §6.2): the hash with which Java's cryptographic provider prints the fingerprint of an RSA key.
enum SHAKE256 {
    /// Bytes taken in between two permutations.
    private static let rate = 136

    static func hash(_ message: [UInt8], count: Int) -> [UInt8] {
        var state = [UInt64](repeating: 0, count: 25)
        // Suffix 1111 and the first bit of the padding, then its last bit (FIPS 202 §5.1, §6.2).
        var padded = message + [0x1F]
        padded += [UInt8](repeating: 0, count: (rate - padded.count % rate) % rate)
        padded[padded.count - 1] |= 0x80
        for start in stride(from: 0, to: padded.count, by: rate) {
            for index in 0..<rate { state[index / 8] ^= UInt64(padded[start + index]) << UInt64(8 * (index % 8)) }
            permute(&state)
        }
        var output: [UInt8] = []
        while output.count < count {
            if !output.isEmpty, output.count % rate == 0 { permute(&state) }
            let index = output.count % rate
            output.append(UInt8(truncatingIfNeeded: state[index / 8] >> UInt64(8 * (index % 8))))
        }
        return output
    }

    /// KECCAK-p[1600, 24] (FIPS 202 §3.3). Lane (x, y) is `state[x + 5 * y]`.
    private static func permute(_ state: inout [UInt64]) {
        for constant in roundConstants {
            // θ
            var columns = [UInt64](repeating: 0, count: 5)
            for index in 0..<25 { columns[index % 5] ^= state[index] }
            for index in 0..<25 { state[index] ^= columns[(index + 4) % 5] ^ rotated(columns[(index + 1) % 5], 1) }
            // ρ and π: each lane of the walk goes to the next place, turned by the triangular numbers.
            var (x, y, lane) = (1, 0, state[1])
            for step in 0..<24 {
                (x, y) = (y, (2 * x + 3 * y) % 5)
                (lane, state[x + 5 * y]) = (state[x + 5 * y], rotated(lane, (step + 1) * (step + 2) / 2 % 64))
            }
            // χ
            for row in stride(from: 0, to: 25, by: 5) {
                let lanes = Array(state[row..<row + 5])
                for column in 0..<5 { state[row + column] = lanes[column] ^ (~lanes[(column + 1) % 5] & lanes[(column + 2) % 5]) }
            }
            // ι
            state[0] ^= constant
        }
    }

    private static func rotated(_ lane: UInt64, _ count: Int) -> UInt64 { count == 0 ? lane : lane << count | lane >> (64 - count) }

    /// From the shift register of FIPS 202 §3.2.5.
    private static let roundConstants: [UInt64] = {
        var register: UInt8 = 1
        func bit() -> Bool {
            defer { register = register << 1 ^ (register & 0x80 == 0 ? 0 : 0x71) }
            return register & 1 == 1
        }
        var constants: [UInt64] = []
        for _ in 0..<24 {
            var constant: UInt64 = 0
            for power in 0..<7 where bit() { constant |= 1 << UInt64((1 << power) - 1) }
            constants.append(constant)
        }
        return constants
    }()
}
