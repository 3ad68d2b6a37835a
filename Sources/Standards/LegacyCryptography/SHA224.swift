import Crypto

import protocol FoundationEssentials.ContiguousBytes

/// SHA-224 (FIPS 180-4 §6.3, RFC 3874), which swift-crypto keeps to itself.
package struct SHA224: HashFunction {
    package static var blockByteCount: Int { 64 }
    private var stream = SHA2Stream<SHA2Words32>(
        // FIPS 180-4 §5.3.2.
        initialState: [
            0xc105_9ed8, 0x367c_d507, 0x3070_dd17, 0xf70e_5939, 0xffc0_0b31, 0x6858_1511, 0x64f9_8fa7, 0xbefa_4fa4,
        ])

    package init() {}
    package mutating func update(bufferPointer: UnsafeRawBufferPointer) { stream.update(bufferPointer) }
    package func finalize() -> SHA2Digest224 { SHA2Digest224(bytes: Array(stream.finalized().prefix(SHA2Digest224.byteCount))) }
}

/// SHA-512/224 (FIPS 180-4 §6.6). SHA-512/256 is `SHA512256` of CryptoExtras.
package struct SHA512_224: HashFunction {
    package static var blockByteCount: Int { 128 }
    private var stream = SHA2Stream<SHA2Words64>(
        // FIPS 180-4 §5.3.6.1.
        initialState: [
            0x8c3d_37c8_1954_4da2, 0x73e1_9966_89dc_d4d6, 0x1dfa_b7ae_32ff_9c82, 0x679d_d514_582f_9fcf,
            0x0f6d_2b69_7bd4_4da8, 0x77e3_6f73_04c4_8942, 0x3f9d_85a8_6a1d_36c8, 0x1112_e6ad_91d6_92a1,
        ])

    package init() {}
    package mutating func update(bufferPointer: UnsafeRawBufferPointer) { stream.update(bufferPointer) }
    package func finalize() -> SHA2Digest224 { SHA2Digest224(bytes: Array(stream.finalized().prefix(SHA2Digest224.byteCount))) }
}

/// 28 bytes.
package struct SHA2Digest224: Digest {
    package static var byteCount: Int { 28 }
    let bytes: [UInt8]

    package func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBytes(body)
    }
    package func makeIterator() -> Array<UInt8>.Iterator { bytes.makeIterator() }
    package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
    package static func == (left: Self, right: Self) -> Bool { equalInConstantTime(left.bytes, right.bytes) }
    package var description: String { "SHA-2 digest of 224 bits" }
}
