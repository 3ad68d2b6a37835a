import Counterparts
import Foundation
import NIOCore
import NIOPosix
import PathValidation
import Synchronization
import Testing
import TrustPolicy

@testable import TrustedTransport

@Suite(
    "While a responder is silent what is known goes on to count, and what was revoked stays revoked, also after a restart",
    .timeLimit(.minutes(2)))
struct OutageTests {
    /// A root, a good leaf and a revoked one, whose responder answers for three days.
    final class Site {
        let folder: TemporaryFolder
        let root: ParsedCertificate
        let responder: OpenSSLResponder
        let servers: [String: OpenSSLServer]

        init() throws {
            let folder = try TemporaryFolder()
            func run(_ line: String) throws { try Counterpart.openssl.run(line.split(separator: " ").map(String.init), in: folder) }
            try run(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 300 -subj /CN=Lab.Root")
            try run("x509 -in root.pem -outform DER -out root.der")
            let port = try LoopbackPort.free()
            let extensions =
                "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\nauthorityInfoAccess=OCSP;URI:http://127.0.0.1:\(port)/\n"
            _ = try folder.write(extensions, to: "leaf.cnf")
            var servers: [String: OpenSSLServer] = [:]
            for name in ["good", "bad"] {
                try run(
                    "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).csr -subj /CN=\(name)")
                try run(
                    "x509 -req -in \(name).csr -CA root.pem -CAkey root.key -CAcreateserial -days 200 -extfile leaf.cnf -out \(name).pem")
                servers[name] = try OpenSSLServer(
                    chainPEM: String(decoding: try folder.read("\(name).pem"), as: UTF8.self),
                    keyPEM: String(decoding: try folder.read("\(name).key"), as: UTF8.self))
            }
            responder = try OpenSSLResponder(
                port: port, certificates: [.init("good.pem"), .init("bad.pem", revokedAt: "251101000000Z")], issuer: "root", days: 3,
                in: folder)
            root = try ParsedCertificate(der: folder.read("root.der"))
            (self.folder, self.servers) = (folder, servers)
        }

        func configuration(afterDays days: Double) -> TransportConfiguration {
            var configuration = TransportConfiguration(
                anchors: TrustAnchors([root]), trustStore: TrustStoreFacts(path: "test", entries: 1),
                policies: PolicyTable(rows: [
                    EndpointPolicy(
                        name: "all", category: .internet, includes: ["*"],
                        checks: Checks(chain: true, hostname: true, revocation: .denyUnknown))
                ]))
            configuration.clock = { Date(timeIntervalSinceNow: days * 86_400) }
            return configuration
        }

        /// What a new process with the same folder says after so many days.
        func look(_ name: String, afterDays days: Double, keeping: Bool = true) async throws -> (
            Verdict, RevocationOutcome.Status?, ConnectionEvidence
        ) {
            var configuration = configuration(afterDays: days)
            if keeping { configuration.keptEvidence = KeptEvidence(folder: folder.path("kept")) }
            let port = try #require(servers[name]).port
            let evidence = await TrustedTransport(configuration: configuration).inspect(
                Endpoint(scheme: .tls, host: "localhost", port: port))
            return (evidence.decision.policy.verdict(on: evidence), evidence.revocation.first?.status, evidence)
        }
    }

    @Test func anOutageOfTheResponder() async throws {
        let site = try Site()
        #expect(try await site.look("good", afterDays: 0).0.isTrusted)
        #expect(try await site.look("bad", afterDays: 0).1?.isRevoked == true)
        site.responder.stop()

        // Nobody answers: without anything kept nothing is known.
        let nothing = try await site.look("good", afterDays: 0, keeping: false)
        #expect(!nothing.0.isTrusted && nothing.1?.isUnknown == true)
        // Within the answer's three days, and in the week of grace after them.
        for days in [0.1, 2.9, 8] {
            let (verdict, status, evidence) = try await site.look("good", afterDays: days)
            #expect(verdict.isTrusted && status?.isUnknown == false, "after \(days) days")
            #expect(evidence.revocationFromKept.count == 1)
        }
        let over = try await site.look("good", afterDays: 11)
        #expect(!over.0.isTrusted && over.1?.isUnknown == true)
        // Revoked is revoked for good.
        for days in [0.1, 8, 11, 100] {
            #expect(try await site.look("bad", afterDays: days).1?.isRevoked == true, "after \(days) days")
        }
    }

