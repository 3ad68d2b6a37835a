import AgentConfiguration
import AgentIdentity
import AgentProtocol
import Diagnosis
import Foundation
import JavaKeystore
import Synchronization
import Testing
import TrustPolicy
import TrustedTransport

@testable import AgentRuntime

@Suite("A probe reports what it saw, sends nothing it must not, and keeps secrets out of results", .timeLimit(.minutes(1)))
struct ProbeTests {
    static let identity: Result<IdentityKeyPair, any Error> = Result {
        try IdentityKeyPair.generate(agentName: "alpha", tail: MidID.random(), notBefore: Date())
    }

    static func surroundings(_ instance: FakeInstance) throws -> ProbeSurroundings {
        let pair = try identity.get()
        return ProbeSurroundings(
            transport: instance, context: FixContext(home: "/opt/agent"),
            open: { sealed, job throws(SecretFailure) in
                try BasicCredentials(sealed: sealed, pair: pair, agent: FakeInstance.agent, job: job)
            },
            status: {
                RuntimeFigures(pools: [.init(name: "Standard", places: 25, running: 1, waiting: 2)], spooledResults: 3, finishedJobs: 4)
            })
    }

    static func run(
        _ probe: some Probe, _ instance: FakeInstance, source: String, _ parameters: [String: String] = [:],
        secrets: [String: String] = [:],
        id: SysID = .random()
    ) async throws -> ProbeReport {
        await probe.run(
            ProbeJob(id: id, name: "", source: source, parameters: parameters, sealedSecrets: secrets), in: try surroundings(instance))
    }

    @Test("A sealed credential is opened and used, and appears nowhere in the result") func credential() async throws {
        let instance = FakeInstance()
        let seen = Mutex<OutboundRequest?>(nil)
        instance.state.withLock {
            $0.other = { request, _ in
                seen.withLock { $0 = request }
                return InboundResponse(
                    status: 201, headers: [("Content-Type", "text/plain"), ("Set-Cookie", "s=1")], body: Array("made".utf8))
            }
        }
        let job = SysID.random()
        let plain = Array(#"{"username":"robot","password":"open sesame"}"#.utf8)
        let sealed = try SealedSecret.seal(plain, to: Self.identity.get().certificateDER, agent: FakeInstance.agent, record: job)
        let report = try await Self.run(
            RESTProbe(), instance, source: "https://api.example/things?a=b c#f",
            ["method": "post", "body": "{}", "header.X-Trace": "1", "credential": "api"], secrets: ["api": sealed], id: job)
        let request = try #require(seen.withLock { $0 })
        #expect(request.method == "POST")
        #expect(request.path == "/things?a=b%20c")
        #expect(
            request.headers.contains {
                $0.name == "authorization" && $0.value == "Basic " + Data("robot:open sesame".utf8).base64EncodedString()
            })
        #expect(report.resultCode == 0)
        let payload = report.payload(echoing: [.init("credential", "api"), .init("header.Authorization", "x")], duration: .seconds(1))
        #expect(payload.contains("<status>201</status>"))
        #expect(payload.contains("made"))
        #expect(!payload.contains("sesame"))
        #expect(!payload.contains("s=1"), "cookies stay here")
        #expect(!payload.contains(#"value="x""#))
    }

    @Test("A credential sealed for another job stays closed, and nothing is sent") func otherJob() async throws {
        let instance = FakeInstance()
        let sealed = try SealedSecret.seal([1], to: Self.identity.get().certificateDER, agent: FakeInstance.agent, record: .random())
        let report = try await Self.run(
            RESTProbe(), instance, source: "https://api.example/", ["credential": "api"], secrets: ["api": sealed])
        #expect(report.resultCode == 1)
        #expect(report.findings.map(\.id) == ["identity.key-mismatch"])
    }

    @Test("A refused connection is told in the vendor's words, with finding and fix") func refused() async throws {
        let report = try await Self.run(RESTProbe(), FakeInstance(), source: "https://user:pw@down.example:444/x?token=t")
        #expect(report.resultCode == 1)
        #expect(report.errorString.hasPrefix("Request not sent to uri= https://down.example:444/x?token=… : "))
        #expect(report.errorString.contains("[network.refused]"))
        #expect(report.findings.first?.id == "network.refused")
    }

    static let unfit: [(String, [String: String])] = [
        ("ftp://a/", [:]), ("", [:]), ("https://a/", ["method": "TRACE"]), ("https://a/", ["header.Bad Name": "1"]),
        ("https://a/", ["header.X": "a\r\nB: c"]), ("https://a/", ["header.Host": "b"]),
        ("https://a/", ["header.Transfer-Encoding": "chunked"]),
        ("https://a/", ["credential": "not-sent-along"]),
    ]
    @Test("What cannot be a request is refused before anything is sent", arguments: unfit)
    func refusals(_ source: String, _ parameters: [String: String]) async throws {
        let instance = FakeInstance()
        instance.state.withLock { $0.other = { _, _ in InboundResponse(status: 200, headers: [], body: []) } }
        let report = try await Self.run(RESTProbe(), instance, source: source, parameters)
        #expect(report.resultCode == 1)
        #expect(report.findings.map(\.id) == ["runtime.job-refused"])
    }

    @Test("A body that is too long is cut, and the result says so") func longBody() async throws {
        let instance = FakeInstance()
        instance.state.withLock {
            $0.other = { _, _ in InboundResponse(status: 200, headers: [], body: [UInt8](repeating: 97, count: (1 << 20) + 1)) }
        }
        let report = try await Self.run(RESTProbe(), instance, source: "https://a.example/")
        #expect(report.fields.first { $0.name == "body" }?.text.count == 1 << 20)
        #expect(report.fields.contains { $0.name == "body.cut_at" })
    }

