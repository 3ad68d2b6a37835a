import Testing

@testable import StrictDER

@Suite("Only DER is read, and a refusal says which field and where") struct DERReaderTests {
    struct Row: Sendable { var bytes: [UInt8], problem: DERError.Problem, offset: Int, because: String }
    static let rows = [
        Row(bytes: [], problem: .truncated, offset: 0, because: "nothing"),
        Row(bytes: [0x30], problem: .truncated, offset: 0, because: "no length"),
        Row(bytes: [0x30, 0x80, 0, 0], problem: .malformed, offset: 0, because: "indefinite length"),
        Row(bytes: [0x30, 0x81, 0x05, 0, 0, 0, 0, 0], problem: .malformed, offset: 0, because: "long form where the short one does"),
        Row(bytes: [0x30, 0x82, 0x00, 0x80] + [UInt8](repeating: 0, count: 128), problem: .malformed, offset: 0, because: "leading zero"),
        Row(bytes: [0x30, 0x85, 1, 0, 0, 0, 0], problem: .malformed, offset: 0, because: "five octets of length"),
        Row(bytes: [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], problem: .truncated, offset: 0, because: "four milliard octets"),
        Row(bytes: [0x30, 0x03, 1, 2], problem: .truncated, offset: 0, because: "one octet is missing"),
        Row(bytes: [0x30, 0x01, 1, 2], problem: .malformed, offset: 3, because: "an octet is left over"),
        Row(bytes: [0x04, 0x00], problem: .malformed, offset: 0, because: "another tag"),
    ]

    @Test(arguments: rows) func refusal(_ row: Row) {
        #expect(throws: DERError(row.problem, field: "thing", offset: row.offset), "\(row.because)") {
            try DERReader.single(DERElement.Tag.sequence, in: row.bytes[...], "thing")
        }
    }

    @Test func highTagsAreRefused() {
        var reader = DERReader([0x1F, 0x20, 0x00])
        #expect(throws: DERError(.malformed, field: "thing", offset: 0)) { try reader.next("thing") }
    }

    struct Number: Sendable { var content: [UInt8], value: Int? }
    @Test(arguments: [
        Number(content: [0], value: 0), Number(content: [0x7F], value: 127), Number(content: [0, 0x80], value: 128),
        Number(content: [0x80], value: nil), Number(content: [], value: nil), Number(content: [0, 1], value: nil),
        Number(content: [0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], value: .max),
        Number(content: [0, 0x80, 0, 0, 0, 0, 0, 0, 0], value: nil),
    ]) func integers(_ row: Number) throws {
        let element = try DERReader.single(DERElement.Tag.integer, in: DER.element(DERElement.Tag.integer, row.content)[...], "number")
        #expect((try? element.integer("number")) == row.value)
    }

    @Test(arguments: [0, 1, 127, 128, 255, 256, 65_535, 1 << 40, -1, -128, -129, Int.max, Int.min]) func integersAreWrittenShortest(
        value: Int
    ) throws {
        let bytes = DER.integer(value)
        let content = try DERReader.single(DERElement.Tag.integer, in: bytes[...], "number").content
        let back = content.reduce(content.first.map { $0 < 0x80 ? 0 : -1 } ?? 0) { $0 << 8 | Int($1) }
        #expect(back == value)
        #expect(content.count == 1 || content[content.startIndex] != (content[content.startIndex + 1] < 0x80 ? 0 : 0xFF))
    }

    @Test(arguments: [0, 1, 127, 128, 255, 256, 70_000]) func lengthsRoundTrip(count: Int) throws {
        let bytes = DER.octets([UInt8](repeating: 7, count: count))
        #expect(try DERReader.single(DERElement.Tag.octetString, in: bytes[...], "octets").content.count == count)
    }

    struct Identifier: Sendable { var dotted: String, content: [UInt8] }
    @Test(arguments: [
        Identifier(dotted: "1.2.840.113549", content: [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D]),
        Identifier(dotted: "2.5.29.37.0", content: [0x55, 0x1D, 0x25, 0x00]), Identifier(dotted: "2.999.1", content: [0x88, 0x37, 0x01]),
        Identifier(dotted: "0.9.2342", content: [0x09, 0x92, 0x26]),
    ]) func objectIdentifiers(_ row: Identifier) {
        #expect(ObjectIdentifier(dotted: row.dotted)?.content == row.content)
        #expect(ObjectIdentifier(content: row.content).description == row.dotted)
    }

    @Test(arguments: ["", "1", "1.40", "3.1", "1..2", "a.b", "-1.2"]) func noObjectIdentifiers(text: String) {
        #expect(ObjectIdentifier(dotted: text) == nil)
    }
}
