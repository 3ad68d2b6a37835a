import Counterparts
import Diagnosis
import Foundation
import JavaKeystore
import PathValidation
import Testing
import TrustPolicy

@testable import TrustedTransport

@Suite("A peer that wants a client certificate says yes or no before we do, in both versions of TLS", .timeLimit(.minutes(1)))
struct ClientCertificateTests {
    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func aDemandIsToldApart(version: String) async throws {
        let lab = try Lab()
        let server = try OpenSSLServer(
            chainPEM: lab.chain, keyPEM: lab.key,
            arguments: [version, "-Verify", "1", "-verify_return_error", "-CAfile", lab.folder.path("root.pem")])
        let endpoint = Endpoint(scheme: .tls, host: "localhost", port: server.port)
        func look(_ identity: ClientIdentity?) async -> (ConnectionEvidence, String?) {
            var configuration = lab.configuration(trusting: [lab.root])
            configuration.clientIdentity = { _ in identity }
            let evidence = await TrustedTransport(configuration: configuration).inspect(endpoint)
            return (evidence, ConnectionFindings.explaining(evidence, context: FixContext()).first?.id)
        }
        let (nothing, required) = await look(nil)
        #expect(nothing.clientCertificate == .requested)
        #expect(required == "tls.client-certificate-required", "\(String(describing: nothing.obstacle))")

        let (accepted, none) = await look(try lab.client())
        #expect(accepted.clientCertificate == .sent)
        #expect(accepted.obstacle == nil)
        #expect(accepted.decision.policy.verdict(on: accepted).isTrusted)
        #expect(none == nil || none?.hasPrefix("revocation.") == true)

        let (foreign, refused) = await look(try Lab().client())
        #expect(refused == "tls.client-certificate-refused", "\(String(describing: foreign.obstacle))")
    }

    @Test func aWishIsNoDemand() async throws {
        let lab = try Lab()
        let server = try OpenSSLServer(chainPEM: lab.chain, keyPEM: lab.key, arguments: ["-tls1_3", "-verify", "1"])
        let evidence = await lab.transport(trusting: [lab.root]).inspect(Endpoint(scheme: .tls, host: "localhost", port: server.port))
        #expect(evidence.clientCertificate == .requested)
        #expect(evidence.decision.policy.verdict(on: evidence).isTrusted)
    }
}

extension Lab {
    /// A client certificate of the lab's root.
    func client() throws -> ClientIdentity {
        func run(_ line: String) throws { try Counterpart.openssl.run(line.split(separator: " ").map(String.init), in: folder) }
        _ = try folder.write("extendedKeyUsage=clientAuth\n", to: "client.cnf")
        try run("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -out client.csr -subj /CN=client")
        try run("x509 -req -in client.csr -CA root.pem -CAkey root.key -CAcreateserial -days 20 -extfile client.cnf -out client.pem")
        try run("x509 -in client.pem -outform DER -out client.der")
        try run("pkcs8 -topk8 -nocrypt -in client.key -outform DER -out client.p8")
        return ClientIdentity(chain: [try folder.read("client.der")], key: try PrivateKeyInfo(der: folder.read("client.p8")))
    }
}
