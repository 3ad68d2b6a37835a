import CertificateFactory
import Counterparts
import Foundation
import Synchronization
import Testing

/// What people lose days to on connections that leave (`outbound-trust.md`, P01 to P31), as far as no other suite has it: the right finding comes
/// first, and a command that is printed with it, pasted, ends the problem.
@Suite("Problems of outbound connections are named, and their printed fixes end them", .timeLimit(.minutes(15)))
struct OutboundProblemTests {
    /// A root in a store, a leaf of it that names a responder, a server that shows the leaf, and a policy that wants to know about revocation.
    private struct Site {
        let folder: TemporaryFolder
        let responderPort: Int
        let server: OpenSSLServer
        var url: String { "https://localhost:\(server.port)" }

        init(namesResponder: Bool = true) throws {
            let folder = try TemporaryFolder()
            self.folder = folder
            responderPort = try LoopbackPort.free()
            try Self.openssl(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 300 -subj /CN=Root",
                folder)
            let responder = namesResponder ? "authorityInfoAccess=OCSP;URI:http://127.0.0.1:\(responderPort)/\n" : ""
            _ = try folder.write("subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n" + responder, to: "leaf.cnf")
            try Self.openssl(
                "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -out leaf.csr -subj /CN=localhost", folder)
            try Self.openssl(
                "x509 -req -in leaf.csr -CA root.pem -CAkey root.key -CAcreateserial -days 200 -extfile leaf.cnf -out leaf.pem", folder)
            let files = try ["leaf.pem", "leaf.key"].map { String(decoding: try folder.read($0), as: UTF8.self) }
            server = try OpenSSLServer(chainPEM: files[0], keyPEM: files[1])
            let strict = try MidguardProcess.run([
                "policy", "set", "intranet", "--policy", folder.path("policy.json"), "--category", "intranet", "--revocation",
                "denyUnknown",
            ])
            guard strict.code == 0 else { throw CounterpartFailure(strict.error) }
        }

        static func openssl(_ line: String, _ folder: TemporaryFolder) throws {
            try Counterpart.openssl.run(line.split(separator: " ").map(String.init), in: folder)
        }

        func responder(at port: Int) throws -> OpenSSLResponder {
            try OpenSSLResponder(port: port, certificates: [.init("leaf.pem")], issuer: "root", days: 3, in: folder)
        }

        func check() throws -> CheckTests.Report {
            try CheckTests.check(url, store: folder.path("root.pem"), ["--policy", folder.path("policy.json")]).0
        }
    }

