import Counterparts
import Foundation
import Testing

/// Agent and instance, by the command line: the key changes, and nothing that was sealed is lost.
@Suite("A key pair is replaced while the agent works, on request, and whatever kills it", .timeLimit(.minutes(15)))
struct RotationTests {
    /// An installation whose jobs need a secret: they ask the instance's own table as its administrator.
    final class Site {
        let installation: Installation
        var instance: MidguardProcess
        var agent: MidguardProcess

        init() throws {
            installation = try Installation()
            instance = try installation.startInstance()
            try installation.enrol()
            let stored = try MidguardProcess.run([
                "instance", "credential", "table", "--username", "admin", "--password-file", installation.data + "/admin-password",
                "--data",
                installation.data,
            ])
            guard stored.code == 0 else { throw CounterpartFailure(stored.error) }
            agent = try installation.startAgent()
            _ = try eventually(within: 30, "an agent with a key; \(installation.logs)") { try certificate() }
        }

        func certificate() throws -> String? {
            struct Listing: Decodable {
                struct Agent: Decodable { var certificate_sha256: String?, validated: String }
                var agents: [Agent]
            }
            let outcome = try MidguardProcess.run(["instance", "agents", "--data", installation.data, "--json"])
            return try JSONDecoder().decode(Listing.self, from: Data(outcome.output.utf8)).agents.first.flatMap {
                $0.validated == "Yes" ? $0.certificate_sha256 : nil
            }
        }

        func act(_ words: String...) throws -> MidguardProcess.Outcome {
            try MidguardProcess.run(["instance"] + words + [Installation.agentName, "--data", installation.data])
        }

        /// A job that opens a secret.
        func sealedJobWorks() throws {
            let failed = try Set(installation.jobs().filter { $0.state == "error" }.map(\.sys_id))
            let outcome = try MidguardProcess.run([
                "instance", "jobs", "--data", installation.data, "--insert", "RESTProbe", "--agent", Installation.agentName, "--source",
                installation.url + "api/now/table/ecc_agent", "--parameter", "credential=table",
            ])
            guard outcome.code == 0 else { throw CounterpartFailure(outcome.error) }
            let jobs = try eventually(within: 40, "the job is done; \(installation.logs)") {
                let jobs = try installation.jobs()
                return jobs.allSatisfy { ["processed", "error"].contains($0.state) } ? jobs : nil
            }
            #expect(jobs.allSatisfy { $0.state == "processed" || failed.contains($0.sys_id) }, "\(installation.logs)")
        }

        var aliases: Set<String> {
            get throws {
                struct Row: Decodable { var alias: String }
                let listing = try MidguardProcess.run(
                    ["keystore", "list", "--json", "--password-env", "WORD", installation.home + "/security/agent_keystore"],
                    environment: ["WORD": installation.midID()])
                struct Listing: Decodable { var entries: [Row] }
                return Set(try JSONDecoder().decode(Listing.self, from: Data(listing.output.utf8)).entries.map(\.alias))
            }
        }
    }

    @Test func aNewKeyOnRequestFromEitherSide() throws {
        let site = try Site()
        let first = try #require(try site.certificate())
        try site.sealedJobWorks()
        #expect(try site.act("rekey").code == 0)
        let second = try eventually(within: 40, "a new key; \(site.installation.logs)") {
            try site.certificate().flatMap { $0 == first ? nil : $0 }
        }
        try site.sealedJobWorks()
        #expect(try site.aliases == ["defaultsecuritykeypairhandle", "midguard-previous"])
        let log = try String(contentsOfFile: site.installation.home + "/logs/agent0.log.0", encoding: .utf8)
        #expect(log.contains("Updated public key, new certificate:") && log.contains("SerialNumber: "))

        // And by the agent's own administrator.
        let asked = try MidguardProcess.run(["identity", "rekey", site.installation.home])
        #expect(asked.code == 0 && asked.output.contains("running agent"), "\(asked.error)")
        _ = try eventually(within: 40, "a third key; \(site.installation.logs)") {
            try site.certificate().flatMap { [first, second].contains($0) ? nil : $0 }
        }
        try site.sealedJobWorks()
        let audit = try MidguardProcess.run(["instance", "audit", "--data", site.installation.data])
        #expect(audit.output.contains("rekey  alpha  certificate \(first)"))
    }

    @Test func invalidateTakesTheJobsAndTheKeyAway() throws {
        let site = try Site()
        let first = try #require(try site.certificate())
        #expect(try site.act("invalidate").code == 0)
        #expect(try site.certificate() == nil)
        #expect(try site.act("rekey").code == 1)
        // Validated before it has made one, it keeps the wish for a new key, and fulfils it.
        usleep(100_000)
        #expect(try site.act("validate").code == 0)
        _ = try eventually(within: 40, "a new key; \(site.installation.logs)") {
            if let now = try site.certificate() { return now == first ? nil : now }
            _ = try site.act("validate")
            return nil
        }
        try site.sealedJobWorks()
    }

    static let points = [
        "rotation.candidate-made", "rotation.keystore-replaced", "rotation.candidate-stored", "rotation.candidate-announced",
        "rotation.keystore-replaced:1", "rotation.pair-replaced", "rotation.confirmed",
    ]

    @Test(arguments: points) func aKillIsSurvived(_ point: String) throws {
        let site = try Site()
        let first = try #require(try site.certificate())
        site.agent.end(SIGTERM)
        site.agent = try MidguardProcess(
            ["agent", "run", "--home", site.installation.home], log: site.installation.folder.path("agent.log"),
            environment: ["MIDGUARD_KILL_AT": point])
        #expect(try site.act("rekey").code == 0)
        try eventually(within: 40, "the agent is killed at \(point); \(site.installation.logs)") { site.agent.isRunning ? nil : () }
        // Nobody does anything but start it again.
        site.agent = try site.installation.startAgent()
        try site.sealedJobWorks()
        _ = try eventually(within: 40, "a new key after \(point); \(site.installation.logs)") {
            try site.certificate().flatMap { $0 == first ? nil : $0 }
        }
        try site.sealedJobWorks()
        _ = try eventually(within: 20, "nothing half-done is left after \(point)") {
            try site.aliases == ["defaultsecuritykeypairhandle", "midguard-previous"] ? () : nil
        }
    }
}

extension RotationTests.Site {
    struct FinishedJob: Decodable { var sys_id: String, state: String, result: String?, error: String? }

    /// Inserts a job and waits for its end.
    func run(_ topic: String, _ source: String, _ parameters: [String]) throws -> FinishedJob {
        let inserted = try MidguardProcess.run(
            [
                "instance", "jobs", "--data", installation.data, "--insert", topic, "--agent", Installation.agentName, "--source", source,
            ] + parameters.flatMap { ["--parameter", $0] })
        #expect(inserted.code == 0, "\(inserted.error)")
        return try eventually(within: 60, "the job ends; \(installation.logs)") {
            let listing = try MidguardProcess.run(["instance", "jobs", "--data", installation.data, "--json", "--limit", "1000"])
            struct Listing: Decodable { var jobs: [FinishedJob] }
            let jobs = try JSONDecoder().decode(Listing.self, from: Data(listing.output.utf8)).jobs
            return jobs.allSatisfy { ["processed", "error"].contains($0.state) }
                ? jobs.first { inserted.output.contains($0.sys_id) } : nil
        }
    }
}
