/// UTCTime and GeneralizedTime (X.690 §11.7, RFC 5280 §4.1.2.5), read and written by hand: a list has one for every entry.
public enum DERTime {
    /// Milliseconds since 1970, UTC. Reads either form. Seconds must be there and the zone must be `Z`; fractions, which RFC 5280 forbids and
    /// RFC 6960 and keystores do not, are cut off after the millisecond.
    public static func milliseconds(_ element: DERElement, _ field: String) throws(DERError) -> Int64 {
        let malformed = DERError(.malformed, field: field, offset: element.encoded.startIndex)
        var digits = element.content
        guard digits.popLast() == UInt8(ascii: "Z") else { throw malformed }
        var milliseconds = 0
        if element.tag == DERElement.Tag.generalizedTime, let point = digits.firstIndex(of: UInt8(ascii: ".")) {
            let fraction = digits[digits.index(after: point)...]
            guard !fraction.isEmpty, fraction.last != UInt8(ascii: "0"), fraction.allSatisfy(isDigit) else { throw malformed }
            let three = fraction.prefix(3).reduce(0) { $0 * 10 + Int($1 &- UInt8(ascii: "0")) }
            milliseconds = fraction.count >= 3 ? three : three * (fraction.count == 2 ? 10 : 100)
            digits = digits[..<point]
        }
        let isShort = element.tag == DERElement.Tag.utcTime
        guard isShort || element.tag == DERElement.Tag.generalizedTime, digits.count == (isShort ? 12 : 14), digits.allSatisfy(isDigit)
        else { throw malformed }
        var position = digits.startIndex
        func number(_ count: Int) -> Int {
            defer { position += count }
            var value = 0
            for octet in position..<position + count { value = value * 10 + Int(digits[octet] &- UInt8(ascii: "0")) }
            return value
        }
        var year = number(isShort ? 2 : 4)
        if isShort { year += year < 50 ? 2000 : 1900 }
        let (month, day, hour, minute, second) = (number(2), number(2), number(2), number(2), number(2))
        guard (1...12).contains(month), (1...daysIn(month, of: year)).contains(day), hour < 24, minute < 60, second < 60 else {
            throw malformed
        }
        let seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        return Int64(seconds) * 1000 + Int64(milliseconds)
    }

    /// GeneralizedTime `YYYYMMDDHHMMSS[.fff]Z`, the fraction without trailing zeros and absent when zero (X.690 §11.7).
    public static func generalized(milliseconds: Int64) -> [UInt8] {
        let time = CivilTime(milliseconds: milliseconds)
        var text = time.text(yearDigits: 4)
        if time.millisecond > 0 {
            text.append(UInt8(ascii: "."))
            append(time.millisecond, digits: 3, to: &text)
            while text.last == UInt8(ascii: "0") { text.removeLast() }
        }
        return DER.element(DERElement.Tag.generalizedTime, text + [UInt8(ascii: "Z")])
    }

    /// UTCTime until 2049, GeneralizedTime before 1950 and from 2050 on, whole seconds (RFC 5280 §4.1.2.5).
    public static func certificate(seconds: Int64) -> [UInt8] {
        let time = CivilTime(milliseconds: min(max(seconds, CivilTime.first / 1000), CivilTime.last / 1000) * 1000)
        guard (1950..<2050).contains(time.year) else { return generalized(milliseconds: time.milliseconds) }
        return DER.element(DERElement.Tag.utcTime, time.text(yearDigits: 2) + [UInt8(ascii: "Z")])
    }

    private static func isDigit(_ octet: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) }

    /// Appends the last `count` digits of a number that is not negative.
    static func append(_ number: Int, digits count: Int, to text: inout [UInt8]) {
        var divisor = (1..<count).reduce(1) { value, _ in value * 10 }
        while divisor > 0 {
            text.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }

    private static func isLeap(_ year: Int) -> Bool { year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) }

    static func daysIn(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days of the proleptic Gregorian calendar; the year is taken to begin in March, so that the leap day comes last.
    static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let monthFromMarch = (month + 9) % 12
        // 719_468 days lie between 0000-03-01 and 1970-01-01.
        return marchYear * 365 + marchYear / 4 - marchYear / 100 + marchYear / 400 + (monthFromMarch * 153 + 2) / 5 + day - 1 - 719_468
    }
}

/// A moment as the calendar writes it, UTC.
public struct CivilTime: Hashable, Sendable {
    /// 0001-01-01 and the last millisecond of 9999: what GeneralizedTime can say. Moments outside become the nearest of these.
    static let first: Int64 = -62_135_596_800_000
    static let last: Int64 = 253_402_300_799_999

    public var year: Int
    public var month: Int
    public var day: Int
    public var hour: Int
    public var minute: Int
    public var second: Int
    public var millisecond: Int
    let milliseconds: Int64

    public init(milliseconds: Int64) {
        let moment = min(max(milliseconds, Self.first), Self.last)
        self.milliseconds = moment
        let days = Int((moment - Self.modulo(moment, 86_400_000)) / 86_400_000)
        let rest = Int(Self.modulo(moment, 86_400_000))
        (hour, minute, second, millisecond) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60, rest % 1000)
        // The average year has 365.2425 days; the estimate is off by one at most.
        var year = 1970 + days * 10_000 / 3_652_425
        while DERTime.daysSince1970(year, 1, 1) > days { year -= 1 }
        while DERTime.daysSince1970(year + 1, 1, 1) <= days { year += 1 }
        var month = 1
        var day = days - DERTime.daysSince1970(year, 1, 1)
        while day >= DERTime.daysIn(month, of: year) {
            day -= DERTime.daysIn(month, of: year)
            month += 1
        }
        (self.year, self.month, self.day) = (year, month, day + 1)
    }

    private static func modulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let rest = value % divisor
        return rest < 0 ? rest + divisor : rest
    }

    /// RFC 3339 in UTC, whole seconds: `2026-11-25T01:35:53Z`.
    public var rfc3339: String {
        var text: [UInt8] = []
        text.reserveCapacity(20)
        DERTime.append(year, digits: 4, to: &text)
        for (mark, number) in [("-", month), ("-", day), ("T", hour), (":", minute), (":", second)] as [(Unicode.Scalar, Int)] {
            text.append(UInt8(ascii: mark))
            DERTime.append(number, digits: 2, to: &text)
        }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// `20261125013553`, the year with its last digits.
    func text(yearDigits: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(20)
        DERTime.append(year, digits: yearDigits, to: &text)
        for number in [month, day, hour, minute, second] { DERTime.append(number, digits: 2, to: &text) }
        return text
    }
}