    struct Answer: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var finding: String
        /// What stands in the responder's place; nil is nobody.
        var text: String?
    }

    static let answers = [
        Answer(testDescription: "P01, P04: port 80 is closed", finding: "revocation.responder-unreachable", text: nil),
        Answer(
            testDescription: "P02: a filter says no", finding: "revocation.blocked-by-proxy",
            text: "HTTP/1.1 403 Forbidden\r\nVia: 1.1 filter\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        Answer(
            testDescription: "P02: a page comes instead", finding: "revocation.not-an-answer",
            text: "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\nConnection: close\r\n\r\n<html>Please log in</html>"),
    ]

    /// Mended by whoever runs the firewall, and looked at again by the printed command; or, until then, by the last fix, which says that it is
    /// not safe.
    @Test(arguments: answers) func theResponderCannotBeAsked(_ answer: Answer) throws {
        let site = try Site()
        let real = answer.text == nil ? site.responderPort : try LoopbackPort.free()
        let isExempt = Mutex(false)
        let filter = try answer.text.map { text in
            try ScriptedServer(port: site.responderPort) { connection in
                if isExempt.withLock({ $0 }) { return connection.relay(to: real) { bytes, _ in bytes } }
                _ = connection.read(until: "\r\n\r\n")
                connection.send(text)
            }
        }
        defer { filter?.stop() }
        let report = try site.check()
        let finding = try #require(report.findings.first)
        #expect(report.verdict == "refused" && finding.id == answer.finding, "\(report.findings.map(\.id))")
        let commands = finding.fixes.compactMap(\.command)
        let again = try #require(commands.first { $0.hasPrefix("midguard check") })
        #expect(throws: CounterpartFailure.self) { try CheckTests.paste(again, in: site.folder) }

        let exception = try #require(commands.last)
        #expect(exception.contains("policy set exception-localhost") && exception.contains(" --until "), "\(exception)")
        let before = try site.folder.read("policy.json")
        try CheckTests.paste(exception, in: site.folder)
        #expect(try site.check().verdict == "trusted")
        try site.folder.write(before, to: "policy.json")

        let responder = try site.responder(at: real)
        isExempt.withLock { $0 = true }
        #expect(try CheckTests.paste(again, in: site.folder).contains("trusted"))
        responder.stop()
    }

    /// P21: a private authority that names nobody to ask.
    @Test func nobodyIsNamed() throws {
        let site = try Site(namesResponder: false)
        let report = try site.check()
        #expect(report.verdict == "refused" && report.findings.first?.id == "revocation.no-source", "\(report.findings.map(\.id))")
        try CheckTests.paste(try #require(report.findings.first?.fixes.compactMap(\.command).last), in: site.folder)
        #expect(try site.check().verdict == "trusted")
    }

    /// P08: the server does not send its intermediate, which the leaf says where to get.
    @Test func theIntermediateIsMissing() throws {
        let folder = try TemporaryFolder()
        let port = try LoopbackPort.free()
        let root = try TestAuthority.root("Corp Root") { $0.notBefore = Date(timeIntervalSinceNow: -86_400) }
        let issuing = try root.issueIntermediate("Corp Issuing") { $0.notBefore = Date(timeIntervalSinceNow: -86_400) }
        let leaf = try issuing.issueLeaf("localhost", san: ["localhost"]) {
            ($0.notBefore, $0.notAfter) = (Date(timeIntervalSinceNow: -86_400), Date(timeIntervalSinceNow: 89 * 86_400))
            $0.issuerURLs = ["http://127.0.0.1:\(port)/issuing.der"]
        }
        try folder.write(issuing.der, to: "issuing.der")
        let files = try PeerProcess(
            .python3, ["-m", "http.server", "\(port)", "--bind", "127.0.0.1", "--directory", folder.url.path], port: port)
        defer { files.end() }
        let server = try OpenSSLServer(chainPEM: leaf.pem, keyPEM: leaf.keyPEM)
        let store = try folder.write(root.pem, to: "store.pem")
        let (report, _) = try CheckTests.check("https://localhost:\(server.port)", store: store)
        #expect(report.findings.first?.id == "chain.intermediate-missing")
        let command = try #require(report.findings.first?.fixes.compactMap(\.command).first)
        #expect(command.contains("--from-aia"), "\(command)")
        try CheckTests.paste(command, in: folder)
        #expect(try CheckTests.check("https://localhost:\(server.port)", store: store).0.verdict == "trusted")
    }

    /// P26: what a peer offers is too old or too weak, which only its owner can mend.
    @Test func oldPeers() throws {
        let folder = try TemporaryFolder()
        func openssl(_ line: String) throws { try Counterpart.openssl.run(line.split(separator: " ").map(String.init), in: folder) }
        try openssl(
            "req -x509 -newkey rsa:1024 -nodes -keyout weak.key -out weak.pem -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
        )
        let files = try ["weak.pem", "weak.key"].map { String(decoding: try folder.read($0), as: UTF8.self) }
        let weak = try OpenSSLServer(chainPEM: files[0], keyPEM: files[1], arguments: ["-cipher", "ALL:@SECLEVEL=0"])
        let store = folder.path("weak.pem")
        let first = try CheckTests.check("https://localhost:\(weak.port)", store: store).0
        #expect(first.verdict == "refused" && first.findings.first?.id == "chain.weak-algorithm", "\(first.findings.map(\.id))")
        let old = try OpenSSLServer(chainPEM: files[0], keyPEM: files[1], arguments: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        let second = try CheckTests.check("https://localhost:\(old.port)", store: store).0
        #expect(second.findings.first?.id == "tls.protocol-too-old", "\(second.findings.map(\.id))")
    }
}
