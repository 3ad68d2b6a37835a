import AgentConfiguration
import AgentProtocol
import Diagnosis
import Foundation
import LocalFiles
import PathValidation
import Synchronization
import Testing
import TrustedTransport

@testable import AgentRuntime

@Suite("An agent starts, works and stops as its account says", .timeLimit(.minutes(2))) struct AgentServiceTests {
    static func job(
        _ parameters: [String: String] = [:], topic: String = "EchoProbe", source: String = "", priority: Priority = .standard
    ) -> QueueRecord {
        let payload = JobPayload(parameters.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }).serialised()
        return QueueRecord(agent: "mid.server.alpha", queue: .output, topic: topic, source: source, payload: payload, priority: priority)
    }

    static func result(_ instance: FakeInstance, of job: QueueRecord) throws -> (record: QueueRecord, payload: ResultPayload)? {
        guard let result = instance.state.withLock({ $0.results.values.first { $0.record.responseTo == job.sysID } }) else { return nil }
        return (result.record, try ResultPayload(parsing: result.record.payload))
    }

    @Test("An instance whose clock is wrong is said so, and worked for") func clocks() async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        instance.state.withLock { $0.date = "Sun, 06 Nov 1994 08:49:37 GMT" }
        let agent = RunningAgent(home, instance)
        #expect(await eventually { agent.isServing })
        #expect(AgentStatusReport.read(home: home.path)?.findings.map(\.id) == ["runtime.clock-skew"])
        #expect(await agent.stop() == nil)
    }

    @Test("That nobody says anything new about a certificate is said while it does not matter yet") func evidenceThatEnds() async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        let agent = RunningAgent(home, instance)
        #expect(await eventually { agent.isServing })
        let silence = [RevocationObstacle.unreachable(.ocsp, url: "http://ocsp.example:8080/a'b", .refused)]
        let until = Date(timeIntervalSince1970: 1_800_000_000)
        instance.state.withLock { $0.evidenceNews = [.silent(subject: "CN=one", silence, until: until)] }
        #expect(await eventually { AgentStatusReport.read(home: home.path)?.findings.map(\.id) == ["revocation.responder-unreachable"] })
        let finding = try #require(AgentStatusReport.read(home: home.path)?.findings.first)
        #expect(finding.summary.contains("CN=one") && finding.summary.contains("2027-01-15T08:00:00Z"))
        #expect(finding.fixes.first?.command == "curl -sS -o /dev/null -v http://ocsp.example:8080/")
        // Another one's answer settles nothing of it.
        instance.state.withLock { $0.evidenceNews = [.answered(subject: "CN=two")] }
        #expect(await eventually { instance.state.withLock(\.evidenceNews).isEmpty })
        #expect(AgentStatusReport.read(home: home.path)?.findings.count == 1)
        instance.state.withLock { $0.evidenceNews = [.answered(subject: "CN=one")] }
        #expect(await eventually { AgentStatusReport.read(home: home.path)?.findings.isEmpty == true })
        #expect(await agent.stop() == nil)
    }

    @Test("From an empty home to a result at the instance, and the registration key is gone") func wholeWay() async throws {
        let home = try TemporaryHome()
        try home.setUp(registrationKey: "once-only-4711")
        let instance = FakeInstance()
        instance.state.withLock { ($0.validation, $0.registrationKey) = (.no, .accepted) }
        let agent = RunningAgent(home, instance)
        #expect(await eventually { agent.isServing })
        let job = Self.job(["text": "hello & <welcome>"])
        instance.insert([job])
        #expect(await eventually { (try? Self.result(instance, of: job)) ?? nil != nil })
        let result = try #require(try Self.result(instance, of: job))
        #expect(result.payload.resultCode == 0)
        #expect(result.payload["parameter.text"] == "hello & <welcome>")
        #expect(try #require(result.payload["started_at"].flatMap { Int64($0) }) > 1_600_000_000_000_000)
        #expect(result.record.queue == .input)

        let configuration = try home.configuration
        #expect(configuration.value("mid_sys_id") == FakeInstance.agent.description)
        #expect(configuration.value("keypairs.mid_id")?.count == 32)
        #expect(configuration.value("mid.midguard.registration_key") == nil)
        #expect(instance.state.withLock { $0.requests.first { $0.path.hasPrefix("/InstanceInfo") }?.authorized } == false)

        #expect(await eventually { AgentStatusReport.read(home: home.path)?.lastHeartbeat != nil })
        let status = try #require(AgentStatusReport.read(home: home.path))
        #expect(status.state == .serving)
        #expect(status.validated == "Yes")
        #expect(status.certificateSHA256?.count == 64)
        #expect(AgentStatusReport.isRunning(home: home.path))

        #expect(await agent.stop() == nil)
        #expect(AgentStatusReport.read(home: home.path)?.state == .stopped)
        #expect(!AgentStatusReport.isRunning(home: home.path))
        for line in ["Worker starting: EchoProbe source:", "Enqueuing: ", "Worker completed: EchoProbe source:  time: 0:00:0"] {
            #expect(home.log.contains(line), "\(line)")
        }
        for secret in ["once-only-4711", "word", configuration.value("keypairs.mid_id") ?? "?"] { #expect(!home.log.contains(secret)) }
    }

    @Test("A second start opens the same key and loses nothing") func restart() async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        for _ in 1...2 {
            let agent = RunningAgent(home, instance)
            #expect(await eventually { agent.isServing })
            _ = await agent.stop()
        }
        let certificates = instance.state.withLock { $0.announced.map(\.certificate) }
        #expect(certificates.count == 2)
        #expect(Set(certificates).count == 1)
        #expect(instance.state.withLock { $0.announced.map(\.sysID) } == [nil, FakeInstance.agent])
    }

    @Test("Not validated means no jobs, a finding, and asking until the answer is Yes") func validation() async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        instance.state.withLock { $0.validation = .no }
        let job = Self.job()
        instance.insert([job])
        let agent = RunningAgent(home, instance)
        #expect(await eventually { instance.state.withLock { $0.announced.count } >= 3 })
        #expect(agent.findings == ["identity.not-validated"])
        #expect(instance.state.withLock { $0.claims.isEmpty })
        #expect(AgentStatusReport.read(home: home.path)?.state == .waitingForValidation)
        instance.state.withLock { $0.validation = .yes }
        #expect(await eventually { (try? Self.result(instance, of: job)) ?? nil != nil })
        #expect(await eventually { AgentStatusReport.read(home: home.path)?.findings.isEmpty == true })
    }

    @Test("Validating that does not end is said, until it does") func validating() async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        instance.state.withLock { $0.validation = .validating }
        let agent = RunningAgent(home, instance)
        #expect(await eventually { agent.findings.contains("identity.validating-stuck") })
        #expect(agent.findings == ["identity.not-validated", "identity.validating-stuck"])
        #expect(AgentStatusReport.read(home: home.path)?.findings.map(\.id) == ["identity.validating-stuck"])
        instance.state.withLock { $0.validation = .yes }
        #expect(await eventually { agent.isServing && AgentStatusReport.read(home: home.path)?.findings.isEmpty == true })
    }

    @Test("Validation that is taken back stops the claims, and given again lets them go on") func invalidated() async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        let agent = RunningAgent(home, instance)
        #expect(await eventually { agent.isServing })
        instance.state.withLock { $0.validation = .no }
        #expect(await eventually { agent.findings.contains("identity.not-validated") })
        let job = Self.job()
        instance.insert([job])
        try await Task.sleep(for: .milliseconds(100))
        #expect(instance.state.withLock { $0.claims.isEmpty })
        instance.state.withLock { $0.validation = .yes }
        #expect(await eventually { (try? Self.result(instance, of: job)) ?? nil != nil })
    }

    struct Trouble: Sendable, CustomTestStringConvertible {
        var path: String, how: FakeInstance.Misbehaviour, times: Int
        var testDescription: String { "\(path) \(how) x\(times)" }
    }
    static let troubles = [
        Trouble(path: "InstanceInfo", how: .unreachable, times: 3), Trouble(path: "InstanceInfo", how: .status(500), times: 3),
        Trouble(path: "GetMIDInfo", how: .status(401), times: 2), Trouble(path: "GetMIDInfo", how: .cut, times: 2),
        Trouble(path: AgentMessages.basePath, how: .status(503), times: 2),
        Trouble(path: AgentMessages.basePath, how: .cutAfterWork, times: 1),
        Trouble(path: "claims", how: .cut, times: 1), Trouble(path: "claims", how: .status(500), times: 1),
        Trouble(path: "results", how: .status(500), times: 2), Trouble(path: "results", how: .cutAfterWork, times: 2),
        Trouble(path: "heartbeat", how: .status(500), times: 3), Trouble(path: "findings", how: .status(500), times: 2),
    ]
    @Test("Whatever answers fail for a while, every job is done and reported once", arguments: troubles) func troubled(_ trouble: Trouble)
        async throws
    {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        instance.misbehave(trouble.path, trouble.how, times: trouble.times)
        let jobs = (1...20).map { _ in Self.job() }
        instance.insert(jobs)
        let agent = RunningAgent(home, instance)
        #expect(await eventually(within: 20) { instance.state.withLock { $0.results.count } == jobs.count })
        _ = await agent.stop()
        let answered = instance.state.withLock { $0.results.values.compactMap(\.record.responseTo) }
        #expect(Set(answered) == Set(jobs.map(\.sysID)))
        #expect(answered.count == jobs.count)
        #expect(try Spool(folder: home("work/monitors/ECCSender")).recovered == 0)
    }

    @Test("Hundreds of jobs go through in batches, even when the requests that end a wait overtake it", arguments: [0, 30])
    func batches(delayMilliseconds: Int) async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        instance.state.withLock { $0.delayOfWaits = .milliseconds(delayMilliseconds) }
        let jobs = (0..<300).map { Self.job(priority: Priority(rawValue: $0 % 3) ?? .standard) }
        instance.insert(jobs)
        let agent = RunningAgent(home, instance)
        #expect(await eventually(within: 20) { instance.state.withLock { $0.results.count } == jobs.count })
        _ = await agent.stop()
        let (requests, most) = instance.state.withLock { state in
            (state.requests.count { $0.path.hasSuffix("results") }, state.mostResultsAtOnce)
        }
        #expect(requests < jobs.count)
        #expect(most <= 200)
    }

    @Test("Receipts that refuse end a result all the same", arguments: [AgentMessages.ResultOutcome.stale, .unknownJob, .duplicate])
    func receipts(_ outcome: AgentMessages.ResultOutcome) async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        instance.state.withLock { $0.outcome = outcome }
        instance.insert([Self.job()])
        let agent = RunningAgent(home, instance)
        #expect(
            await eventually {
                agent.events.withLock { $0.contains { if case .resultAcknowledged(_, outcome) = $0 { true } else { false } } }
            })
        _ = await agent.stop()
        #expect(try Spool(folder: home("work/monitors/ECCSender")).recovered == 0)
        if outcome != .duplicate { #expect(home.log.contains("this result is dropped")) }
    }

    @Test("A result of an earlier process is sent with its own token before anything is claimed") func recovery() async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        let job = Self.job()
        instance.insert([job])
        instance.state.withLock { $0.claims[job.sysID] = (7, "an earlier process") }
        let record = QueueRecord(agent: job.agent, queue: .input, topic: job.topic, payload: "<results/>", responseTo: job.sysID)
        try await Spool(folder: home("work/monitors/ECCSender")).append(.init(idempotencyKey: "\(job.sysID).7", token: 7, record: record))
        instance.misbehave("results", .status(500), times: 2)
        let agent = RunningAgent(home, instance)
        #expect(await eventually { instance.state.withLock { $0.results["\(job.sysID).7"] != nil } })
        _ = await agent.stop()
        #expect(instance.state.withLock { $0.results.count } == 1)
        #expect(instance.state.withLock { $0.claims[job.sysID]?.token } == 7, "not claimed again")
    }

    @Test("One result that the instance cannot read does not hold up the others") func poison() async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        instance.misbehave("results", .status(400), times: 1)
        instance.insert([Self.job()])
        let agent = RunningAgent(home, instance)
        let folder = home("work/monitors/ECCSender/output_error")
        #expect(await eventually { ((try? Files.list(folder)) ?? []).count == 1 })
        let second = Self.job()
        instance.insert([second])
        #expect(await eventually { (try? Self.result(instance, of: second)) ?? nil != nil })
        _ = await agent.stop()
    }

    @Test("An instance that forgot the agent hears of it anew") func forgotten() async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        let agent = RunningAgent(home, instance)
        #expect(await eventually { agent.isServing })
        instance.misbehave("heartbeat", .status(404))
        #expect(await eventually { instance.state.withLock { $0.announced.count } == 2 })
        let job = Self.job()
        instance.insert([job])
        #expect(await eventually { (try? Self.result(instance, of: job)) ?? nil != nil })
    }
}

