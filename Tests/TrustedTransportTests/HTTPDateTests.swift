import Foundation
import Testing

@testable import TrustedTransport

@Suite("Times in HTTP headers are read") struct HTTPDateTests {
    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Tue, 29 Feb 2028 23:59:59 GMT", 1_835_481_599),
        ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400), ("Wed, 25 Nov 2026 23:21:44 GMT", 1_795_648_904),
    ])
    func dates(text: String, seconds: Double) { #expect(HTTPDate.read(text)?.timeIntervalSince1970 == seconds) }

    @Test(arguments: [
        "", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 99 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
    ])
    func others(text: String) { #expect(HTTPDate.read(text) == nil) }

    @Test func everyDayOfFourCenturies() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        for day in stride(from: 0, to: 146_097, by: 13) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 43_200)
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let text = "Xxx, \(parts.day ?? 0) \(names[(parts.month ?? 1) - 1]) \(parts.year ?? 0) 12:00:00 GMT"
            #expect(HTTPDate.read(text) == date, "\(text)")
        }
    }
}
