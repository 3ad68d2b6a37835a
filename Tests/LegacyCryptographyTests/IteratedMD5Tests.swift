import Testing

@testable import LegacyCryptography

@Suite("The keys of JCEKS entries are derived as SunJCE derives them") struct IteratedMD5Tests {
    @Test func sunJCE() throws {
        let rows = try DerivationRow.all(of: "sunJCE")
        #expect(rows.count >= 50, "no vectors")
        for row in rows {
            let derived = try IteratedMD5.derive(
                salt: row.bytes(\.salt), password: row.bytes(\.password), iterations: #require(row.iterations))
            let clear = try InsecureTripleDES.decryptCBC(
                #require(row.secret).bytes[...], key: Array(derived[..<24]), iv: Array(derived[24...]))
            #expect(PKCS7Padding.remove(from: clear, blockSize: 8) == row.plain?.bytes, "\(row)")
        }
    }

    @Test func oldReleases() throws {
        let rows = try DerivationRow.all(of: "iteratedMD5")
        #expect(rows.count >= 100, "no vectors")
        for row in rows {
            let salt = try row.bytes(\.salt), iterations = try #require(row.iterations)
            let old = try IteratedMD5.derive(salt: salt, password: row.bytes(\.password), iterations: iterations, swappedAsOldJDK: true)
            #expect(old == row.output?.bytes, "\(row)")
            // The slip shows with equal halves only, and not where turning the half round changes nothing.
            let new = try IteratedMD5.derive(salt: salt, password: row.bytes(\.password), iterations: iterations)
            #expect((old == new) == (salt[..<4] != salt[4...] || Set(salt).count == 1), "\(row)")
        }
    }

    @Test func refusals() {
        for size in 0...20 where size != 8 {
            #expect(throws: LegacyCryptographyError.unusableSize(of: .salt, bytes: size)) {
                try IteratedMD5.derive(salt: Array(repeating: 1, count: size), password: [1], iterations: 1)
            }
        }
        for iterations in [Int.min, -1, 0] {
            #expect(throws: LegacyCryptographyError.unusableIterations(iterations)) {
                try IteratedMD5.derive(salt: Array(repeating: 1, count: 8), password: [1], iterations: iterations)
            }
        }
    }
}
