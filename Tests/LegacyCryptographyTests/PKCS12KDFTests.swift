import Crypto
import Testing

@testable import LegacyCryptography

@Suite("PKCS#12 keys are derived as OpenSSL derives them (RFC 7292 appendix B)") struct PKCS12KDFTests {
    static func hash(_ name: String?) -> PKCS12KDF.Hash? { PKCS12KDF.Hash.allCases.first { "\($0)" == name } }

    @Test func vectors() throws {
        let rows = try DerivationRow.all(of: "pkcs12")
        #expect(Set(rows.map(\.hash)).count == PKCS12KDF.Hash.allCases.count, "no vectors")
        for row in rows {
            let expected = try #require(row.output).bytes
            let output = try PKCS12KDF.derive(
                purpose: #require(row.purpose.flatMap(PKCS12KDF.Purpose.init)), hash: #require(Self.hash(row.hash)),
                password: row.bytes(\.password),
                salt: row.bytes(\.salt), iterations: #require(row.iterations), count: expected.count)
            #expect(output == expected, "\(row)")
        }
    }

    /// OpenSSL takes no password without bytes, old writers did: then only the salt is in I.
    @Test func nothingToDeriveFrom() throws {
        let v = Array(repeating: UInt8(3), count: 64)
        let none = try PKCS12KDF.derive(purpose: .mac, hash: .sha1, password: [], salt: [], iterations: 1, count: 20)
        #expect(none == Array(Insecure.SHA1.hash(data: v)))
        let saltOnly = try PKCS12KDF.derive(purpose: .mac, hash: .sha1, password: [], salt: [1, 2], iterations: 1, count: 20)
        #expect(saltOnly == Array(Insecure.SHA1.hash(data: v + (0..<32).flatMap { _ in [1, 2] as [UInt8] })))
        #expect(try PKCS12KDF.derive(purpose: .iv, hash: .sha256, password: [1], salt: [2], iterations: 1, count: 0) == [])
    }

    @Test func refusals() {
        for iterations in [Int.min, -1, 0] {
            #expect(throws: LegacyCryptographyError.unusableIterations(iterations)) {
                try PKCS12KDF.derive(purpose: .key, hash: .sha1, password: [1], salt: [2], iterations: iterations, count: 8)
            }
        }
        for count in [Int.min, -1, 1025, Int.max] {
            #expect(throws: LegacyCryptographyError.unusableSize(of: .output, bytes: count)) {
                try PKCS12KDF.derive(purpose: .key, hash: .sha1, password: [1], salt: [2], iterations: 1, count: count)
            }
        }
    }
}
