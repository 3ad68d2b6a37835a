import Foundation
import Testing

@testable import AgentRuntime

@Suite("A replaced file keeps its mode, and a failed replacement keeps the file") struct FilesTests {
    @Test func mode() throws {
        let home = try TemporaryHome()
        try Files.replace(home("new"), with: [1])
        #expect(try OpenFile(home("new"), for: .read).ownership().mode == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: home("new"))
        try Files.replace(home("new"), with: [2, 3])
        #expect(try OpenFile(home("new"), for: .read).ownership().mode == 0o640)
        #expect(try Files.read(home("new"), limit: 10) == [2, 3])
        #expect(try Files.list(home.path) == ["new"], "no staged file is left")
    }

    @Test func symbolicLink() throws {
        let home = try TemporaryHome()
        try Files.replace(home("target"), with: [1])
        try FileManager.default.createSymbolicLink(atPath: home("link"), withDestinationPath: home("target"))
        try Files.replace(home("link"), with: [2])
        #expect(try Files.read(home("target"), limit: 10) == [2])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: home("link")) == home("target"))
    }

    @Test func limit() throws {
        let home = try TemporaryHome()
        try Files.replace(home("file"), with: [1, 2, 3])
        #expect(throws: FileFailure.overLimit(path: home("file"), limit: 2)) { try Files.read(home("file"), limit: 2) }
        #expect(throws: FileFailure.missing(path: home("none"))) { try Files.read(home("none"), limit: 2) }
    }

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
