import Counterparts
import Diagnosis
import Foundation
import LDAP
import Testing
import TrustPolicy

@testable import TrustedTransport

@Suite("LDAP is spoken only under TLS that was judged, and what a directory says no with is told apart", .timeLimit(.minutes(3)))
struct DirectoryTests {
    private let lab: Lab
    private let server: SlapdServer

    init() throws {
        lab = try Lab()
        server = try SlapdServer(chainPEM: lab.chain, keyPEM: lab.key, people: 1_203)
    }

    private func endpoint(_ scheme: Endpoint.Scheme) -> Endpoint {
        Endpoint(scheme: scheme, host: "localhost", port: scheme == .ldap ? server.port : server.securePort)
    }

    private func open(_ scheme: Endpoint.Scheme = .ldaps, as name: String = SlapdServer.administrator) async throws -> DirectorySession {
        let session = try await lab.transport(trusting: [lab.root]).openDirectory(endpoint(scheme))
        try await session.bind(#require(LDAPCredentials(name: name, password: SlapdServer.password)))
        return session
    }

    @Test(arguments: [Endpoint.Scheme.ldaps, .ldap]) func entriesComePageByPage(scheme: Endpoint.Scheme) async throws {
        let session = try await open(scheme)
        let search = LDAPSearch(base: SlapdServer.suffix, filter: try LDAPFilter("(uid=person-*)"), attributes: ["sn", "cn"])
        let all = try await session.search(search, entryLimit: 5_000)
        #expect(all.entries.count == 1_203 && !all.isCut)
        #expect(Set(all.entries.map(\.name)).count == 1_203)
        let first = try #require(all.entries.first { $0.name.hasPrefix("uid=person-0,") })
        #expect(first.attributes.contains(.init(type: "sn", values: [Array("Müller 0".utf8)])))
        let some = try await session.search(search, entryLimit: 7)
        #expect(some.entries.count == 7 && some.isCut)
        let one = try await session.search(
            LDAPSearch(base: SlapdServer.suffix, filter: LDAPFilter(#"(&(uid=person-5)(cn=*\28*\29 \2a))"#)), entryLimit: 10)
        #expect(one.entries.map(\.name) == ["uid=person-5,ou=people,dc=corp,dc=example"])
        await session.close()
    }

    @Test func theServersOwnLimitIsSaid() async throws {
        let session = try await open(as: SlapdServer.reader)
        var found = try await session.search(
            LDAPSearch(base: SlapdServer.suffix, filter: .anything, attributes: ["1.1"]), entryLimit: 5_000, pageSize: 1_000)
        #expect(found.isCut && found.entries.count <= 1_000)
        found = try await session.search(LDAPSearch(base: SlapdServer.suffix, scope: .base, filter: .anything), entryLimit: 5)
        #expect(found.entries.map(\.name) == [SlapdServer.suffix])
    }

    @Test func whatTheServerSaysNoWith() async throws {
        let session = try await lab.transport(trusting: [lab.root]).openDirectory(endpoint(.ldaps))
        let wrong = try #require(LDAPCredentials(name: SlapdServer.reader, password: "not-the-password"))
        let refusal = await #expect(throws: DirectoryFailure.self) { try await session.bind(wrong) }
        guard case .result(let result)? = refusal else { return #expect(Bool(false), "\(String(describing: refusal))") }
        #expect(result.name == "invalidCredentials")
        let finding = DirectoryFindings.binding(result, endpoint(.ldaps), as: SlapdServer.reader)
        #expect(finding.id == "ldap.bind-refused" && finding.vendorMessages.first?.hasPrefix("[LDAP: error code 49") == true)

        let again = try await open()
        let missing = await #expect(throws: DirectoryFailure.self) {
            _ = try await again.search(LDAPSearch(base: "ou=none,\(SlapdServer.suffix)", filter: .anything), entryLimit: 5)
        }
        guard case .result(let noSuch)? = missing else { return #expect(Bool(false), "\(String(describing: missing))") }
        #expect(noSuch.code == 32 && noSuch.matchedName == SlapdServer.suffix)
    }

    @Test func anUntrustedServerIsSentNothing() async throws {
        for scheme in [Endpoint.Scheme.ldaps, .ldap] {
            let failure = await #expect(throws: TransportFailure.self) {
                _ = try await lab.transport(trusting: []).openDirectory(endpoint(scheme))
            }
            guard case .notSent(let evidence)? = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
            let findings = ConnectionFindings.explaining(evidence, context: FixContext(trustStore: "/store.pem"))
            #expect(findings.first?.id.hasPrefix("chain.") == true, "\(findings)")
            #expect(evidence.stages.contains { $0.name == .startTLS } == (scheme == .ldap))
        }
    }

    /// Pages with nothing on them, and always another cookie (RFC 2696 §3).
    @Test func pagesWithoutEndAreNotFollowed() async throws {
        let folder = try TemporaryFolder()
        let (chain, key) = (try folder.write(lab.chain, to: "chain.pem"), try folder.write(lab.key, to: "key.pem"))
        let port = try LoopbackPort.free()
        let script = """
            import socket, ssl
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(\(String(reflecting: chain)), \(String(reflecting: key)))
            listener = socket.create_server(("127.0.0.1", \(port)))
            while True:
                try:
                    peer = context.wrap_socket(listener.accept()[0], server_side=True)
                    while request := peer.recv(65536):
                        start = 2 if request[1] < 0x80 else 2 + (request[1] & 0x7F)
                        number = request[start:start + 2 + request[start + 1]]
                        control = b"\\xa0\\x26\\x30\\x24\\x04\\x16" + b"1.2.840.113556.1.4.319" + bytes.fromhex("040a 3008 020100 0403") + b"any"
                        body = number + bytes.fromhex("6507 0a0100 0400 0400") + control
                        peer.sendall(b"\\x30" + bytes([len(body)]) + body)
                except OSError: pass
            """
        let peer = try PeerProcess(.python3, ["-c", script], port: port)
        defer { peer.end() }
        let session = try await lab.transport(trusting: [lab.root]).openDirectory(Endpoint(scheme: .ldaps, host: "localhost", port: port))
        let search = LDAPSearch(base: SlapdServer.suffix, filter: .anything)
        await #expect(throws: DirectoryFailure.unexpected) { try await session.search(search, entryLimit: 3) }
    }

    @Test func aServerWithoutTLSIsNamed() async throws {
        let plain = try SlapdServer()
        let evidence = await lab.transport(trusting: [lab.root]).inspect(Endpoint(scheme: .ldap, host: "localhost", port: plain.port))
        guard case .startTLSRefused(let code, _, _)? = evidence.obstacle else {
            return #expect(Bool(false), "\(String(describing: evidence.obstacle))")
        }
        #expect(code == 2)
        let finding = ConnectionFindings.explaining(evidence, context: FixContext()).first
        #expect(finding?.id == "tls.starttls-refused")
        #expect(finding?.fixes.first?.command == "midguard check ldaps://localhost")
    }

    @Test(arguments: [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "tls.not-tls"), ("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{A}", "tls.not-tls"),
        ("0\u{C}\u{2}\u{1}\u{1}x\u{7}\u{A}\u{1}\u{0}\u{4}\u{0}\u{4}\u{0}0\u{0}", "tls.not-tls"), ("0\u{7F}", "network.timeout"),
        ("", "network.timeout"),
    ])
    func otherAnswersEndInAFinding(answer: String, id: String) async throws {
        let peer = try ScriptedServer { connection in
            connection.send(answer.unicodeScalars.map { UInt8($0.value & 0xFF) })
            connection.saysNothing()
        }
        var configuration = lab.configuration(trusting: [lab.root])
        configuration.handshakeTimeout = .milliseconds(700)
        let evidence = await TrustedTransport(configuration: configuration).inspect(
            Endpoint(scheme: .ldap, host: "localhost", port: peer.port))
        #expect(ConnectionFindings.explaining(evidence, context: FixContext()).first?.id == id, "\(String(describing: evidence.obstacle))")
    }
}
