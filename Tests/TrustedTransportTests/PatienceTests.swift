import Counterparts
import Foundation
import NIOPosix
import PathValidation
import Testing
import TrustPolicy

@testable import TrustedTransport

@Suite("Sources of revocation that say nothing cost a connection their budget and no more", .timeLimit(.minutes(1)))
struct PatienceTests {
    @Test func silentSourcesDoNotUseTheHandshakesTimeUp() async throws {
        let silent = try ScriptedServer { $0.saysNothing() }
        defer { silent.stop() }
        let sources =
            "authorityInfoAccess=OCSP;URI:http://127.0.0.1:\(silent.port)/,caIssuers;URI:http://127.0.0.1:\(silent.port)/ca\n"
            + "crlDistributionPoints=URI:http://127.0.0.1:\(silent.port)/a.crl,URI:http://127.0.0.1:\(silent.port)/b.crl\n"
        let lab = try Lab(extensions: sources)
        let server = try OpenSSLServer(chainPEM: lab.chain, keyPEM: lab.key)
        var configuration = lab.configuration(trusting: [lab.root])
        configuration.handshakeTimeout = .seconds(5)
        configuration.evidenceBudget = .seconds(8)
        let evidence = await TrustedTransport(configuration: configuration).inspect(
            Endpoint(scheme: .tls, host: "localhost", port: server.port))
        #expect(evidence.obstacle == nil)
        #expect(evidence.decision.policy.verdict(on: evidence).isTrusted)
        guard case .unknown(let obstacles)? = evidence.revocation.first?.status else {
            return #expect(Bool(false), "\(evidence.revocation)")
        }
        #expect(!obstacles.isEmpty)
    }

    @Test func aHostThatFailsIsLeftAloneWhateverItIsAsked() async throws {
        let silent = try ScriptedServer { $0.saysNothing() }
        defer { silent.stop() }
        let fetcher = EvidenceFetcher(group: MultiThreadedEventLoopGroup.singleton, timeout: .milliseconds(300))
        func ask(_ path: String) async -> EvidenceAnswer {
            await fetcher.fetch(EvidenceRequest(kind: .crl, url: "http://127.0.0.1:\(silent.port)/\(path)"))
        }
        #expect(await ask("one") == .failed(.timeout(seconds: 0.3)))
        #expect(await ask("two") == .failed(.timeout(seconds: 0.3)))
        #expect(silent.connections == 1)
    }

    @Test func aHostThatAnswersNoIsAskedOtherThings() async throws {
        let server = try ScriptedServer { connection in
            guard let request = connection.read(until: "\r\n\r\n") else { return }
            let isThere = request.hasPrefix("GET /there")
            connection.send("HTTP/1.1 \(isThere ? "200 OK" : "404 Not Found")\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        }
        defer { server.stop() }
        let fetcher = EvidenceFetcher(group: MultiThreadedEventLoopGroup.singleton, timeout: .seconds(5))
        for (path, status) in [("gone", 404), ("there", 200), ("there", 200)] {
            let answer = await fetcher.fetch(EvidenceRequest(kind: .crl, url: "http://127.0.0.1:\(server.port)/\(path)"))
            guard case .answered(status, _, _, _) = answer else { return #expect(Bool(false), "\(answer)") }
        }
        // The second time it is known.
        #expect(server.connections == 2)
    }

    @Test func whatIsRememberedIsBoundedInOctets() {
        var memory = EvidenceMemory()
        let list = [UInt8](repeating: 0, count: 10 << 20)
        func request(_ number: Int) -> EvidenceRequest { EvidenceRequest(kind: .crl, url: "http://lists.example/\(number)") }
        for number in 0..<20 {
            memory.remember(.answered(status: 200, contentType: nil, via: nil, body: list), to: request(number), from: "lists.example:80")
        }
        var known = 0
        for number in 0..<20 {
            if case .known = memory.look(up: request(number), at: "lists.example:80", ask: { Task { .failed(.reset) } }) { known += 1 }
        }
        #expect((1...6).contains(known))
    }
}
