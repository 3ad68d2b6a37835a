import Foundation

@testable import JavaKeystore

/// See `Vectors/bouncycastle/README.md`.
enum BouncyCastleVectors {
    static let password = KeystorePassword("Vector-0"), passwordOfAES = KeystorePassword("another")
    static let closed = ["ccm.bcfks", "kwp-sha3.bcfks", "scrypt.bcfks"]
    static let signed = ["signed-p384", "signed-p521-sha3", "signed-rsa", "signed-rsa-sha3"]
    static let aes: [UInt8] = Array(0..<16)

    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Vectors/bouncycastle")
        return Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// Derivations of an altered file stay as short as those of the files themselves.
    static var limits: KeystoreLimits {
        var limits = KeystoreLimits()
        (limits.iterations, limits.totalIterations, limits.scryptBlockSize) = (3000, 20_000, 4)
        return limits
    }

    /// Copies that lack bytes at the end, and copies with one bit turned: every bit of the first `head` bytes and of the last `tail`, and
    /// one of each byte between them, which is cipher text, where one bit is as good as another.
    static func altered(_ bytes: [UInt8], head: Int = .max, tail: Int = 0, _ body: ([UInt8], String) throws -> Void) rethrows {
        for count in bytes.indices { try body(Array(bytes.prefix(count)), "first \(count) bytes") }
        var copy = bytes
        for index in bytes.indices {
            for bit in 0..<8 where bit == index % 8 || index < head || index >= bytes.count - tail {
                copy[index] ^= 1 << UInt8(bit)
                try body(copy, "bit \(bit) of byte \(index)")
                copy[index] = bytes[index]
            }
        }
    }
}
