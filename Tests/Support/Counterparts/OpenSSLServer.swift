import Foundation

/// `openssl s_server` on a loopback port of its own, answering HTTP requests with a status page.
public final class OpenSSLServer: Sendable {
    public let port: Int
    private let process: Process
    private let folder: TemporaryFolder

    /// - Parameter chainPEM: what is sent, end entity first.
    /// - Parameter port: any free one when 0.
    public init(chainPEM: String, keyPEM: String, port: Int = 0, arguments: [String] = []) throws {
        folder = try TemporaryFolder()
        let blocks = chainPEM.components(separatedBy: "-----END CERTIFICATE-----").filter { $0.contains("BEGIN") }.map {
            $0 + "-----END CERTIFICATE-----\n"
        }
        let leaf = try folder.write(blocks.first ?? "", to: "leaf.pem")
        var words = ["s_server", "-accept", "127.0.0.1:\(port)", "-www", "-cert", leaf, "-key", try folder.write(keyPEM, to: "key.pem")]
        if blocks.count > 1 { words += ["-cert_chain", try folder.write(blocks.dropFirst().joined(), to: "chain.pem")] }
        process = Process()
        process.executableURL = try Counterpart.openssl.executable()
        process.arguments = words + arguments
        let output = folder.path("output")
        try Data().write(to: URL(fileURLWithPath: output))
        process.standardInput = Pipe()
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = process.standardOutput
        try process.run()
        self.port = try Self.announcedPort(in: output, of: process, asked: port == 0 ? nil : port)
    }

    deinit {
        // Its port may be wanted again.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private static func announcedPort(in output: String, of process: Process, asked: Int?) throws -> Int {
        let deadline = Date(timeIntervalSinceNow: 20)
        while Date() < deadline {
            let text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            // "ACCEPT 127.0.0.1:41234" and a line end, without which the number may be half there. A port that was given is not said.
            if let asked, text.contains("ACCEPT\n") { return asked }
            if let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first(where: { $0.hasPrefix("ACCEPT") }),
                let port = line.split(separator: ":").last.flatMap({ Int($0) })
            {
                return port
            }
            guard process.isRunning else { throw CounterpartFailure("openssl s_server ended: \(text)") }
            usleep(2_000)
        }
        throw CounterpartFailure("openssl s_server did not begin to listen")
    }
}
