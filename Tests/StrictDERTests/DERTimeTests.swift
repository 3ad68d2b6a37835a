import Testing

@testable import StrictDER

@Suite("Times are read and written as the calendar has them") struct DERTimeTests {
    struct Row: Sendable { var tag: UInt8, text: String, milliseconds: Int64? }
    static let rows = [
        // Seconds since 1970 by GNU date.
        Row(tag: 0x17, text: "700101000000Z", milliseconds: 0), Row(tag: 0x17, text: "491231235959Z", milliseconds: 2_524_607_999_000),
        Row(tag: 0x17, text: "500101000000Z", milliseconds: -631_152_000_000),
        Row(tag: 0x18, text: "20000229120000Z", milliseconds: 951_825_600_000),
        Row(tag: 0x18, text: "20261125013553.4Z", milliseconds: 1_795_570_553_400),
        Row(tag: 0x18, text: "20261125013553.123456Z", milliseconds: 1_795_570_553_123),
        Row(tag: 0x18, text: "00010101000000Z", milliseconds: -62_135_596_800_000),
        Row(tag: 0x18, text: "99991231235959Z", milliseconds: 253_402_300_799_000),
        Row(tag: 0x17, text: "20000229120000Z", milliseconds: nil), Row(tag: 0x18, text: "20010229120000Z", milliseconds: nil),
        Row(tag: 0x18, text: "20261125013553.40Z", milliseconds: nil), Row(tag: 0x18, text: "20261125013553.Z", milliseconds: nil),
        Row(tag: 0x18, text: "20261125013553+0100", milliseconds: nil), Row(tag: 0x18, text: "20261125246060Z", milliseconds: nil),
        Row(tag: 0x17, text: "7001010000Z", milliseconds: nil), Row(tag: 0x04, text: "20000229120000Z", milliseconds: nil),
    ]

    @Test(arguments: rows) func reading(_ row: Row) throws {
        let element = try DERReader.single(row.tag, in: DER.element(row.tag, Array(row.text.utf8))[...], "time")
        #expect((try? DERTime.milliseconds(element, "time")) == row.milliseconds)
    }

    @Test(arguments: [0, 1, -1, 999, 951_825_600_000, 951_868_799_999, -62_135_596_800_000, 253_402_300_799_999, 1_795_570_553_120])
    func writingAndReadingBack(milliseconds: Int64) throws {
        var reader = DERReader(DERTime.generalized(milliseconds: milliseconds)[...])
        #expect(try DERTime.milliseconds(reader.next("time"), "time") == milliseconds)
    }

    @Test func outsideTheCalendarTheNearest() {
        #expect(DERTime.generalized(milliseconds: .max) == DERTime.generalized(milliseconds: 253_402_300_799_999))
        #expect(DERTime.generalized(milliseconds: .min) == DERTime.generalized(milliseconds: -62_135_596_800_000))
        #expect(DERTime.certificate(seconds: .max).first == DERElement.Tag.generalizedTime)
    }

    @Test func certificatesChangeFormIn2050() {
        #expect(DERTime.certificate(seconds: 2_524_607_999) == [0x17, 13] + Array("491231235959Z".utf8))
        #expect(DERTime.certificate(seconds: 2_524_608_000) == [0x18, 15] + Array("20500101000000Z".utf8))
    }

    @Test func forPeople() { #expect(CivilTime(milliseconds: 1_795_570_553_123).rfc3339 == "2026-11-25T01:35:53Z") }
}
