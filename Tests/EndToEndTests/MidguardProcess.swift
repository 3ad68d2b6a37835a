import Counterparts
import Foundation
import Synchronization

/// The built `midguard`, run as a user runs it.
final class MidguardProcess: Sendable {
    struct Outcome {
        var output: String
        var error: String
        var code: Int32
        /// The most memory that it had, as far as was seen.
        var peakKiB = 0
    }

    private let process: Process
    private let log: URL

    /// Beside the test bundle: both are products of the same build.
    static let binary: URL = {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent("midguard")
        if FileManager.default.isExecutableFile(atPath: bundle.path) { return bundle }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent(".build/debug/midguard")
    }()

    /// Runs a command to its end, at most `seconds`.
    static func run(
        _ arguments: [String], input: String? = nil, environment: [String: String] = [:], seconds: Double = 150, executable: String? = nil
    ) throws -> Outcome {
        let folder = try TemporaryFolder()
        let source = try input.map { try folder.write($0, to: "input") }
        let (output, error) = (folder.path("output"), folder.path("error"))
        let process = try start(arguments, environment: environment, input: source, output: output, error: error, executable: executable)
        let deadline = Date(timeIntervalSinceNow: seconds)
        var peak = 0
        while process.isRunning, Date() < deadline {
            usleep(2_000)
            peak = max(peak, peakKiB(of: process.processIdentifier))
        }
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            throw CounterpartFailure("midguard \(arguments.first ?? "") did not end within \(seconds) s: \(text(output)) \(text(error))")
        }
        return Outcome(output: text(output), error: text(error), code: process.terminationStatus, peakKiB: peak)
    }

    private static func peakKiB(of process: Int32) -> Int {
        let status = text("/proc/\(process)/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return status.flatMap { Int($0.dropFirst(6).trimmingCharacters(in: .whitespaces).prefix { $0.isNumber }) } ?? 0
    }

    /// Starts a command that goes on; its stdout and stderr go to `log`, appended.
    init(_ arguments: [String], log: String, environment: [String: String] = [:]) throws {
        self.log = URL(fileURLWithPath: log)
        process = try Self.start(arguments, environment: environment, output: log, error: log)
    }

    deinit { end(SIGKILL) }

    var isRunning: Bool { process.isRunning }
    var exitCode: Int32? { process.isRunning ? nil : process.terminationStatus }

    /// Sends the signal and waits until the process is gone.
    func end(_ signal: Int32) {
        guard process.isRunning else { return }
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
    }

    private static func start(
        _ arguments: [String], environment: [String: String], input: String? = nil, output: String, error: String,
        executable: String? = nil
    ) throws -> Process {
        let process = Process()
        process.executableURL = executable.map { URL(fileURLWithPath: $0) } ?? binary
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let source = input.flatMap { FileHandle(forReadingAtPath: $0) }
        let sinks = try [appending(output)] + (error == output ? [] : [appending(error)])
        // At once: Foundation keeps what it was given for as long as the tests run, and falls over with some 1,300 open files.
        defer { for handle in sinks + (source.map { [$0] } ?? []) { try? handle.close() } }
        process.standardInput = source ?? FileHandle.nullDevice
        process.standardOutput = sinks.first
        process.standardError = sinks.last
        try process.run()
        return process
    }

    private static func appending(_ path: String) throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        return handle
    }

    private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}

/// Waits until `condition` gives something, looking every 50 ms.
func eventually<Value>(within seconds: Double, _ what: @autoclosure () -> String, _ condition: () throws -> Value?) throws -> Value {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while true {
        if let value = try condition() { return value }
        guard Date() < deadline else { throw CounterpartFailure("\(what()): not within \(seconds) s") }
        usleep(50_000)
    }
}
