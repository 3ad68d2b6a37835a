import Counterparts
import Foundation
import Testing
import TrustPolicy

@testable import TrustedTransport

@Suite("Answers are unpacked within limits, and lead on to where they say", .timeLimit(.minutes(2)))
struct RedirectionTests {
    @Test func packedAnswersAndBombs() async throws {
        let lab = try Lab()
        let server = try WebServer(chainPEM: lab.chain, keyPEM: lab.key)
        let endpoint = Endpoint(scheme: .https, host: "localhost", port: server.port)
        let transport = lab.transport(trusting: [lab.root])
        let packed = try await transport.send(OutboundRequest(path: "/packed"), to: endpoint)
        #expect(String(decoding: packed.body, as: UTF8.self).hasPrefix("GET /packed"))
        var configuration = lab.configuration(trusting: [lab.root])
        configuration.responseLimit = 1 << 20
        let bomb = await #expect(throws: TransportFailure.self) {
            try await TrustedTransport(configuration: configuration).send(OutboundRequest(path: "/bomb"), to: endpoint)
        }
        guard case .responseOverLimit? = bomb else { return #expect(Bool(false), "\(String(describing: bomb))") }
        // The transport goes on.
        #expect(try await transport.send(OutboundRequest(path: "/echo"), to: endpoint).status == 200)
    }

    private static let here = Endpoint(scheme: .https, host: "a.example", port: 443)
    private static func redirection(_ location: String, status: Int = 302, method: String = "GET") -> Redirection? {
        let request = OutboundRequest(
            method: method, path: "/x/y?z=1",
            headers: [("Authorization", "secret"), ("X-Some-Key", "secret"), ("Content-Type", "text/plain"), ("Accept", "*/*")],
            body: method == "GET" ? [] : [1])
        return Redirection(
            of: request, to: here, answer: InboundResponse(status: status, headers: [("Location", location)], body: []))
    }

    @Test(arguments: [
        ("/q", "https://a.example", "/q"), ("q?r", "https://a.example", "/x/q?r"), ("../q", "https://a.example", "/q"),
        ("?r=2", "https://a.example", "/x/y?r=2"), ("//b.example:8443/q#f", "https://b.example:8443", "/q"),
        ("https://b.example", "https://b.example", "/"), ("http://b.example/q", "http://b.example", "/q"),
        ("https://a.example/a b", "https://a.example", "/a%20b"),
    ])
    func places(location: String, endpoint: String, path: String) throws {
        let next = try #require(Self.redirection(location))
        #expect(next.endpoint.description == endpoint && next.request.path == path)
        // What is meant for one host goes to no other.
        #expect(next.request.headers.contains { $0.name == "Authorization" } == (next.endpoint == Self.here))
        #expect(next.request.headers.contains { $0.name == "X-Some-Key" } == (next.endpoint == Self.here))
        #expect(next.request.headers.contains { $0.name == "Accept" })
    }

    @Test func methods() throws {
        for (status, method, expected) in [
            (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (303, "PUT", "GET"), (307, "POST", "POST"),
            (308, "PUT", "PUT"),
            (301, "PUT", "PUT"), (303, "HEAD", "HEAD"),
        ] {
            let next = try #require(Self.redirection("/q", status: status, method: method))
            #expect(next.request.method == expected && next.request.body.isEmpty == (expected == "GET"), "\(status) \(method)")
        }
        #expect(Self.redirection("ftp://b.example/") == nil)
        #expect(Self.redirection("/q", status: 304) == nil)
        #expect(Self.redirection("https://" + String(repeating: "a", count: 9_000)) == nil)
    }
}
