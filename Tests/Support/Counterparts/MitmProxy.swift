import Foundation

/// mitmproxy as a TLS-inspecting proxy on a loopback port of its own, with an authority that it makes for itself.
public final class MitmProxy: Sendable {
    public let port: Int
    /// Its authority, PEM.
    public let authority: String
    private let process: Process

    public init(in folder: TemporaryFolder) throws {
        port = try LoopbackPort.free()
        let configuration = folder.path("mitmproxy-\(UUID().uuidString)")
        process = Process()
        process.executableURL = try Counterpart.mitmdump.executable()
        process.arguments = [
            "--mode", "regular", "--listen-host", "127.0.0.1", "--listen-port", "\(port)", "--set", "confdir=\(configuration)",
            "--ssl-insecure", "-q",
        ]
        process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": folder.url.path]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        authority = configuration + "/mitmproxy-ca-cert.pem"
        let deadline = Date(timeIntervalSinceNow: 60)
        while !LoopbackPort.accepts(port) || !FileManager.default.fileExists(atPath: authority) {
            guard process.isRunning, Date() < deadline else { throw CounterpartFailure("mitmproxy does not listen") }
            usleep(50_000)
        }
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
