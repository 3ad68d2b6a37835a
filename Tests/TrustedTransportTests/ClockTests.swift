import CertificateFactory
import Counterparts
import Diagnosis
import Foundation
import PathValidation
import Testing
import TrustPolicy

@testable import TrustedTransport

@Suite("A clock that is wrong is told apart from certificates that are", .timeLimit(.minutes(1)))
struct ClockTests {
    /// A server whose certificate names a list on a web server, which says what time it is.
    private struct Site {
        let folder: TemporaryFolder
        let root: TestAuthority
        let server: OpenSSLServer
        let lists: PeerProcess

        init(validity days: ClosedRange<Double> = -10...10) throws {
            let folder = try TemporaryFolder()
            let port = try LoopbackPort.free()
            lists = try PeerProcess(
                .python3, ["-m", "http.server", "\(port)", "--bind", "127.0.0.1", "--directory", folder.url.path], port: port)
            root = try TestAuthority.root("Clock Root") { $0.notBefore = Date(timeIntervalSinceNow: -20 * 86_400) }
            let leaf = try root.issueLeaf("localhost", san: ["localhost"]) {
                $0.crlURLs = ["http://127.0.0.1:\(port)/root.crl"]
                $0.notBefore = Date(timeIntervalSinceNow: days.lowerBound * 86_400)
                $0.notAfter = Date(timeIntervalSinceNow: days.upperBound * 86_400)
            }
            server = try OpenSSLServer(chainPEM: leaf.pem, keyPEM: leaf.keyPEM)
            self.folder = folder
        }

        func look(clockAheadBy days: Double, store: String = "test", scheme: Endpoint.Scheme = .https) async throws -> [Finding] {
            var configuration = TransportConfiguration(
                anchors: TrustAnchors([try ParsedCertificate(der: root.der)]), trustStore: TrustStoreFacts(path: store, entries: 1),
                policies: .standard(instanceHosts: []))
            configuration.clockPatience = .seconds(20)
            configuration.clock = { Date(timeIntervalSinceNow: days * 86_400) }
            let evidence = await TrustedTransport(configuration: configuration).inspect(
                Endpoint(scheme: scheme, host: "localhost", port: server.port))
            return ConnectionFindings.explaining(evidence, context: FixContext(trustStore: "/store.pem"))
        }
    }

    @Test(arguments: [-300.5, -15.5, 15.5, 4_000.5]) func theClockIsWrong(days: Double) async throws {
        let findings = try await Site().look(clockAheadBy: days)
        let first = try #require(findings.first)
        #expect(first.id == "chain.clock-wrong" && first.summary.contains(days < 0 ? "behind what http://" : "ahead of what http://"))
        #expect(first.summary.contains("\(Int(abs(days))) days") && first.severity == .error)
        #expect(!findings.dropFirst().isEmpty && findings.dropFirst().allSatisfy { $0.consequenceOf == first.id }, "\(findings)")
    }

    @Test(arguments: [(-10.0, -1.0, "chain.expired"), (1, 10, "chain.not-yet-valid")])
    func theCertificateIsWrong(from: Double, to: Double, id: String) async throws {
        let findings = try await Site(validity: from...to).look(clockAheadBy: 0)
        #expect(findings.map(\.id).first == id)
        #expect(findings.first?.evidence["clock"]?.hasPrefix("agrees with http://") == true)
    }

    /// Half an hour off, which does not explain a month.
    @Test func bothAreWrong() async throws {
        let findings = try await Site(validity: -40...(-30)).look(clockAheadBy: 1 / 48)
        #expect(findings.map(\.id).first == "chain.expired" && findings.first?.evidence["clock"] == nil)
    }

    /// As after a battery failed, on a network that lets nobody be asked.
    @Test func aFileIsYoungerThanNow() async throws {
        let site = try Site()
        let store = try site.folder.write("written today", to: "store.pem")
        site.lists.end()
        let first = try #require(try await site.look(clockAheadBy: -1_000.5, store: store).first)
        #expect(first.id == "chain.clock-wrong" && first.summary.contains("at least 1000 days behind: \(store) was written at"))
        // What has ended has ended: that the clock may be late says nothing about it.
        let late = try await Site(validity: -1_040...(-1_010)).look(clockAheadBy: -1_000.5, store: store)
        #expect(late.map(\.id).first == "chain.expired")
    }
}
