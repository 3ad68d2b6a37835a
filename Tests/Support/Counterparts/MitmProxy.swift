import Foundation

/// mitmproxy as a TLS-inspecting proxy on a loopback port of its own, with an authority that it makes for itself.
public final class MitmProxy: Sendable {
    public let port: Int
    /// Its authority, PEM.
    public let authority: String
    private let process: PeerProcess

    public init(in folder: TemporaryFolder) throws {
        port = try LoopbackPort.free()
        let configuration = folder.path("mitmproxy-\(UUID().uuidString)")
        let authority = configuration + "/mitmproxy-ca-cert.pem"
        self.authority = authority
        process = try PeerProcess(
            .mitmdump,
            [
                "--mode", "regular", "--listen-host", "127.0.0.1", "--listen-port", "\(port)", "--set", "confdir=\(configuration)",
                "--ssl-insecure", "-q",
            ],
            environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": folder.url.path], port: port, seconds: 60,
            isReady: { FileManager.default.fileExists(atPath: authority) })
    }
}