@Suite("What waiting does not mend ends the agent with one finding, and nothing is half written", .timeLimit(.minutes(1)))
struct AgentEndTests {
    // The home is left as it was found in every case.
    static let malformed = [
        ("<parameters><parameter name=\"url\" value=\"https://a&b/\"/></parameters>", "config.not-escaped"),
        ("<parameters><parameter", "config.malformed"), ("", "config.malformed"), ("<other/>", "config.malformed"),
        ("<parameters><parameter name=\"url\" value=\"http://a/\"/></parameters>", "policy.plain-http-refused"),
        ("<parameters><parameter name=\"url\" value=\"https://a/\"/></parameters>", "config.bad-value"),
    ]
    @Test(arguments: malformed) func configuration(_ text: String, _ id: String) async throws {
        let home = try TemporaryHome()
        try Data(text.utf8).write(to: URL(fileURLWithPath: home("config.xml")))
        let instance = FakeInstance()
        #expect(await RunningAgent(home, instance).end?.map(\.id) == [id])
        #expect(instance.state.withLock { $0.requests.isEmpty })
        #expect(try String(contentsOfFile: home("config.xml"), encoding: .utf8) == text)
        #expect(!Files.exists(home("security")))
    }

    @Test func missing() async throws {
        let home = try TemporaryHome()
        #expect(await RunningAgent(home, FakeInstance()).end?.map(\.id) == ["config.missing"])
        #expect(try Files.list(home.path).isEmpty)
    }

