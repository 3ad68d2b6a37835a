package import struct Foundation.Date

/// Times in HTTP headers (RFC 9110 §5.6.7).
package enum HTTPDate {
    /// IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT`: the only form that is still sent.
    package static func read(_ text: String) -> Date? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), let year = Int(words[3]), (1970...9999).contains(year),
            let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"].firstIndex(of: words[2])
        else { return nil }
        let time = words[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (1...31).contains(day), (0..<24).contains(time[0]), (0..<60).contains(time[1]), (0...60).contains(time[2])
        else { return nil }
        // Days since 1970 in the civil calendar, whose year begins with March here: the leap day comes last.
        let shifted = (year: month < 2 ? year - 1 : year, month: (month + 10) % 12)
        let days = 365 * shifted.year + shifted.year / 4 - shifted.year / 100 + shifted.year / 400 + (153 * shifted.month + 2) / 5 + day - 1
        return Date(timeIntervalSince1970: Double((days - 719_468) * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2]))
    }
}
