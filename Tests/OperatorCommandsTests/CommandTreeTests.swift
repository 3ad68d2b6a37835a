import ArgumentParser
import Testing

@testable import OperatorCommands

@Suite("Every command says what it does and takes --help")
struct CommandTreeTests {
    static func all(_ command: any ParsableCommand.Type = Midguard.self, path: [String] = []) -> [([String], any ParsableCommand.Type)] {
        [(path, command)]
            + command.configuration.subcommands.flatMap { sub in
                all(sub, path: path + [sub.configuration.commandName ?? String(describing: sub).lowercased()])
            }
    }

    @Test func abstracts() {
        let commands = Self.all()
        #expect(commands.count >= 15)
        for (path, command) in commands { #expect(!command.configuration.abstract.isEmpty, "\(path)") }
    }

    @Test func help() {
        for (path, command) in Self.all() {
            let text = Midguard.helpMessage(for: command)
            #expect(text.contains("USAGE: midguard"), "\(path)")
        }
    }

    struct Row: Sendable { var text: String, host: String, port: Int }
    @Test(arguments: [Row(text: "a.example:443", host: "a.example", port: 443), Row(text: "[::1]:636", host: "::1", port: 636)])
    func hostAndPort(_ row: Row) {
        let parsed = HostAndPort(argument: row.text)
        #expect(parsed?.host == row.host && parsed?.port == row.port)
    }
    @Test(arguments: ["a.example", ":443", "a:0", "a:65536", "a:x", ""]) func noHostAndPort(_ text: String) {
        #expect(HostAndPort(argument: text) == nil)
    }

    @Test func fingerprints() {
        let digits = String(repeating: "0a", count: 32)
        #expect(Fingerprint(argument: digits.uppercased())?.hexadecimal == digits)
        #expect(Fingerprint(argument: String(repeating: "0a:", count: 31) + "0a")?.hexadecimal == digits)
        #expect(Fingerprint(argument: String(digits.dropLast())) == nil)
    }
}
