import Foundation

/// `openssl ocsp` on a loopback port of its own, answering from an index file as `openssl ca` keeps one.
public final class OpenSSLResponder: Sendable {
    public struct Certificate {
        public var file: String
        /// YYMMDDHHMMSSZ; nil for one that is good.
        public var revokedAt: String?
        public init(_ file: String, revokedAt: String? = nil) { (self.file, self.revokedAt) = (file, revokedAt) }
    }

    private let process: Process

    /// - Parameters:
    ///   - port: where it answers; certificates name it before it runs.
    ///   - issuer: files `issuer.pem` and `issuer.key`, which sign the answers.
    ///   - days: how long an answer counts.
    public init(port: Int, certificates: [Certificate], issuer: String, days: Int, in folder: TemporaryFolder) throws {
        let rows = try certificates.map { certificate in
            let text = try Counterpart.openssl.run(["x509", "-in", certificate.file, "-noout", "-serial"], in: folder)
            let serial = text.split(separator: "=")[1].prefix { $0 != "\n" }
            let state = certificate.revokedAt.map { "R\t391231235959Z\t\($0),keyCompromise" } ?? "V\t391231235959Z\t"
            return "\(state)\t\(serial)\tunknown\t/CN=\(certificate.file)\n"
        }
        _ = try folder.write(rows.joined(), to: "index.txt")
        process = Process()
        process.executableURL = try Counterpart.openssl.executable()
        process.currentDirectoryURL = folder.url
        process.arguments = [
            "ocsp", "-port", "\(port)", "-index", "index.txt", "-CA", "\(issuer).pem", "-rsigner", "\(issuer).pem", "-rkey",
            "\(issuer).key",
            "-ndays", "\(days)",
        ]
        let output = folder.path("responder-output")
        try Data().write(to: URL(fileURLWithPath: output))
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = process.standardOutput
        try process.run()
        // It is asked nothing until it says that it waits: a connection without a question keeps it busy for ever.
        let deadline = Date(timeIntervalSinceNow: 20)
        while (try? String(contentsOfFile: output, encoding: .utf8))?.contains("aiting for OCSP client") != true {
            guard process.isRunning, Date() < deadline else { throw CounterpartFailure("openssl ocsp does not listen") }
            usleep(20_000)
        }
    }

    deinit { stop() }

    public func stop() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
