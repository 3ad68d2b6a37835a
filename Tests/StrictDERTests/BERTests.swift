import Testing

@testable import StrictDER

@Suite("BER becomes the DER that means the same, and hostile BER becomes an error") struct BERTests {
    struct Row: Sendable { var ber: [UInt8], der: [UInt8], because: String }
    static let rows = [
        Row(ber: [0x30, 0x80, 0x02, 0x01, 3, 0, 0], der: [0x30, 0x03, 0x02, 0x01, 3], because: "indefinite length"),
        Row(ber: [0x30, 0x83, 0, 0, 3, 0x02, 0x01, 3], der: [0x30, 0x03, 0x02, 0x01, 3], because: "a length in more octets than needed"),
        Row(ber: [0x24, 0x80, 0x04, 1, 7, 0x04, 2, 8, 9, 0, 0], der: [0x04, 3, 7, 8, 9], because: "an octet string in segments"),
        Row(ber: [0x24, 0x80, 0x24, 0x80, 0x04, 1, 7, 0, 0, 0x04, 1, 8, 0, 0], der: [0x04, 2, 7, 8], because: "segments in segments"),
        Row(ber: [0x24, 0x80, 0, 0], der: [0x04, 0], because: "no segment at all"),
        Row(ber: [0xA0, 0x80, 0x30, 0x80, 0, 0, 0, 0], der: [0xA0, 2, 0x30, 0], because: "nested"),
        Row(ber: [0x30, 0x80, 0x30, 2, 5, 0, 0, 0], der: [0x30, 4, 0x30, 2, 5, 0], because: "definite inside indefinite"),
        Row(ber: [0x02, 0x01, 3], der: [0x02, 0x01, 3], because: "primitive"),
    ]

    @Test(arguments: rows) func normalises(_ row: Row) throws {
        let (der, read) = try BER.normalised((row.ber + [1, 2])[...])
        #expect(der == row.der, "\(row.because)")
        #expect(read == row.ber.count, "what stands behind is not read")
    }

    @Test(arguments: rows) func everyTruncationIsAnError(_ row: Row) {
        for count in row.ber.indices {
            #expect(throws: DERError.self) { try BER.normalised(row.ber[..<count]) }
        }
    }

    @Test(
        arguments: [
            [0x04, 0x80, 0, 0], [0, 0], [0x30, 2, 0, 0], [0x24, 0x80, 0x02, 1, 7, 0, 0], [0x30, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0],
            [0x30, 0xFF, 1], [0x3F, 0x20, 0],
        ] as [[UInt8]]) func refuses(bytes: [UInt8])
    { #expect(throws: DERError.self) { try BER.normalised(bytes[...]) } }

    @Test func depthIsBounded() {
        let deep = [UInt8](repeating: 0, count: 6000).enumerated().map { $0.offset.isMultiple(of: 2) ? UInt8(0x30) : 0x80 }
        #expect(throws: DERError(.overLimit(found: 33, limit: 32), field: "nesting", offset: 64)) { try BER.normalised(deep[...]) }
    }
}