    @Test("A certificate probe looks at the endpoint and says what it found") func certificate() async throws {
        let instance = FakeInstance()
        let report = try await Self.run(CertificateProbe(), instance, source: "db.example:8443")
        #expect(instance.state.withLock { $0.inspected } == [Endpoint(scheme: .tls, host: "db.example", port: 8443)])
        #expect(report.fields.first { $0.name == "verdict" }?.text == "unreachable")
        #expect(report.fields.first { $0.name == "findings" }?.text.contains(#""id":"network.refused""#) == true)
        let nonsense = try await Self.run(CertificateProbe(), instance, source: "no port here")
        #expect(nonsense.findings.map(\.id) == ["runtime.job-refused"])
    }

    @Test("A system command is refused, whatever it is", arguments: ["restartService", "rm -rf /", ""]) func command(_ verb: String)
        async throws
    {
        let report = try await Self.run(SystemCommand(), FakeInstance(), source: verb)
        #expect(report.resultCode == 1)
        #expect(report.findings.map(\.id) == ["runtime.job-refused"])
    }

    @Test("The heartbeat's reply says how the agent is") func heartbeat() async throws {
        let report = try await Self.run(HeartbeatProbe(), FakeInstance(), source: "")
        let fields = Dictionary(report.fields.map { ($0.name, $0.text) }) { $1 }
        #expect(fields["mid_operational_state"] == "Up")
        #expect(fields["pool.standard.waiting"] == "2")
        #expect(fields["results.spooled"] == "3")
    }

    struct Endless: Probe {
        let topic = "Endless"
        let deadline = Duration.milliseconds(50)
        func run(_ job: ProbeJob, in surroundings: ProbeSurroundings) async -> ProbeReport {
            try? await Task.sleep(for: .seconds(60))
            return ProbeReport()
        }
    }

    static let endings: [(String, String, String)] = [
        ("Endless", "<parameters/>", "gave no result"), ("Unknown", "<parameters/>", "No probe handles the topic Unknown"),
        ("Endless", "<parameters", "payload cannot be read"),
    ]
    @Test("Every job ends with a result: late, unknown and unreadable ones too", arguments: endings)
    func everyJob(_ topic: String, _ payload: String, _ words: String) async throws {
        let home = try TemporaryHome()
        let spool = try Spool(folder: home("spool"))
        let held = HeldJobs()
        let runner = JobRunner(
            surroundings: try Self.surroundings(FakeInstance()), spool: spool, held: held, log: try AgentLog(folder: home("logs")),
            account: .silent,
            probe: { $0 == "Endless" ? Endless() : nil })
        let claim = AgentMessages.Claim(
            job: QueueRecord(agent: "mid.server.alpha", queue: .output, topic: topic, payload: payload), token: 4, earlierClaims: 0,
            leaseSeconds: 60)
        _ = held.take(claim)
        await runner.perform(claim)
        let result = try #require(try SpoolTests.sent(spool).first)
        #expect(result.token == 4)
        #expect(result.record.errorString.contains(words))
        #expect(try ResultPayload(parsing: result.record.payload).resultCode == 1)
        #expect(held.count == 0)
    }

    @Test("Names that a job chose cannot break the payload", arguments: ["a b", "1x", "<x>", "", "é", "a\"b"]) func names(_ name: String)
        throws
    {
        let report = ProbeReport(fields: [(name, "v")])
        #expect(try ResultPayload(parsing: report.payload(echoing: [.init(name, "w")], duration: .zero)).results.first?.first?.text == "v")
    }
}

@Suite("Setting up makes a whole home or none") struct SetUpTests {
    static let wanted = AgentSetUp(url: "https://instance.example/", name: "alpha", username: "user", password: Secret("p<&\"w"))

    @Test func whole() throws {
        let home = try TemporaryHome()
        let report = try AgentHome.setUp(home("new"), Self.wanted)
        #expect(report.certificates > 50)
        let read = try AgentHome(path: home("new"))
        #expect(read.settings.password.reveal() == "p<&\"w")
        #expect(try OpenFile(home("new/config.xml"), for: .read).ownership().mode == 0o600)
        #expect(try TrustStoreFile(path: read.trustStore, password: .init("changeit")).certificates.count == report.certificates)
        let failure = #expect(throws: HomeFailure.self) { try AgentHome.setUp(home("new"), Self.wanted) }
        #expect(failure?.finding.id == "config.bad-value")
    }

    static let bad: [(AgentSetUp, String)] = {
        var plain = wanted, nameless = wanted, missing = wanted, empty = wanted
        plain.url = "http://instance.example/"
        nameless.name = ""
        missing.trust = ["/no/such/file.pem"]
        (empty.machineBundle, empty.trust) = (nil, [])
        return [(plain, "policy.plain-http-refused"), (nameless, "config.bad-value"), (missing, "store.missing"), (empty, "store.missing")]
    }()
    @Test(arguments: bad.indices) func nothing(_ index: Int) throws {
        let home = try TemporaryHome()
        let (wanted, id) = Self.bad[index]
        let failure = #expect(throws: HomeFailure.self) { try AgentHome.setUp(home("new"), wanted) }
        #expect(failure?.finding.id == id)
        #expect(!Files.exists(home("new")))
    }

    @Test("A home that cannot be written is one finding") func unwritable() throws {
        let failure = #expect(throws: HomeFailure.self) { try AgentHome.setUp("/proc/agent", Self.wanted) }
        #expect(failure.map { ["store.not-writable", "store.missing", "store.unreadable"].contains($0.finding.id) } == true)
    }
}