    @Test("Two agents do not share a home") func twice() async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        let first = RunningAgent(home, instance)
        #expect(await eventually { first.isServing })
        #expect(await RunningAgent(home, instance).end?.map(\.id) == ["identity.duplicate-name"])
        #expect(await first.stop() == nil)
    }

    @Test(
        "A keystore of another home is told, not replaced; an identifier that the trail of backups has is put right",
        arguments: [true, false])
    func outOfSync(hasTrail: Bool) async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let agent = RunningAgent(home, FakeInstance())
        #expect(await eventually { agent.isServing })
        _ = await agent.stop()
        let before = try Files.read(home("security/agent_keystore"), limit: 1 << 20)
        let right = try home.configuration.value("keypairs.mid_id")
        let changed = try home.configuration.setting("keypairs.mid_id", to: String(repeating: "0", count: 32))
        try Files.replace(home("config.xml"), with: changed.bytes)
        if !hasTrail { try Files.remove(home("security_backup/keystore_backup_audit_trail.log")) }
        let again = RunningAgent(home, FakeInstance())
        if hasTrail {
            #expect(await eventually { again.isServing })
            _ = await again.stop()
            #expect(try home.configuration.value("keypairs.mid_id") == right)
            #expect(home.log.contains("keypairs.mid_id in config.xml did not open it; mended from "))
        } else {
            #expect(await again.end?.map(\.id) == ["identity.out-of-sync"])
            #expect(home.log.contains("Keystore was tampered with, or password was incorrect"))
            #expect(home.log.contains("finding: identity.out-of-sync"))
        }
        #expect(try Files.read(home("security/agent_keystore"), limit: 1 << 20) == before)
    }

    static let refusals: [(AgentMessages.RegistrationKeyOutcome, [String])] = [
        (.spent, ["auth.registration-key-spent", "identity.not-validated"]),
        (.expired, ["auth.registration-key-expired", "identity.not-validated"]),
        (.unknown, ["auth.registration-key-expired", "identity.not-validated"]),
    ]
    @Test("A registration key that does not count is told; a spent one leaves the file", arguments: refusals)
    func registrationKey(_ outcome: AgentMessages.RegistrationKeyOutcome, _ findings: [String]) async throws {
        let home = try TemporaryHome()
        try home.setUp(registrationKey: "k")
        let instance = FakeInstance()
        instance.state.withLock { ($0.validation, $0.registrationKey) = (.no, outcome) }
        let agent = RunningAgent(home, instance, persistence: .attempts(1))
        #expect(await agent.end?.map(\.id) == ["identity.not-validated"])
        #expect(await eventually { Set(findings).isSubset(of: agent.findings) })
        #expect((try home.configuration.value("mid.midguard.registration_key") == nil) == (outcome == .spent))
    }

    static let once: [(String, FakeInstance.Misbehaviour, String)] = [
        ("InstanceInfo", .unreachable, "network.refused"), ("GetMIDInfo", .status(401), "auth.refused"),
        ("GetMIDInfo", .cut, "network.reset"), ("InstanceInfo", .status(404), "log.unexplained"),
        (AgentMessages.basePath, .status(409), "identity.duplicate-name"),
    ]
    @Test("A one-off run ends with the finding", arguments: once) func oneOff(
        _ path: String, _ how: FakeInstance.Misbehaviour, _ id: String
    ) async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        instance.misbehave(path, how)
        #expect(await RunningAgent(home, instance, persistence: .attempts(1)).end?.first?.id == id)
    }

    @Test("An instance with another key on record is no place to work") func keyMismatch() async throws {
        let home = try TemporaryHome()
        try home.setUp()
        let instance = FakeInstance()
        instance.state.withLock { $0.key = .proofRequired }
        #expect(await RunningAgent(home, instance, persistence: .attempts(1)).end?.first?.id == "identity.key-not-signed")
    }
}
