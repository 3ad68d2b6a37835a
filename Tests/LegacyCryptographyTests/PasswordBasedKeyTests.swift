import Testing

@testable import LegacyCryptography

@Suite("PBKDF1 and PBKDF2 give what other implementations give") struct PasswordBasedKeyTests {
    @Test func pbkdf1() throws {
        let rows = try DerivationRow.all(of: "pbkdf1")
        #expect(rows.count >= 5, "no vectors")
        for row in rows {
            let iterations = try #require(row.iterations)
            #expect(
                try PBKDF1.deriveWithMD5(password: row.bytes(\.password), salt: row.bytes(\.salt), iterations: iterations)
                    == row.output?.bytes, "\(row)")
        }
        #expect(throws: LegacyCryptographyError.unusableIterations(0)) { try PBKDF1.deriveWithMD5(password: [], salt: [], iterations: 0) }
        for count in [-1, 17] {
            #expect(throws: LegacyCryptographyError.unusableSize(of: .output, bytes: count)) {
                try PBKDF1.deriveWithMD5(password: [], salt: [], iterations: 1, count: count)
            }
        }
    }

    @Test(arguments: PBKDF2.PseudoRandomFunction.allCases) func pbkdf2(_ function: PBKDF2.PseudoRandomFunction) throws {
        let rows = try DerivationRow.all(of: "pbkdf2").filter { $0.hash == "\(function)" }
        #expect(rows.count >= 20, "no vectors")
        for row in rows {
            let expected = try #require(row.output).bytes
            let output = try PBKDF2.derive(
                function, password: row.bytes(\.password), salt: row.bytes(\.salt), iterations: #require(row.iterations),
                count: expected.count)
            #expect(output == expected, "\(row)")
        }
        #expect(try PBKDF2.derive(function, password: [], salt: [], iterations: 1, count: 0) == [])
        #expect(throws: LegacyCryptographyError.unusableIterations(0)) {
            try PBKDF2.derive(function, password: [], salt: [], iterations: 0, count: 1)
        }
        for count in [-1, 1025] {
            #expect(throws: LegacyCryptographyError.unusableSize(of: .output, bytes: count)) {
                try PBKDF2.derive(function, password: [], salt: [], iterations: 1, count: count)
            }
        }
    }
}
