import Counterparts
import Foundation
import Testing

@Suite("However agent and instance are killed, no job is lost and none is reported twice", .timeLimit(.minutes(15)))
struct KillTests {
    static let kills = 24
    static let jobsPerRound = 15

    struct Job: Decodable {
        var sys_id: String
        var state: String
        var results: Int
    }

    @Test func randomKills() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(state: seed)
        let installation = try Installation()
        var instance = try installation.startInstance()
        try installation.enrol()
        var agent = try installation.startAgent()
        var inserted = 0
        for round in 0..<Self.kills {
            try installation.insert(Self.jobsPerRound, of: "EchoProbe")
            inserted += Self.jobsPerRound
            usleep(UInt32.random(in: 5_000...500_000, using: &random))
            switch round % 3 {
            case 0:
                agent.end(SIGKILL)
                agent = try installation.startAgent()
            case 1:
                instance.end(SIGKILL)
                instance = try installation.startInstance()
            default:
                agent.end(SIGKILL)
                instance.end(SIGKILL)
                instance = try installation.startInstance()
                agent = try installation.startAgent()
            }
        }
        let jobs = try eventually(within: 120, "all \(inserted) jobs processed, seed \(seed); \(installation.logs)") {
            let jobs = try installation.jobs()
            return jobs.allSatisfy { $0.state == "processed" || $0.state == "error" } ? jobs : nil
        }
        #expect(jobs.count == inserted, "seed \(seed)")
        #expect(jobs.allSatisfy { $0.state == "processed" }, "seed \(seed): \(jobs.filter { $0.state != "processed" })")
        #expect(jobs.allSatisfy { $0.results == 1 }, "seed \(seed): \(jobs.filter { $0.results != 1 })")
        agent.end(SIGTERM)
        instance.end(SIGTERM)
        #expect(agent.exitCode == 0)
        #expect(instance.exitCode == 0)
    }
}

/// An instance and an agent on this machine, through the command line only.
final class Installation {
    let folder: TemporaryFolder
    let port: Int
    let httpPort: Int
    var data: String { folder.path("instance") }
    var home: String { folder.path("agent") }
    var url: String { "https://localhost:\(port)/" }
    static let agentName = "alpha"

    init() throws {
        folder = try TemporaryFolder()
        port = try LoopbackPort.free()
        httpPort = try LoopbackPort.free()
    }

    var logs: String {
        ["instance.log", "agent.log", "agent/logs/agent0.log.0"].map { name in
            let text = (try? String(contentsOfFile: folder.path(name), encoding: .utf8)) ?? ""
            return "--- \(name)\n\(text.suffix(3_000))"
        }.joined(separator: "\n")
    }

    func startInstance() throws -> MidguardProcess {
        let process = try MidguardProcess(
            ["instance", "serve", "--data", data, "--port", "\(port)", "--http-port", "\(httpPort)"], log: folder.path("instance.log"))
        try eventually(within: 30, "the instance answers; \(logs)") {
            guard process.isRunning else { throw CounterpartFailure("the instance ended: \(logs)") }
            return try MidguardProcess.run(["check", url, "--trust-store", folder.path("instance/authority/root.pem")]).code == 0 ? () : nil
        }
        return process
    }

    func enrol() throws {
        let enrolled = try MidguardProcess.run([
            "instance", "enroll", Self.agentName, "--data", data, "--credentials-dir", folder.path("enrolment"),
        ])
        guard enrolled.code == 0 else { throw CounterpartFailure(enrolled.error + enrolled.output) }
        let user = try String(contentsOfFile: folder.path("enrolment/username"), encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines)
        let setUp = try MidguardProcess.run([
            "agent", "setup", "--home", home, "--url", url, "--name", Self.agentName, "--username", user, "--password-file",
            folder.path("enrolment/password"), "--registration-key-file", folder.path("enrolment/registration_key"), "--trust",
            folder.path("instance/authority/root.pem"),
        ])
        guard setUp.code == 0 else { throw CounterpartFailure(setUp.error + setUp.output) }
    }

    func startAgent() throws -> MidguardProcess { try MidguardProcess(["agent", "run", "--home", home], log: folder.path("agent.log")) }

    func insert(_ count: Int, of topic: String) throws {
        let outcome = try MidguardProcess.run([
            "instance", "jobs", "--data", data, "--insert", topic, "--agent", Self.agentName, "--parameter", "text=hello", "--count",
            "\(count)",
        ])
        guard outcome.code == 0 else { throw CounterpartFailure(outcome.error + outcome.output) }
    }

    func jobs() throws -> [KillTests.Job] {
        let outcome = try MidguardProcess.run(["instance", "jobs", "--data", data, "--json", "--limit", "100000"])
        struct Listing: Decodable { var jobs: [KillTests.Job] }
        return try JSONDecoder().decode(Listing.self, from: Data(outcome.output.utf8)).jobs
    }
}

/// SplitMix64: repeatable from its seed.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
