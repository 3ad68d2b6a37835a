import Testing

@testable import JavaKeystore

@Suite("A hostile keystore gets an error that says where, and no memory beyond its size") struct JKSHostileTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var bytes: [UInt8], error: KeystoreError, testDescription: String
        init(_ bytes: [UInt8], _ error: KeystoreError, _ why: String) { (self.bytes, self.error, testDescription) = (bytes, error, why) }
    }
    static let head: [UInt8] = [0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2]
    static let certificateEntry: [UInt8] = [0, 0, 0, 2, 0, 0] + Array(repeating: 0, count: 8)
    static let keyEntry: [UInt8] = [0, 0, 0, 1, 0, 0] + Array(repeating: 0, count: 8)

    static let rows = [
        Row([], .truncated(field: "format marker", offset: 0), "empty"),
        Row([1, 2, 3, 4, 5], .unknownFormat(beginning: "0102030405"), "no keystore"),
        Row([0xCE, 0xCE, 0xCE, 0xCE, 0], .truncated(field: "version", offset: 4), "JCEKS"),
        Row([0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 3], .unsupportedVersion(3), "version 3"),
        Row(head + [0x7F, 0xFF, 0xFF, 0xFF], .truncated(field: "entry tag", offset: 12), "two milliard entries"),
        Row(head + [0, 0, 0, 1, 0, 0, 0, 9] + Array(repeating: 0, count: 10), .malformed(field: "entry tag", offset: 12), "tag 9"),
        Row(head + [0, 0, 0, 1, 0, 0, 0, 3] + Array(repeating: 0, count: 10), .malformed(field: "entry tag", offset: 12), "secret key"),
        Row(head + [0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 0xF0], .malformed(field: "alias", offset: 18), "four-byte UTF-8"),
        Row(head + [0, 0, 0, 1] + keyEntry + [0xFF, 0xFF, 0xFF, 0xFB], .malformed(field: "private key", offset: 26), "length -5"),
        Row(head + [0, 0, 0, 1] + keyEntry + [0x7F, 0xFF, 0xFF, 0xFF], .truncated(field: "private key", offset: 30), "length 2^31-1"),
        Row(
            head + [0, 0, 0, 1] + keyEntry + [0, 0, 0, 0, 0xFF, 0, 0, 0], .malformed(field: "number of certificates", offset: 30),
            "negative chain"),
        Row(
            head + [0, 0, 0, 1] + certificateEntry + [0, 3, 0xED, 0xA0, 0x80, 0, 0, 0, 0],
            .malformed(field: "certificate type", offset: 26), "lone surrogate as certificate type"),
    ]

    @Test(arguments: rows) func error(_ row: Row) {
        #expect(throws: row.error) { try Keystore.read(row.bytes, password: nil) }
        #expect(throws: row.error) { try Keystore.read(row.bytes, password: Samples.password) }
    }

    @Test func negativeNumberOfEntriesIsNone() throws {
        let contents = Self.head + [0xFF, 0xFF, 0xFF, 0xFF]
        let bytes = contents + SunLayout.digest(of: contents[...], password: Samples.password)
        #expect(try Keystore.read(bytes, password: Samples.password).keystore.entries.isEmpty)
    }

    @Test func emptyEntriesByTheThousandAreOverTheLimit() {
        let number = 100_000
        let entry = Self.certificateEntry + [0, 0, 0, 0, 0, 0]
        let bytes = Self.head + [0, 1, 0x86, 0xA0] + Array(repeatElement(entry, count: number).joined()) + Array(repeating: 0, count: 20)
        #expect(throws: KeystoreError.self) { try Keystore.read(bytes, password: nil) }
        do {
            _ = try Keystore.read(bytes, password: nil)
        } catch {
            guard case .overLimit(_, let found, let limit) = error else { return #expect(Bool(false), "\(error)") }
            #expect(found == limit + 1)
            #expect(limit < number)
        }
    }

    @Test func randomBytesBehindAGenuineHeadNeverTrap() {
        var generator = SplitMix(state: 7)
        for _ in 0..<3000 {
            let count = Int(generator.next() % 96)
            // Small values make lengths that fit, so that the reader gets deep.
            let tail = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() % 3 == 0 ? generator.next() : generator.next() % 3)
            }
            _ = try? Keystore.read(Self.head + [0, 0, 0, 2] + tail, password: nil)
            _ = KeystoreFormat.probe(tail)
            _ = try? ProtectedKey(.sun, stored: ([0x30] + tail)[...]).open(password: Samples.password)
            _ = try? Keystore.read(JCEKSHostileTests.head + [0xAC, 0xED, 0, 5, 0x73, 0x72] + tail, password: nil)
        }
    }
}

/// The same numbers in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
