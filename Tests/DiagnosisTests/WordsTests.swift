import Foundation
import Testing

@testable import Diagnosis

@Suite("What findings print is exact: times in UTC, and commands that a shell takes as they were meant")
struct WordsTests {
    struct Moment: Sendable { var seconds: Double, text: String }
    static let moments = [
        Moment(seconds: 0, text: "1970-01-01T00:00:00Z"), Moment(seconds: -1, text: "1969-12-31T23:59:59Z"),
        Moment(seconds: 951_782_400, text: "2000-02-29T00:00:00Z"), Moment(seconds: 1_795_521_600.9, text: "2026-11-24T12:00:00Z"),
        Moment(seconds: 4_107_542_400, text: "2100-03-01T00:00:00Z"), Moment(seconds: 1e300, text: "9999-12-31T23:59:59Z"),
    ]
    @Test(arguments: moments) func time(_ moment: Moment) {
        #expect(Words.time(Date(timeIntervalSince1970: moment.seconds)) == moment.text)
    }

    @Test func distances() {
        let now = Date(timeIntervalSince1970: 1_000_000_000)
        #expect(Words.time(now.addingTimeInterval(-3 * 86_400), from: now).hasSuffix("(3 days ago)"))
        #expect(Words.time(now.addingTimeInterval(90 * 60), from: now).hasSuffix("(in 90 minutes)"))
    }

    static let arguments = ["plain", "", "a b", "it's", "$(rm -rf x)", "`x`", "a;b", "[::1]:636", "ü", "new\nline", "*", "\\"]
    @Test(arguments: arguments) func quoting(_ argument: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "printf %s " + Words.quoted(argument)]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(String(decoding: output, as: UTF8.self) == argument)
    }
}

@Suite("A finding's JSON has the catalogue's shape")
struct FindingShapeTests {
    @Test func shape() throws {
        let finding = Finding(
            id: "a.b", severity: .warning, subject: "s", summary: "m", cause: "c", evidence: ["k": "v"], fixes: [.init("e")],
            vendorMessages: ["v"],
            references: ["r"])
        let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(finding)) as? [String: Any]
        let keys = try #require(object).keys.sorted()
        #expect(keys == ["cause", "evidence", "fixes", "id", "references", "severity", "subject", "summary", "vendorMessages"])
        let fix = try #require((object?["fixes"] as? [[String: Any]])?.first)
        #expect(fix["command"] is NSNull && fix["safe"] as? Bool == true)
        #expect(try JSONDecoder().decode(Finding.self, from: JSONEncoder().encode(finding)) == finding)
    }
}
