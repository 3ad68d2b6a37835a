import Crypto
import CryptoExtras

/// AES key wrap with padding (RFC 5649, NIST SP 800-38F KWP), for contents of any size: Bouncy Castle can wrap whole keystores in it. Every
/// eight bytes pass through the cipher six times, one after the other: about a second for 7 MB.
package enum AESKeyWrapPadded {
    /// RFC 5649 §3: the first half of the alternative initial value; the length follows.
    private static let constant: UInt64 = 0xA659_59A6

    /// The wrapped contents, 9...16 bytes longer than `contents`, which has 1...2^32-1 bytes; `key` has 16, 24 or 32. Throws
    /// `unusableSize` otherwise.
    package static func wrap(_ contents: ArraySlice<UInt8>, key: [UInt8]) throws(LegacyCryptographyError) -> [UInt8] {
        guard let length = UInt32(exactly: contents.count), length > 0 else { throw .unusableSize(of: .message, bytes: contents.count) }
        let cipher = try AESBlock(key: key)
        var check = constant << 32 | UInt64(length)
        var output = Array(repeating: UInt8(0), count: 8) + contents + Array(repeating: 0, count: -contents.count & 7)
        let blocks = output.count / 8 - 1
        output.withUnsafeMutableBytes { output in
            if blocks == 1 {
                let only = cipher.encrypt(check, output.number(at: 8))
                check = only.high
                output.set(only.low, at: 8)
            } else {
                // W of RFC 3394 §2.2.1.
                for step in 0..<6 * blocks {
                    let offset = 8 * (step % blocks + 1)
                    let next = cipher.encrypt(check, output.number(at: offset))
                    check = next.high ^ UInt64(step + 1)
                    output.set(next.low, at: offset)
                }
            }
            output.set(check, at: 0)
        }
        return output
    }

    /// The contents; nil when they were not wrapped with this key, or altered. Throws `unusableSize` for a key of another size than 16,
    /// 24 or 32.
    package static func unwrap(_ wrapped: ArraySlice<UInt8>, key: [UInt8]) throws(LegacyCryptographyError) -> [UInt8]? {
        let cipher = try AESBlock(key: key)
        guard wrapped.count >= 16, wrapped.count.isMultiple(of: 8) else { return nil }
        var output = Array(wrapped)
        let blocks = output.count / 8 - 1
        let check = output.withUnsafeMutableBytes { output in
            var check = output.number(at: 0)
            if blocks == 1 {
                let only = cipher.decrypt(check, output.number(at: 8))
                output.set(only.low, at: 8)
                return only.high
            }
            // The inverse of W, RFC 3394 §2.2.2.
            for step in (0..<6 * blocks).reversed() {
                let offset = 8 * (step % blocks + 1)
                let next = cipher.decrypt(check ^ UInt64(step + 1), output.number(at: offset))
                check = next.high
                output.set(next.low, at: offset)
            }
            return check
        }
        defer { output.wipe() }
        // RFC 5649 §3, all of it before the answer: constant, length, and the zeros behind the contents.
        let length = Int(check & 0xFFFF_FFFF)
        let padding = 8 * blocks - length
        let fits = (0...7).contains(padding)
        let wrongPadding = output.suffix(fits ? padding : 0).reduce(0, |)
        guard (check >> 32 ^ constant) | (fits ? 0 : 1) | UInt64(wrongPadding) == 0 else { return nil }
        return Array(output[8..<8 + length])
    }
}

/// AES on single blocks, as two big-endian halves.
private struct AESBlock {
    private let key: SymmetricKey

    init(key: [UInt8]) throws(LegacyCryptographyError) {
        guard [16, 24, 32].contains(key.count) else { throw .unusableSize(of: .key, bytes: key.count) }
        self.key = SymmetricKey(data: key)
    }

    func encrypt(_ high: UInt64, _ low: UInt64) -> (high: UInt64, low: UInt64) {
        apply(high, low) { block throws in try AES.permute(&block, key: key) }
    }
    func decrypt(_ high: UInt64, _ low: UInt64) -> (high: UInt64, low: UInt64) {
        apply(high, low) { block throws in try AES.inversePermute(&block, key: key) }
    }

    @inline(__always) private func apply(
        _ high: UInt64, _ low: UInt64, _ transform: (inout SixteenBytes) throws -> Void
    ) -> (high: UInt64, low: UInt64) {
        var block = SixteenBytes(halves: (high.bigEndian, low.bigEndian))
        do {
            try transform(&block)
        } catch {
            // Thrown for other sizes than those that `init` and the type make certain.
            preconditionFailure("AES refused a block of 16 bytes")
        }
        return (UInt64(bigEndian: block.halves.0), UInt64(bigEndian: block.halves.1))
    }
}

/// A block in the shape that `AES.permute` asks for. `Array` and `UnsafeMutableBufferPointer` have it too, but as generic types look up
/// their metadata at each of the millions of calls.
private struct SixteenBytes: MutableCollection {
    var halves: (UInt64, UInt64)

    var startIndex: Int { 0 }
    var endIndex: Int { 16 }
    var count: Int { 16 }
    func index(after index: Int) -> Int { index + 1 }
    subscript(index: Int) -> UInt8 {
        get { Swift.withUnsafeBytes(of: halves) { $0[index] } }
        set { Swift.withUnsafeMutableBytes(of: &halves) { $0[index] = newValue } }
    }
    mutating func withContiguousMutableStorageIfAvailable<Result>(
        _ body: (inout UnsafeMutableBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        try Swift.withUnsafeMutableBytes(of: &halves) { raw in
            try raw.withMemoryRebound(to: UInt8.self) { bytes in
                var bytes = bytes
                return try body(&bytes)
            }
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func number(at offset: Int) -> UInt64 { UInt64(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
    fileprivate func set(_ number: UInt64, at offset: Int) { storeBytes(of: number.bigEndian, toByteOffset: offset, as: UInt64.self) }
}
