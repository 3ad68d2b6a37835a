import Counterparts
import Diagnosis
import Foundation
import PathValidation
import Testing
import TrustPolicy

@testable import TrustedTransport

@Suite("What changed since an endpoint was last trusted is said", .timeLimit(.minutes(2)))
struct HistoryTests {
    private let lab: Lab
    private let folder: TemporaryFolder

    private let port: Int

    init() throws { (lab, folder, port) = (try Lab(), try TemporaryFolder(), try LoopbackPort.free()) }

    private func run(_ line: String) throws { try Counterpart.openssl.run(line.split(separator: " ").map(String.init), in: folder) }

    private func make(_ name: String, by issuer: String?, organization: String, extensions: String) throws -> ParsedCertificate {
        let subject = "/O=\(organization)/CN=\(name)"
        if let issuer {
            _ = try folder.write(extensions, to: "\(name).cnf")
            try run("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).csr -subj \(subject)")
            try run(
                "x509 -req -in \(name).csr -CA \(issuer).pem -CAkey \(issuer).key -CAcreateserial -days 20 -extfile \(name).cnf -out \(name).pem"
            )
        } else {
            try run(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).pem -days 30 -subj \(subject)"
            )
        }
        try run("x509 -in \(name).pem -outform DER -out \(name).der")
        return try ParsedCertificate(der: folder.read("\(name).der"))
    }

    private func text(_ file: String) throws -> String { String(decoding: try folder.read(file), as: UTF8.self) }

    /// Serves `leaf` with `chain` at the same port twice, and looks each time with a transport of its own, as after a restart.
    private func look(
        _ visits: [(leaf: String, chain: [String])], trusting anchors: [ParsedCertificate]
    ) async throws -> (evidence: ConnectionEvidence, findings: [Finding]) {
        var last: ConnectionEvidence?
        for visit in visits {
            let pem = try text("\(visit.leaf).pem") + visit.chain.map { try text("\($0).pem") }.joined()
            let server = try OpenSSLServer(chainPEM: pem, keyPEM: text("\(visit.leaf).key"), port: port)
            var configuration = lab.configuration(trusting: anchors)
            configuration.visits = VisitBook(path: folder.path("evidence/visits.json"))
            last = await TrustedTransport(configuration: configuration).inspect(
                Endpoint(scheme: .https, host: "localhost", port: server.port))
        }
        let evidence = try #require(last)
        return (evidence, ConnectionFindings.explaining(evidence, context: FixContext(trustStore: "/store.pem")))
    }

    private static let authority = "basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n"
    private static func server(_ more: String = "") -> String { "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n" + more }

    @Test func anInterceptorThatIssuesFromAnotherKey() async throws {
        _ = try make("root", by: nil, organization: "Corp", extensions: "")
        let first = try make("issuing1", by: "root", organization: "Corp", extensions: Self.authority)
        _ = try make("issuing2", by: "root", organization: "Corp", extensions: Self.authority)
        _ = try make("leaf1", by: "issuing1", organization: "Corp", extensions: Self.server())
        _ = try make("leaf2", by: "issuing2", organization: "Corp", extensions: Self.server())
        // Only the issuing certificate was imported, as people do; then it is replaced.
        let (evidence, findings) = try await look([("leaf1", ["issuing1"]), ("leaf2", ["issuing2", "root"])], trusting: [first])
        #expect(evidence.lastVisit?.anchorIsRoot == false)
        let finding = try #require(findings.first)
        #expect(finding.id == "chain.interceptor-rotated", "\(findings.map(\.id))")
        let root = try ParsedCertificate(der: folder.read("root.der"))
        #expect(finding.fixes.contains { $0.command?.contains(root.sha256) == true && !$0.safe })
        // With the root trusted it goes on, and the book turns over.
        let (mended, none) = try await look([("leaf2", ["issuing2", "root"]), ("leaf1", ["issuing1"])], trusting: [root])
        #expect(mended.path?.isValid == true && mended.lastVisit?.anchorIsRoot == true)
        #expect(!none.contains { $0.severity == .error })
    }

    @Test func anotherOwnersRootIsNoRotation() async throws {
        _ = try make("root", by: nil, organization: "Corp", extensions: "")
        let issuing = try make("issuing1", by: "root", organization: "Corp", extensions: Self.authority)
        _ = try make("leaf1", by: "issuing1", organization: "Corp", extensions: Self.server())
        _ = try make("other", by: nil, organization: "Elsewhere", extensions: "")
        _ = try make("leaf3", by: "other", organization: "Elsewhere", extensions: Self.server())
        let (_, findings) = try await look([("leaf1", ["issuing1"]), ("leaf3", ["other"])], trusting: [issuing])
        #expect(findings.first?.id == "chain.root-missing")
    }

    @Test func anAuthorityThatMovesItsResponder() async throws {
        let root = try make("root", by: nil, organization: "Corp", extensions: "")
        for (name, port) in [("leaf1", 1), ("leaf2", 2)] {
            _ = try make(
                name, by: "root", organization: "Corp",
                extensions: Self.server("authorityInfoAccess=OCSP;URI:http://127.0.0.1:\(port)/\n"))
        }
        let (first, before) = try await look([("leaf1", [])], trusting: [root])
        #expect(first.lastVisit == nil && !before.contains { $0.id == "revocation.source-moved" })
        #expect(before.contains { $0.id == "revocation.responder-unreachable" })
        let (_, findings) = try await look([("leaf2", [])], trusting: [root])
        #expect(findings.first?.id == "revocation.source-moved", "\(findings.map(\.id))")
        #expect(findings.first?.evidence["new"] == "127.0.0.1:2" && findings.first?.evidence["before"] == "127.0.0.1:1")
        #expect(findings.first { $0.id == "revocation.responder-unreachable" }?.consequenceOf == "revocation.source-moved")
    }

    @Test func aBookThatCannotBeReadIsBegunAnew() throws {
        let path = try folder.write("no JSON", to: "visits.json")
        let endpoint = Endpoint(scheme: .https, host: "localhost", port: 1)
        #expect(VisitBook(path: path).last(endpoint) == nil)
        #expect(VisitBook(path: "/proc/none/visits.json").last(endpoint) == nil)
    }
}
