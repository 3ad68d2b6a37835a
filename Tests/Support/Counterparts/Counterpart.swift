public import Foundation

/// A program of another maker that our files and messages are tried on.
public enum Counterpart: String, Sendable {
    case keytool, openssl, java, javac, squid, slapd, nginx, mitmdump, python3, curl, sh
    /// Python with the packages from PyPI that scripts/setup installs into .build/python.
    case python

    var package: String {
        switch self {
        case .keytool, .java: "openjdk-17-jre-headless"
        case .javac: "openjdk-17-jdk-headless"
        case .openssl: "openssl"
        case .squid: "squid-openssl"
        case .slapd, .python3, .curl: rawValue
        case .sh: "dash"
        case .nginx: "nginx-light"
        case .mitmdump: "mitmproxy"
        case .python: "python3-venv, then scripts/setup"
        }
    }

    /// Runs it and returns what it printed, both channels. Throws for an exit status other than zero, and after `seconds`.
    @discardableResult
    public func run(_ arguments: [String], in folder: TemporaryFolder, seconds: Int = 150) throws -> String {
        let process = Process()
        process.executableURL = try executable()
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        // English messages and UTC, whatever the machine speaks.
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": folder.url.path]
        // A file, not a pipe: nobody has to read while it runs.
        let output = folder.url.appendingPathComponent("output-\(UUID().uuidString)")
        try Data().write(to: output)
        let handle = try FileHandle(forWritingTo: output)
        defer { try? handle.close() }
        (process.standardInput, process.standardOutput, process.standardError) = (FileHandle.nullDevice, handle, handle)
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        guard ended.wait(timeout: .now() + .seconds(seconds)) == .success else {
            process.terminate()
            throw CounterpartFailure("\(rawValue) did not end within \(seconds) s: \(arguments)")
        }
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        guard process.terminationStatus == 0 else {
            throw CounterpartFailure("\(rawValue) \(arguments.joined(separator: " ")) ended with \(process.terminationStatus): \(text)")
        }
        return text
    }

    /// Throws with the install command when it is missing.
    public func executable() throws -> URL {
        guard let path else { throw CounterpartFailure("\(rawValue) is missing: apt-get install \(package)") }
        return URL(fileURLWithPath: path)
    }

    /// What makes `keytool` read and write Bouncy Castle's formats. Throws with the install command when the provider is missing.
    public static func bouncyCastleArguments() throws -> [String] {
        let archive = "/usr/share/java/bcprov.jar"
        guard FileManager.default.isReadableFile(atPath: archive) else {
            throw CounterpartFailure("Bouncy Castle is missing: apt-get install libbcprov-java")
        }
        return ["-providerpath", archive, "-providerclass", "org.bouncycastle.jce.provider.BouncyCastleProvider"]
    }

    private var path: String? {
        if self == .python {
            let inProject = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../.build/python/bin/python").standardized.path
            return FileManager.default.isExecutableFile(atPath: inProject) ? inProject : nil
        }
        return ["/usr/bin", "/usr/local/bin", "/bin", "/usr/sbin"].map { "\($0)/\(rawValue)" }.first(
            where: FileManager.default.isExecutableFile)
    }
}

public struct CounterpartFailure: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// A folder of one test's own, gone when the test is.
public final class TemporaryFolder: Sendable {
    public let url: URL
    public init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("midguard-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(at: url) }

    public func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// The path of a file with that text.
    public func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
        return path(name)
    }

    public func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: url.appendingPathComponent(name)) }
    public func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: url.appendingPathComponent(name))) }
}
