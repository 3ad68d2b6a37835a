public import Foundation

/// A program of somebody else's that a test runs as a counterpart: started on demand, ended with the test.
public enum PeerProgram {
    public struct Missing: Error, CustomStringConvertible {
        public var description: String
    }
    public struct Failed: Error, CustomStringConvertible {
        public var description: String
    }

    /// The program's path; throws with the install command when it is missing.
    public static func find(_ name: String, package: String) throws -> URL {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        for folder in path.split(separator: ":") {
            let candidate = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: candidate) { return URL(fileURLWithPath: candidate) }
        }
        throw Missing(description: "\(name) is missing: apt-get install \(package)")
    }

    /// Runs to the end, at most `seconds`; stdout, stderr and the exit code.
    @discardableResult
    public static func run(
        _ name: String, package: String, _ arguments: [String], input: Data = Data(), seconds: Double = 60
    ) throws -> (output: String, error: String, code: Int32) {
        let process = Process()
        process.executableURL = try find(name, package: package)
        process.arguments = arguments
        let files = try (0..<3).map { _ in try TemporaryFolder.file() }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        try input.write(to: files[0])
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        let deadline = Date(timeIntervalSinceNow: seconds)
        while process.isRunning, Date() < deadline { usleep(2_000) }
        if process.isRunning {
            process.terminate()
            throw Failed(description: "\(name) did not end within \(seconds) seconds")
        }
        let read = { (url: URL) in String(decoding: (try? Data(contentsOf: url)) ?? Data(), as: UTF8.self) }
        return (read(files[1]), read(files[2]), process.terminationStatus)
    }
}

/// A folder of the test's own, removed with it.
public final class TemporaryFolder: Sendable {
    public let url: URL

    public init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("midguard-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    public func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    public func write(_ text: String, to name: String) throws -> String {
        let path = path(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    static func file() throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("midguard-test-\(UUID().uuidString)")
        try Data().write(to: url)
        return url
    }
}
