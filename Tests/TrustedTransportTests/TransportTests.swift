import Counterparts
import Foundation
import PathValidation
import Testing
import TrustPolicy

@testable import TrustedTransport

/// An authority with one server certificate for localhost, made by openssl.
final class Lab {
    let folder: TemporaryFolder
    let root: ParsedCertificate
    let chain: String
    let key: String

    /// - Parameter extensions: lines of the leaf's own.
    init(extensions: String = "") throws {
        let folder = try TemporaryFolder()
        self.folder = folder
        func run(_ line: String) throws { try Counterpart.openssl.run(line.split(separator: " ").map(String.init), in: folder) }
        try run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 30 -subj /CN=Lab.Root")
        try run("x509 -in root.pem -outform DER -out root.der")
        _ = try folder.write("subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n" + extensions, to: "leaf.cnf")
        try run("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj /CN=localhost")
        try run("x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -days 20 -extfile leaf.cnf -out leaf.pem")
        root = try ParsedCertificate(der: folder.read("root.der"))
        chain = String(decoding: try folder.read("leaf.pem"), as: UTF8.self)
        key = String(decoding: try folder.read("leaf.key"), as: UTF8.self)
    }

    func configuration(trusting anchors: [ParsedCertificate]) -> TransportConfiguration {
        TransportConfiguration(
            anchors: TrustAnchors(anchors), trustStore: TrustStoreFacts(path: "test", entries: anchors.count),
            policies: .standard(instanceHosts: []))
    }

    func transport(trusting anchors: [ParsedCertificate]) -> TrustedTransport {
        TrustedTransport(configuration: configuration(trusting: anchors))
    }
}

extension Verdict {
    var isTrusted: Bool { if case .trusted = self { true } else { false } }
}

@Suite("Nothing leaves before the verdict, and what stops a connection is told apart", .timeLimit(.minutes(2)))
struct TransportTests {
    @Test func aTrustedServerIsAsked() async throws {
        let lab = try Lab()
        let server = try OpenSSLServer(chainPEM: lab.chain, keyPEM: lab.key)
        let response = try await lab.transport(trusting: [lab.root]).send(
            OutboundRequest(path: "/"), to: Endpoint(scheme: .https, host: "localhost", port: server.port))
        #expect(response.status == 200)
        #expect(response.header("CONTENT-type")?.hasPrefix("text/html") == true)
    }

    @Test func anUntrustedServerIsSentNothing() async throws {
        let lab = try Lab()
        let server = try OpenSSLServer(chainPEM: lab.chain, keyPEM: lab.key)
        let endpoint = Endpoint(scheme: .https, host: "localhost", port: server.port)
        let failure = await #expect(throws: TransportFailure.self) {
            _ = try await lab.transport(trusting: []).send(OutboundRequest(path: "/secret"), to: endpoint)
        }
        guard case .notSent(let evidence)? = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
        #expect(evidence.path?.isValid == false)
        #expect(evidence.presented.count == 1)
    }

    @Test func obstaclesAreToldApart() async throws {
        let lab = try Lab()
        let transport = lab.transport(trusting: [lab.root])
        let old = try OpenSSLServer(chainPEM: lab.chain, keyPEM: lab.key, arguments: ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"])
        let tooOld = await transport.inspect(Endpoint(scheme: .tls, host: "localhost", port: old.port))
        guard case .protocolTooOld? = tooOld.obstacle else { return #expect(Bool(false), "\(String(describing: tooOld.obstacle))") }
        let unknown = await transport.inspect(Endpoint(scheme: .https, host: "no-such-host.invalid", port: 443))
        #expect(unknown.obstacle == .nameNotFound(host: "no-such-host.invalid"))
        let plain = await transport.inspect(Endpoint(scheme: .http, host: "localhost", port: 80))
        #expect(plain.obstacle == .plainHTTPRefused)
    }

    @Test func stagesComeInOrder() async throws {
        let lab = try Lab()
        let server = try OpenSSLServer(chainPEM: lab.chain, keyPEM: lab.key)
        let evidence = await lab.transport(trusting: [lab.root]).inspect(Endpoint(scheme: .tls, host: "localhost", port: server.port))
        #expect(evidence.stages.map(\.name) == [.resolve, .connect, .handshake, .chain, .hostname, .revocation])
        #expect(evidence.stages.prefix(5).allSatisfy { $0.outcome == .passed })
        #expect(evidence.hostname == .matched(by: "localhost"))
    }
}
