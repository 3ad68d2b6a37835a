import Crypto
import CryptoExtras

import protocol FoundationEssentials.ContiguousBytes

/// Keys, initialization vectors and MAC keys from a password (RFC 7292 appendix B.2).
package enum PKCS12KDF {
    /// What the bytes are for, so that no two uses share them (RFC 7292 appendix B.3).
    package enum Purpose: UInt8, Sendable { case key = 1, iv, mac }

    package enum Hash: Sendable, CaseIterable { case md5, sha1, sha224, sha256, sha384, sha512, sha512_224, sha512_256 }

    /// `count` (0...1024) bytes. `password` is used as it stands: the caller has encoded it, in PKCS#12 as UTF-16, big-endian, with two
    /// zero bytes behind. Throws when `iterations` is below 1 or `count` out of range. How many iterations are too many is the caller's
    /// to say: a hundred thousand take about 15 ms.
    package static func derive(
        purpose: Purpose, hash: Hash, password: [UInt8], salt: [UInt8], iterations: Int, count: Int
    ) throws(LegacyCryptographyError) -> [UInt8] {
        guard iterations >= 1 else { throw .unusableIterations(iterations) }
        guard (0...1024).contains(count) else { throw .unusableSize(of: .output, bytes: count) }
        let blockSize = hash.blockSize
        // D || I of the RFC, one array.
        var input = Array(repeating: purpose.rawValue, count: blockSize)
        // Room for all of it at once: no array that grew leaves a copy of the password behind.
        input.reserveCapacity(blockSize + filledSize(salt, blockSize) + filledSize(password, blockSize))
        for index in 0..<filledSize(salt, blockSize) { input.append(salt[index % salt.count]) }
        for index in 0..<filledSize(password, blockSize) { input.append(password[index % password.count]) }
        defer { input.wipe() }
        var output: [UInt8] = []
        while true {
            let digest = hash.repeated(iterations, over: input)
            output += digest.prefix(count - output.count)
            if output.count == count { return output }
            let addend = (0..<blockSize).map { digest[$0 % digest.count] }
            for start in stride(from: blockSize, to: input.count, by: blockSize) { add(addend, to: &input[start..<start + blockSize]) }
        }
    }

    /// The size of `bytes` repeated until whole blocks are full; nothing stays nothing.
    private static func filledSize(_ bytes: [UInt8], _ blockSize: Int) -> Int { (bytes.count + blockSize - 1) / blockSize * blockSize }

    /// `block` + `addend` + 1, modulo 2^(8·size), both big-endian.
    private static func add(_ addend: [UInt8], to block: inout ArraySlice<UInt8>) {
        var carry: UInt16 = 1
        for (index, byte) in zip(block.indices, addend).reversed() {
            carry += UInt16(block[index]) + UInt16(byte)
            block[index] = UInt8(truncatingIfNeeded: carry)
            carry >>= 8
        }
    }
}

extension PKCS12KDF.Hash {
    var blockSize: Int {
        switch self {
        case .md5, .sha1, .sha224, .sha256: 64
        case .sha384, .sha512, .sha512_224, .sha512_256: 128
        }
    }

    /// H(H(…H(input))), `rounds` times.
    func repeated(_ rounds: Int, over input: [UInt8]) -> [UInt8] {
        switch self {
        case .md5: RepeatedHash<Insecure.MD5>.digest(of: input, rounds: rounds)
        case .sha1: RepeatedHash<Insecure.SHA1>.digest(of: input, rounds: rounds)
        case .sha224: RepeatedHash<SHA224>.digest(of: input, rounds: rounds)
        case .sha256: RepeatedHash<SHA256>.digest(of: input, rounds: rounds)
        case .sha384: RepeatedHash<SHA384>.digest(of: input, rounds: rounds)
        case .sha512: RepeatedHash<SHA512>.digest(of: input, rounds: rounds)
        case .sha512_224: RepeatedHash<SHA512_224>.digest(of: input, rounds: rounds)
        case .sha512_256: RepeatedHash<SHA512256>.digest(of: input, rounds: rounds)
        }
    }
}

enum RepeatedHash<Function: HashFunction> {
    /// H(H(…H(input))), `rounds` times, at least once. The digests in between stay on the stack: no array is made for them.
    static func digest(of input: [UInt8], rounds: Int) -> [UInt8] {
        var digest = Function.hash(data: input)
        for _ in 1..<max(rounds, 1) {
            var function = Function()
            digest.withUnsafeBytes { function.update(bufferPointer: $0) }
            digest = function.finalize()
        }
        return Array(digest)
    }
}