    /// Asks the real responder whenever it is asked, and counts.
    private final class Asked: EvidenceSource {
        private let count = Mutex(0)
        var times: Int { count.withLock { $0 } }
        func fetch(_ request: EvidenceRequest) async -> EvidenceAnswer {
            count.withLock { $0 += 1 }
            return await EvidenceFetcher(group: MultiThreadedEventLoopGroup.singleton, timeout: .seconds(20)).fetch(request)
        }
    }

    /// An agent asks again while what it has still counts, and says once when nobody answers.
    @Test func anotherAnswerIsFetchedBeforeTheEnd() async throws {
        let (site, asked) = (try Site(), Asked())
        let days = Mutex(0.0)
        let told = Mutex<[EvidenceNews]>([])
        var configuration = site.configuration(afterDays: 0)
        configuration.clock = { Date(timeIntervalSinceNow: days.withLock { $0 } * 86_400) }
        configuration.keptEvidence = KeptEvidence(folder: site.folder.path("kept"))
        configuration.prefetchesEvidence = true
        configuration.evidenceBudget = .seconds(30)
        let dialer = Dialer(configuration: configuration, group: MultiThreadedEventLoopGroup.singleton, source: asked)
        func prefetch(atDay day: Double) async -> Int {
            days.withLock { $0 = day }
            await dialer.prefetchEvidence { news in told.withLock { $0.append(news) } }
            return asked.times
        }
        let attempt = await dialer.open(
            Endpoint(scheme: .tls, host: "localhost", port: try #require(site.servers["good"]).port), dial: nil, settling: false)
        attempt.channel?.close(promise: nil)
        #expect(attempt.evidence.revocation.first?.status.isUnknown == false)
        #expect(asked.times == 1)
        // The answer is for three days.
        #expect(await prefetch(atDay: 2) == 1)
        #expect(await prefetch(atDay: 2.5) == 2)
        // It is what the real responder has today, so it is as old as before, and asked for again after a pause.
        #expect(await prefetch(atDay: 2.501) == 2)
        #expect(await prefetch(atDay: 2.6) == 3)
        #expect(told.withLock { $0.isEmpty })
        site.responder.stop()
        #expect(await prefetch(atDay: 2.7) == 4)
        #expect(await prefetch(atDay: 2.8) == 5)
        guard case .silent("CN=good", let obstacles, let until)? = told.withLock({ $0.count == 1 ? $0.first : nil }) else {
            return #expect(Bool(false), "\(told.withLock { $0 })")
        }
        #expect(!obstacles.isEmpty && abs(until.timeIntervalSinceNow - 10 * 86_400) < 600)
        // A connection that is answered ends the silence, and the next look says so.
        let (path, outcomes, now) = (try #require(attempt.evidence.path?.best), attempt.evidence.revocation, Date())
        let paths = EvidencePrefetch()
        #expect(!paths.note(path, order: [.ocsp], outcomes: outcomes, at: now, isUse: true))
        #expect(paths.due(at: now).isEmpty)
        #expect(paths.postpone(path, at: now) && !paths.postpone(path, at: now))
        paths.note(path, order: [.ocsp], outcomes: outcomes, at: now, isUse: true)
        #expect(paths.due(at: now).count == 1)
        #expect(paths.note(path, order: [.ocsp], outcomes: outcomes, at: now, isUse: false))
        #expect(paths.due(at: now).isEmpty)
        #expect(paths.due(at: now + 3 * 86_400).count == 1)
        // Past its own end nobody speaks of a certificate any more, and a silence about it is over.
        #expect(paths.letGo(at: now).isEmpty && paths.postpone(path, at: now))
        #expect(paths.letGo(at: now + 201 * 86_400) == [path.certificates])
        #expect(paths.due(at: now + 201 * 86_400).isEmpty)
        // What no connection used for a month is not asked about any more.
        #expect(await prefetch(atDay: 31) == 5)
        #expect(told.withLock { $0.last } == .answered(subject: "CN=good"))
    }

    @Test func whatIsKeptIsVerifiedAgain() async throws {
        let site = try Site()
        #expect(try await site.look("good", afterDays: 0).0.isTrusted)
        site.responder.stop()
        for name in try FileManager.default.contentsOfDirectory(atPath: site.folder.path("kept")) {
            let path = site.folder.path("kept/" + name)
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            // Within what is signed; at the end stand certificates that the responder adds.
            bytes[90] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
        }
        #expect(try await site.look("good", afterDays: 0).0.isTrusted == false)
    }
}
