import Crypto
import Testing

@testable import LegacyCryptography

@Suite("AES-CCM seals and opens as NIST's vectors and OpenSSL do") struct AESCCMTests {
    @Test func vectors() throws {
        let rows = try Vectors.read("authenticated", as: AuthenticatedRow.self).filter { $0.kind == "ccm" && $0.secret != nil }
        #expect(rows.count >= 200, "no vectors")
        #expect(rows.count { $0.plain == nil } >= 100, "nothing to refuse")
        for row in rows {
            let key = row.key.bytes, nonce = try #require(row.nonce).bytes, tagLength = try #require(row.tagLength)
            let secret = try #require(row.secret).bytes
            #expect(try AESCCM.open(secret[...], key: key, nonce: nonce, tagLength: tagLength) == row.plain?.bytes, "\(row)")
            if let plain = row.plain {
                #expect(try AESCCM.seal(plain.bytes[...], key: key, nonce: nonce, tagLength: tagLength) == secret, "\(row)")
            }
        }
    }

    /// As long as a message can be with that nonce, and over the edge between two chunks; the vector keeps a digest of the result.
    @Test func longMessages() throws {
        let rows = try Vectors.read("authenticated", as: AuthenticatedRow.self).filter { $0.secretSHA256 != nil }
        #expect(rows.count >= 4, "no vectors")
        for row in rows {
            let nonce = try #require(row.nonce).bytes, tagLength = try #require(row.tagLength), size = try #require(row.size)
            let plain = (0..<size).map { UInt8(truncatingIfNeeded: 7 * $0 + ($0 >> 8)) }
            let secret = try AESCCM.seal(plain[...], key: row.key.bytes, nonce: nonce, tagLength: tagLength)
            #expect(SHA256.hash(data: secret).hex == row.secretSHA256)
            #expect(try AESCCM.open(secret[...], key: row.key.bytes, nonce: nonce, tagLength: tagLength) == plain)
        }
    }

    static let key: [UInt8] = Array(0..<32), nonce: [UInt8] = Array(0..<12)

    @Test func noFlippedBitAndNoCutOpens() throws {
        let secret = try AESCCM.seal(Array(0..<37)[...], key: Self.key, nonce: Self.nonce, tagLength: 8)
        for index in secret.indices {
            for bit in 0..<8 {
                var flipped = secret
                flipped[index] ^= 1 << UInt8(bit)
                #expect(try AESCCM.open(flipped[...], key: Self.key, nonce: Self.nonce, tagLength: 8) == nil)
            }
            #expect(try AESCCM.open(secret[..<index], key: Self.key, nonce: Self.nonce, tagLength: 8) == nil)
        }
        #expect(try AESCCM.open((secret + [0])[...], key: Self.key, nonce: Self.nonce, tagLength: 8) == nil)
    }

    @Test func sizes() throws {
        for size in 0...40 where ![16, 24, 32].contains(size) {
            #expect(throws: LegacyCryptographyError.unusableSize(of: .key, bytes: size)) {
                try AESCCM.open([1], key: Array(repeating: 0, count: size), nonce: Self.nonce, tagLength: 8)
            }
        }
        for size in 0...20 where !(7...13).contains(size) {
            #expect(throws: LegacyCryptographyError.unusableSize(of: .nonce, bytes: size)) {
                try AESCCM.open([1], key: Self.key, nonce: Array(repeating: 0, count: size), tagLength: 8)
            }
        }
        for size in [Int.min, -2, 0, 2, 3, 5, 15, 17, 18, Int.max] {
            #expect(throws: LegacyCryptographyError.unusableSize(of: .tag, bytes: size)) {
                try AESCCM.open([1], key: Self.key, nonce: Self.nonce, tagLength: size)
            }
            #expect(throws: LegacyCryptographyError.unusableSize(of: .tag, bytes: size)) {
                try AESCCM.seal([1], key: Self.key, nonce: Self.nonce, tagLength: size)
            }
        }
    }

    @Test func longerThanItsLengthFieldCanSay() throws {
        let nonce = Array(repeating: UInt8(1), count: 13), longest = Array(repeating: UInt8(5), count: 65535)
        #expect(try AESCCM.seal(longest[...], key: Self.key, nonce: nonce, tagLength: 4).count == 65539)
        #expect(throws: LegacyCryptographyError.unusableSize(of: .message, bytes: 65536)) {
            try AESCCM.seal((longest + [5])[...], key: Self.key, nonce: nonce, tagLength: 4)
        }
        #expect(throws: LegacyCryptographyError.unusableSize(of: .message, bytes: 65536)) {
            try AESCCM.open((longest + [5, 1, 2, 3, 4])[...], key: Self.key, nonce: nonce, tagLength: 4)
        }
    }
}
