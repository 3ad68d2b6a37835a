import Diagnosis
import Foundation

/// stdout for results, stderr for everything else.
enum Console {
    static func result(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
    static func error(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// Colour only on a terminal, and never with NO_COLOR (https://no-color.org) or --no-color.
    static var colours: Bool {
        ProcessInfo.processInfo.environment["NO_COLOR"] == nil && !CommandLine.arguments.contains("--no-color")
            && isatty(STDOUT_FILENO) == 1
    }

    static func json(_ value: some Encodable, pretty: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// Ends a command with a message for stderr and one of the promised exit codes.
struct CommandFailure: Error {
    var message: String
    var exitCode: Int32
    /// What the message says, for programs; empty where there is no finding for it.
    var findings: [Finding] = []
}
