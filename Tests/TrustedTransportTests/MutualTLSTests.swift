import Counterparts
import Foundation
import Testing
import TrustPolicy

@testable import TrustedTransport

@Suite("nginx lets our client certificate in, and only that", .timeLimit(.minutes(1)))
struct MutualTLSTests {
    @Test(arguments: ["TLSv1.2", "TLSv1.3"]) func nginx(version: String) async throws {
        let lab = try Lab()
        let root = String(decoding: try lab.folder.read("root.pem"), as: UTF8.self)
        let authority = try lab.folder.write(root, to: "clients.pem")
        let server = try NginxServer(
            chainPEM: lab.chain, keyPEM: lab.key,
            directives: ["ssl_protocols \(version);", "ssl_client_certificate \(authority);", "ssl_verify_client on;"])
        let endpoint = Endpoint(scheme: .https, host: "localhost", port: server.port)
        func ask(_ identity: ClientIdentity?) async throws -> InboundResponse {
            var configuration = lab.configuration(trusting: [lab.root])
            configuration.clientIdentity = { _ in identity }
            return try await TrustedTransport(configuration: configuration).send(OutboundRequest(path: "/"), to: endpoint)
        }
        let welcome = try await ask(lab.client())
        #expect(welcome.status == 200 && String(decoding: welcome.body, as: UTF8.self) == "client: SUCCESS CN=client")
        // nginx ends the handshake first, and says no with the answer.
        for (identity, words) in [(nil, "No required SSL certificate was sent"), (try Lab().client(), "The SSL certificate error")] {
            let refused = try await ask(identity)
            #expect(refused.status == 400 && String(decoding: refused.body, as: UTF8.self).contains(words))
        }
    }
}
