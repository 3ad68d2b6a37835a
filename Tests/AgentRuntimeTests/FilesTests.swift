import Foundation
import LocalFiles
import Testing

@testable import AgentRuntime

@Suite("A home is held by one process at a time") struct ProcessLockTests {
    @Test("One process per home, however the other one ended") func lock() throws {
        let home = try TemporaryHome()
        do {
            let lock = try ProcessLock(home: home.path)
            #expect(AgentStatusReport.isRunning(home: home.path))
            #expect(throws: FileFailure.locked(path: home("work/mid.pid"))) { try ProcessLock(home: home.path) }
            withExtendedLifetime(lock) {}
        }
        #expect(!AgentStatusReport.isRunning(home: home.path))
        _ = try ProcessLock(home: home.path)
    }
}

@Suite("The log has the vendor's shape, and no input forges a line or leaks a secret") struct AgentLogTests {
    @Test func shape() throws {
        let home = try TemporaryHome()
        let log = try AgentLog(folder: home("logs"))
        log.write(thread: "main", "one\r\nforged\u{1B}[31m")
        log.write(.severe, thread: "StartupSequencer", "two")
        log.write(.debug, thread: "main", "not shown")
        let lines = try String(contentsOfFile: home("logs/agent0.log.0"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].wholeMatch(of: /\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d \(\d{3}\) main one  forged \[31m/) != nil)
        #expect(lines[1].hasSuffix("StartupSequencer SEVERE *** ERROR *** two"))
    }

    @Test func rotation() throws {
        let home = try TemporaryHome()
        let log = try AgentLog(folder: home("logs"), fileBytes: 200)
        for number in 0..<100 { log.write(thread: "main", "line \(number)") }
        #expect(try Files.list(home("logs")) == (0..<5).map { "agent0.log.\($0)" })
        #expect(try String(contentsOfFile: home("logs/agent0.log.0"), encoding: .utf8).contains("line 99"))
    }

    static let sources = [
        ("https://a.b.com/x?x=z", "https://a.b.com/x?x=z"),
        ("https://user:word@a.b.com/x", "https://a.b.com/x"),
        ("https://a.b.com/x?api_key=abc&y=1", "https://a.b.com/x?api_key=…&y=1"),
        ("https://a.b.com/p@th?Token=abc", "https://a.b.com/p@th?Token=…"),
        ("a.b.com:443", "a.b.com:443"),
    ]
    @Test(arguments: sources) func redaction(_ source: String, _ shown: String) { #expect(Redaction.source(source) == shown) }
}
