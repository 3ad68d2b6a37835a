import struct Foundation.Date

/// How findings write times, lists and commands.
enum Words {
    /// RFC 3339, UTC, whole seconds.
    static func time(_ date: Date) -> String {
        let total = Int(max(-62_135_596_800, min(253_402_300_799, date.timeIntervalSince1970.rounded(.down))))
        let (days, second) = total.quotientAndRemainder(flooringBy: 86_400)
        let (year, month, day) = civil(days)
        return
            "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T\(pad(second / 3_600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2))Z"
    }

    /// With how far that is from `now`: `2026-11-24T10:00:00Z (3 days ago)`.
    static func time(_ date: Date, from now: Date) -> String {
        let seconds = date.timeIntervalSince(now)
        return "\(time(date)) (\(seconds < 0 ? "\(span(seconds)) ago" : "in \(span(seconds))"))"
    }

    /// In the largest unit of which there are at least two.
    static func span(_ seconds: Double) -> String {
        let span = min(abs(seconds), 1e11)
        if span < 120 { return "\(Int(span)) seconds" }
        if span < 7_200 { return "\(Int(span / 60)) minutes" }
        return span < 172_800 ? "\(Int(span / 3_600)) hours" : "\(Int(span / 86_400)) days"
    }

    static func list(_ items: [String], limit: Int = 8) -> String {
        let shown = items.prefix(limit).joined(separator: ", ")
        return items.count > limit ? "\(shown) and \(items.count - limit) more" : shown
    }

    /// A stranger's text on one line, short and without control characters.
    static func printable(_ text: String, limit: Int = 200) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.prefix(limit).map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }

    /// One argument for a POSIX shell.
    static func quoted(_ argument: String) -> String {
        let plain =
            !argument.isEmpty
            && argument.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "-._/:=@%+,[]".utf8.contains(byte)
            }
        // A bracket is a pattern to the shell, but one that stands for itself when no file matches is not safe enough.
        if plain, !argument.contains("["), !argument.contains("]") { return argument }
        return "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    private static func pad(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Days since 1970-01-01 to a date of the proleptic Gregorian calendar, by counting in 400-year eras that begin on 1 March.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(flooringBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Int {
    fileprivate func quotientAndRemainder(flooringBy divisor: Int) -> (Int, Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
