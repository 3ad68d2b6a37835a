import Crypto
import Foundation
import Testing

@testable import LegacyCryptography

@Suite("SHA-224 and SHA-512/224 hash as published, and HMAC works over them") struct HashTests {
    /// RFC 3874 §3 and NIST's examples for FIPS 180-4.
    @Test func published() {
        let twoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        #expect(SHA224.hash(data: Array("abc".utf8)).hex == "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7")
        #expect(SHA224.hash(data: Array(twoBlocks.utf8)).hex == "75388b16512776cc5dba5da1fd890150b0c6455cb4f58b1952522525")
        #expect(
            SHA224.hash(data: Array(repeating: UInt8(ascii: "a"), count: 1_000_000)).hex
                == "20794655980c91d8bbb4c1ea97618a4bf03f42581948b2ee4ee7ad67")
        #expect(SHA512_224.hash(data: Array("abc".utf8)).hex == "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa")
    }

    @Test func everyLengthUpToThreeHundred() throws {
        func every<Function: HashFunction>(_ function: Function.Type) -> String {
            var all = SHA256()
            for size in 0...300 { all.update(data: Array(function.hash(data: (0..<size).map { UInt8(truncatingIfNeeded: $0) }))) }
            return all.finalize().hex
        }
        let rows = try DerivationRow.all(of: "lengths")
        #expect(rows.first { $0.hash == "sha224" }?.output?.bytes.hex == every(SHA224.self))
        #expect(rows.first { $0.hash == "sha512_224" }?.output?.bytes.hex == every(SHA512_224.self))
    }

    @Test func inPiecesAndFromACopy() {
        let message: [UInt8] = Array(0..<250)
        for size in [1, 3, 63, 64, 65, 127, 128, 129] {
            var pieces = SHA224(), longPieces = SHA512_224()
            for start in stride(from: 0, to: message.count, by: size) {
                // Finishing does not end a stream.
                _ = pieces.finalize()
                pieces.update(data: message[start..<min(start + size, message.count)])
                longPieces.update(data: message[start..<min(start + size, message.count)])
            }
            #expect(pieces.finalize() == SHA224.hash(data: message))
            #expect(longPieces.finalize() == SHA512_224.hash(data: message))
        }
    }

    /// RFC 4231 §4.2, §4.3 and §4.7, a key longer than a block.
    @Test func hmac() {
        func code(_ key: [UInt8], _ message: String) -> String {
            HMAC<SHA224>.authenticationCode(for: Array(message.utf8), using: SymmetricKey(data: key)).hex
        }
        #expect(code(Array(repeating: 0x0b, count: 20), "Hi There") == "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22")
        #expect(code(Array("Jefe".utf8), "what do ya want for nothing?") == "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44")
        #expect(
            code(Array(repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First")
                == "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e")
    }

    @Test func digestsTellNothing() {
        #expect("\(SHA224.hash(data: Array("abc".utf8)))" == "SHA-2 digest of 224 bits")
    }
}
