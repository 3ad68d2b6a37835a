import Counterparts
import Diagnosis
import Foundation
import Synchronization
import Testing
import TrustPolicy

@testable import TrustedTransport

@Suite("A trace says who ended a connection, and with which alert", .timeLimit(.minutes(1)))
struct TraceTests {
    private func trace(_ lab: Lab, trusting: Bool, _ arguments: [String] = []) async throws -> String {
        let server = try OpenSSLServer(chainPEM: lab.chain, keyPEM: lab.key, arguments: arguments)
        var configuration = lab.configuration(trusting: trusting ? [lab.root] : [])
        let sink = Sink()
        configuration.onAttempt = { sink.add(ConnectionTrace.lines($0)) }
        _ = await TrustedTransport(configuration: configuration).inspect(
            Endpoint(scheme: .https, host: "localhost", port: server.port))
        return sink.text
    }

    private final class Sink: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ more: [String]) { lines.withLock { $0 += more } }
        var text: String { lines.withLock { $0.joined(separator: "\n") } }
    }

    @Test func endings() async throws {
        let lab = try Lab()
        let good = try await trace(lab, trusting: true, ["-tls1_2"])
        #expect(good.contains("handshake passed") && good.contains("presented CN=localhost (issued by CN=Lab.Root"))
        #expect(good.hasSuffix("TLSv1.2 session, trusted"), "\(good)")
        #expect(try await trace(lab, trusting: true).hasSuffix("TLSv1.3 session, trusted"))
        let refused = try await trace(lab, trusting: false)
        #expect(
            refused.contains("SEND") && refused.hasSuffix("ALERT: fatal, description = certificate_unknown (chain.intermediate-missing)"),
            "\(refused)")
        let demanded = try await trace(
            lab, trusting: true, ["-tls1_3", "-Verify", "1", "-verify_return_error", "-CAfile", lab.folder.path("root.pem")])
        #expect(demanded.contains("asked for a client certificate, none sent"), "\(demanded)")
        // The version is not known any more where the alert closed the connection at once.
        #expect(demanded.contains("RECV TLS") && demanded.hasSuffix(" ALERT: fatal, certificate_required"), "\(demanded)")
    }
}
