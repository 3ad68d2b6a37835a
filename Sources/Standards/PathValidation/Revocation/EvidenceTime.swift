import StrictDER

import struct FoundationEssentials.Date

/// Times in lists and answers.
enum EvidenceTime {
    /// Fractions of seconds, which RFC 6960 §4.2.1 forbids and old responders send, are read; docs/divergences.md#revocation.
    static func inAnswer(_ element: DERElement, _ field: String) throws(DERError) -> Date {
        guard element.tag == DERElement.Tag.generalizedTime else {
            throw DERError(.malformed, field: field, offset: element.encoded.startIndex)
        }
        return try date(element, field)
    }

    /// "GeneralizedTime values MUST NOT include fractional seconds", RFC 5280 §4.1.2.5.2. Either form is read for any year.
    static func inList(_ element: DERElement, _ field: String) throws(DERError) -> Date {
        // YYMMDDHHMMSSZ and YYYYMMDDHHMMSSZ
        guard element.content.count == (element.tag == DERElement.Tag.utcTime ? 13 : 15) else {
            throw DERError(.malformed, field: field, offset: element.encoded.startIndex)
        }
        return try date(element, field)
    }

    private static func date(_ element: DERElement, _ field: String) throws(DERError) -> Date {
        Date(timeIntervalSince1970: Double(try DERTime.milliseconds(element, field)) / 1000)
    }

    /// Whole seconds, rounded down. Moments that no time can say become the nearest one that can.
    static func seconds(_ date: Date) -> Int64 {
        let seconds = date.timeIntervalSince1970
        // 0001-01-01 and 9999-12-31T23:59:59.
        return seconds.isNaN ? 0 : Int64(min(max(seconds, -62_135_596_800), 253_402_300_799).rounded(.down))
    }

    static func generalized(_ date: Date) -> [UInt8] { DERTime.generalized(milliseconds: seconds(date) * 1000) }
}
