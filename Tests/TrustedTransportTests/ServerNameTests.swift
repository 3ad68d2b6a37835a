import Counterparts
import Diagnosis
import Foundation
import Testing
import TrustPolicy

@testable import TrustedTransport

@Suite("A server that needs the name says something else without it", .timeLimit(.minutes(1)))
struct ServerNameTests {
    /// nginx with two sites: the first answers those who name none.
    @Test func twoSites() async throws {
        let (lab, other) = (try Lab(), try Lab())
        let server = try NginxServer(
            chainPEM: other.chain, keyPEM: other.key, directives: ["server_name other.example;"], named: (lab.chain, lab.key))
        let endpoint = Endpoint(scheme: .https, host: "localhost", port: server.port)
        func look(_ indicating: Bool) async -> [Finding] {
            var configuration = lab.configuration(trusting: [lab.root])
            configuration.serverNameIndication = indicating
            let evidence = await TrustedTransport(configuration: configuration).inspect(endpoint)
            var context = FixContext(trustStore: "/store.pem")
            context.shown = indicating ? [] : ["--no-sni"]
            return ConnectionFindings.explaining(evidence, context: context)
        }
        #expect(await !look(true).contains { $0.severity == .error })
        let findings = await look(false)
        #expect(findings.first?.id == "tls.name-indication-needed", "\(findings.map(\.id))")
        #expect(findings.dropFirst().allSatisfy { $0.severity != .error || $0.consequenceOf == "tls.name-indication-needed" })
        #expect(findings.first?.fixes.first?.command == "midguard check https://localhost:\(server.port) --trust-store /store.pem")
        // Where nobody on the command line left it out, the home's config.xml did.
        var configuration = lab.configuration(trusting: [lab.root])
        configuration.serverNameIndication = false
        let evidence = await TrustedTransport(configuration: configuration).inspect(endpoint)
        let said = ConnectionFindings.explaining(evidence, context: FixContext(home: "/agent")).first?.fixes.first
        #expect(said?.effect.contains("glide.outbound.tls_sni.enabled") == true && said?.command == "${EDITOR:-vi} /agent/config.xml")
    }

    @Test func aServerThatIsWrongEitherWayIsWrong() async throws {
        let lab = try Lab()
        let server = try OpenSSLServer(chainPEM: lab.chain, keyPEM: lab.key)
        var configuration = lab.configuration(trusting: [])
        configuration.serverNameIndication = false
        let evidence = await TrustedTransport(configuration: configuration).inspect(
            Endpoint(scheme: .https, host: "localhost", port: server.port))
        #expect(!evidence.isTrustedWithServerName)
        #expect(ConnectionFindings.explaining(evidence, context: FixContext()).first?.id.hasPrefix("chain.") == true)
    }
}
