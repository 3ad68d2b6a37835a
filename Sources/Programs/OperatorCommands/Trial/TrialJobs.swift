import AgentProtocol
import Diagnosis
import Foundation
import InstanceServer
import InstanceStore

/// The jobs of a trial: inserted on the instance, run by the agent, results read back from the instance.
struct TrialJobs {
    let agent: String
    let instanceURL: String
    let endpoints: TrialEndpoints
    let credentialAlias: String
    let administration: InstanceAdministration

    struct Check {
        var title: String
        var isRight: Bool
    }
    private struct Job {
        var title: String
        var record: QueueRecord
        /// What the result has to show; returns what went wrong.
        var judge: (ResultPayload) -> String?
    }

    static let patience: Duration = .seconds(30)

    func run() async throws -> [Check] {
        let jobs = certificateProbes + [restProbe, credentialProbe]
        _ = try await administration.store.insertJobs(jobs.map(\.record), by: "admin", now: Date())
        var checks: [Check] = []
        for job in jobs {
            let result = try await self.result(of: job.record.sysID)
            let complaint = result.map(job.judge) ?? "no result within \(Self.patience.components.seconds) s"
            Console.result(
                "\n  \(complaint == nil ? "✓" : "✗") \(job.record.topic): \(job.title)\(complaint.map { "\n      " + $0 } ?? "")")
            if let result { describe(result) }
            checks.append(Check(title: job.title, isRight: complaint == nil))
        }
        return checks
    }

    private var certificateProbes: [Job] {
        let places =
            [TrialEndpoints.Place(title: "the instance itself", url: String(instanceURL.dropLast()), expected: nil)] + endpoints.places
        return places.map { place in
            Job(title: "\(place.title), \(place.url)", record: record("CertificateProbe", source: place.url)) { result in
                let first = Self.findings(in: result).first?.id
                if let expected = place.expected { return first == expected ? nil : "expected \(expected), got \(first ?? "no finding")" }
                let verdict = result["verdict"]
                return verdict == "trusted" && first == nil
                    ? nil : "expected trusted, got \(verdict ?? "nothing") with \(first ?? "no finding")"
            }
        }
    }

    private var restProbe: Job {
        Job(title: "a request, \(endpoints.places[0].url)", record: record("RESTProbe", source: endpoints.places[0].url + "/status")) {
            result in
            result["status"] == "200" ? nil : "expected status 200, got \(result["status"] ?? result.error ?? "nothing")"
        }
    }

    /// The instance seals the credential to the agent's key; the agent opens it, and the endpoint lets it in.
    private var credentialProbe: Job {
        var job = record("RESTProbe", source: endpoints.places[0].url + "/credential")
        job.payload = JobPayload([.init("credential", credentialAlias)]).serialised()
        return Job(title: "a request with a credential that the instance sealed to the agent's key", record: job) { result in
            result["status"] == "200" && result["body"]?.contains("accepted") == true
                ? nil : "expected status 200, got \(result["status"] ?? result.error ?? "nothing")"
        }
    }

    private func record(_ topic: String, source: String) -> QueueRecord {
        QueueRecord(agent: queueAgent(named: agent), queue: .output, topic: topic, source: source, payload: JobPayload().serialised())
    }

    private func result(of job: SysID) async throws -> ResultPayload? {
        let deadline = ContinuousClock.now + Self.patience
        while ContinuousClock.now < deadline {
            if let answer = try await administration.results(of: job).first {
                return try ResultPayload(parsing: answer.record.payload)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return nil
    }

    private func describe(_ result: ResultPayload) {
        if let decidedBy = result["decided_by"] { Console.result("      decided by \(decidedBy)") }
        if let status = result["status"] { Console.result("      status \(status), body \(result["body"] ?? "")") }
        let findings = Self.findings(in: result)
        if !findings.isEmpty { Console.result(FindingText(colours: Console.colours).render(findings, indent: "      ")) }
    }

    private static func findings(in result: ResultPayload) -> [Finding] {
        result.results.flatMap { $0 }.filter { $0.name == "finding" || $0.name == "findings" }.flatMap { field -> [Finding] in
            let data = Data(field.text.utf8)
            if let list = try? JSONDecoder().decode([Finding].self, from: data) { return list }
            return (try? JSONDecoder().decode(Finding.self, from: data)).map { [$0] } ?? []
        }
    }
}
