import Crypto
import CryptoExtras

import protocol FoundationEssentials.ContiguousBytes

/// PBKDF2 (RFC 8018 §5.2) with the functions that swift-crypto's own, which is quicker, does not offer.
package enum PBKDF2 {
    /// HMAC with this hash.
    package enum PseudoRandomFunction: Sendable, CaseIterable { case sha3_512, sha512_224, sha512_256 }

    /// `count` (0...1024) bytes. Throws for another count, or `iterations` below 1; how many are too many is the caller's to say.
    package static func derive(
        _ function: PseudoRandomFunction, password: [UInt8], salt: [UInt8], iterations: Int, count: Int
    ) throws(LegacyCryptographyError) -> [UInt8] {
        guard iterations >= 1 else { throw .unusableIterations(iterations) }
        guard (0...1024).contains(count) else { throw .unusableSize(of: .output, bytes: count) }
        return switch function {
        case .sha3_512: KeyedHash<SHA3_512>(key: password).stretch(salt: salt, iterations: iterations, count: count)
        case .sha512_224: KeyedHash<SHA512_224>(key: password).stretch(salt: salt, iterations: iterations, count: count)
        case .sha512_256: KeyedHash<SHA512256>(key: password).stretch(salt: salt, iterations: iterations, count: count)
        }
    }
}

/// HMAC (RFC 2104) whose key has been taken in already: every use starts from a copy of the two states.
private struct KeyedHash<Function: HashFunction> {
    private var inner = Function()
    private var outer = Function()

    init(key: [UInt8]) {
        var block = key.count > Function.blockByteCount ? Array(Function.hash(data: key)) : key
        block += Array(repeating: 0, count: Function.blockByteCount - block.count)
        for index in block.indices { block[index] ^= 0x36 }
        inner.update(data: block)
        for index in block.indices { block[index] ^= 0x36 ^ 0x5c }
        outer.update(data: block)
        block.wipe()
    }

    func stretch(salt: [UInt8], iterations: Int, count: Int) -> [UInt8] {
        var output: [UInt8] = []
        var block: UInt32 = 0
        while output.count < count {
            block += 1
            let number = withUnsafeBytes(of: block.bigEndian) { Array($0) }
            var last = (salt + number).withUnsafeBytes { authenticationCode(of: $0) }
            var sum = Array(last)
            for _ in 1..<iterations {
                last = last.withUnsafeBytes { authenticationCode(of: $0) }
                last.withUnsafeBytes { bytes in
                    for index in sum.indices { sum[index] ^= bytes[index] }
                }
            }
            output += sum.prefix(count - output.count)
        }
        return output
    }

    private func authenticationCode(of message: UnsafeRawBufferPointer) -> Function.Digest {
        var inner = inner, outer = outer
        inner.update(bufferPointer: message)
        inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
        return outer.finalize()
    }
}
