import Testing

@testable import LegacyCryptography

@Suite("AES key wrap with padding does what RFC 5649, NIST's vectors and OpenSSL do") struct AESKeyWrapPaddedTests {
    @Test func vectors() throws {
        let rows = try Vectors.read("authenticated", as: AuthenticatedRow.self).filter { $0.kind == "kwp" }
        #expect(rows.count >= 150, "no vectors")
        #expect(rows.count { $0.plain == nil } >= 10, "nothing to refuse")
        for row in rows {
            let secret = try #require(row.secret).bytes
            #expect(try AESKeyWrapPadded.unwrap(secret[...], key: row.key.bytes) == row.plain?.bytes, "\(row)")
            if let plain = row.plain { #expect(try AESKeyWrapPadded.wrap(plain.bytes[...], key: row.key.bytes) == secret, "\(row)") }
        }
    }

    /// RFC 5649 §6.
    @Test func rfc5649() throws {
        let key = Hex("5840df6e29b02af1 ab493b705bf16ea1 ae8338f4dcc176a8").bytes
        let twenty = Hex("c37b7e6492584340 bed1220780894115 5068f738").bytes, seven = Hex("466f7250617369").bytes
        let wrappedTwenty = "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a"
        #expect(try AESKeyWrapPadded.wrap(twenty[...], key: key).hex == wrappedTwenty)
        #expect(try AESKeyWrapPadded.wrap(seven[...], key: key).hex == "afbeb0f07dfbf5419200f2ccb50bb24f")
    }

    @Test func noFlippedBitAndNoCutUnwraps() throws {
        let key: [UInt8] = Array(0..<16)
        for size in [5, 8, 21] {
            let wrapped = try AESKeyWrapPadded.wrap(Array(repeating: 7, count: size)[...], key: key)
            for index in wrapped.indices {
                for bit in 0..<8 {
                    var flipped = wrapped
                    flipped[index] ^= 1 << UInt8(bit)
                    #expect(try AESKeyWrapPadded.unwrap(flipped[...], key: key) == nil)
                }
                #expect(try AESKeyWrapPadded.unwrap(wrapped[..<index], key: key) == nil)
                #expect(try AESKeyWrapPadded.unwrap(wrapped[index...].dropFirst(), key: key) == nil)
            }
        }
    }

    @Test func sizes() {
        #expect(throws: LegacyCryptographyError.unusableSize(of: .message, bytes: 0)) {
            try AESKeyWrapPadded.wrap([], key: Array(repeating: 0, count: 16))
        }
        for size in 0...40 where ![16, 24, 32].contains(size) {
            let key = Array(repeating: UInt8(0), count: size)
            #expect(throws: LegacyCryptographyError.unusableSize(of: .key, bytes: size)) { try AESKeyWrapPadded.wrap([1], key: key) }
            #expect(throws: LegacyCryptographyError.unusableSize(of: .key, bytes: size)) { try AESKeyWrapPadded.unwrap([1], key: key) }
        }
    }
}
