import SwiftASN1

import struct Foundation.Date

/// UTCTime and GeneralizedTime (RFC 5280 §4.1.2.5), read and written by hand: a list has one for every entry.
enum DERTime {
    /// Reads either form. Seconds must be there and the zone must be `Z`; fractions, which RFC 5280 forbids and RFC 6960 does not, are cut off.
    static func date(_ element: DERElement, _ field: String) throws(EvidenceError) -> Date {
        var digits = element.content
        guard digits.popLast() == UInt8(ascii: "Z") else { throw .malformed(field: field) }
        if element.tag == DERElement.Tag.generalizedTime, let point = digits.firstIndex(of: UInt8(ascii: ".")) {
            let fraction = digits[digits.index(after: point)...]
            guard !fraction.isEmpty, fraction.last != UInt8(ascii: "0"), fraction.allSatisfy(isDigit) else {
                throw .malformed(field: field)
            }
            digits = digits[..<point]
        }
        let isShort = element.tag == DERElement.Tag.utcTime
        guard isShort || element.tag == DERElement.Tag.generalizedTime, digits.count == (isShort ? 12 : 14), digits.allSatisfy(isDigit)
        else {
            throw .malformed(field: field)
        }
        func number(_ count: Int) -> Int {
            defer { digits = digits.dropFirst(count) }
            return digits.prefix(count).reduce(0) { $0 * 10 + Int($1 &- UInt8(ascii: "0")) }
        }
        var year = number(isShort ? 2 : 4)
        if isShort { year += year < 50 ? 2000 : 1900 }
        let (month, day, hour, minute, second) = (number(2), number(2), number(2), number(2), number(2))
        guard (1...12).contains(month), (1...daysIn(month, of: year)).contains(day), hour < 24, minute < 60, second < 60 else {
            throw .malformed(field: field)
        }
        return Date(timeIntervalSince1970: Double(daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second))
    }

    /// GeneralizedTime `YYYYMMDDHHMMSSZ`.
    static func generalized(_ date: Date) throws(EvidenceError) -> GeneralizedTime {
        let (year, month, day, seconds) = civil(date)
        guard
            let time = try? GeneralizedTime(
                year: year, month: month, day: day, hours: seconds / 3600, minutes: seconds / 60 % 60, seconds: seconds % 60,
                fractionalSeconds: 0)
        else { throw .malformed(field: "time") }
        return time
    }

    /// UTCTime until 2049, GeneralizedTime from then on (RFC 5280 §5.1.2.4).
    static func serialize(_ date: Date, into serializer: inout DER.Serializer) throws {
        let (year, month, day, seconds) = civil(date)
        guard (1950..<2050).contains(year) else { return try serializer.serialize(generalized(date)) }
        try serializer.serialize(
            UTCTime(year: year, month: month, day: day, hours: seconds / 3600, minutes: seconds / 60 % 60, seconds: seconds % 60))
    }

    private static func isDigit(_ octet: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) }

    private static func isLeap(_ year: Int) -> Bool { year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) }

    private static func daysIn(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days of the proleptic Gregorian calendar; the year is taken to begin in March, so that the leap day comes last.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        // 719_468 days lie between 0000-03-01 and 1970-01-01.
        return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + (monthFromMarch * 153 + 2) / 5 + day - 1 - 719_468
    }

    /// Year, month, day and second of the day, UTC. Dates outside the years 1 to 9999 become the nearest of these.
    private static func civil(_ date: Date) -> (year: Int, month: Int, day: Int, seconds: Int) {
        // 0001-01-01 and 9999-12-31T23:59:59.
        let seconds = Int(min(max(date.timeIntervalSince1970, -62_135_596_800), 253_402_300_799).rounded(.down))
        let days = seconds >= 0 ? seconds / 86_400 : -((86_399 - seconds) / 86_400)
        // The average year has 365.2425 days; the estimate is off by one at most.
        var year = 1970 + Int((Double(days) / 365.2425).rounded(.down))
        while daysSince1970(year, 1, 1) > days { year -= 1 }
        while daysSince1970(year + 1, 1, 1) <= days { year += 1 }
        var month = 1, day = days - daysSince1970(year, 1, 1)
        while day >= daysIn(month, of: year) {
            day -= daysIn(month, of: year)
            month += 1
        }
        return (year, month, day + 1, seconds - days * 86_400)
    }
}
