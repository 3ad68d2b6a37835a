import AgentProtocol
import ArgumentParser
import Foundation
import InstanceServer
import InstanceStore

struct InstanceJobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "Show the jobs of an instance and their results, or insert some.",
        discussion: "A running instance notices what is inserted here within a quarter of a second.")

    @OptionGroup var instance: InstanceData
    @Option(help: "Insert a job for the probe of this name.") var insert: String?
    @Option(help: "The agent that is to run it.") var agent: String?
    @Option(help: "The job's name field: the probe's main argument.") var name = ""
    @Option(help: "The job's target, such as a URL.") var source = ""
    @Option(help: "K=V: a parameter of the job.") var parameter: [String] = []
    @Option(help: "0 interactive, 1 expedited, 2 standard.") var priority = 2
    @Option(help: "Insert it this many times.") var count = 1
    @Option(help: "Show at most this many, newest first.") var limit = 100
    @OptionGroup var output: OutputOptions

    struct Row: Encodable {
        var sys_id: String
        var agent: String
        var state: String
        var topic: String
        var name: String
        var source: String
        var error: String
        var claims: Int
        var results: Int
        var result: String?
    }
    struct Listing: Encodable { var jobs: [Row] }
    struct Inserted: Encodable { var inserted: [String] }

    func validate() throws {
        guard insert == nil || agent != nil else { throw ValidationError("--insert needs --agent.") }
        guard (1...100_000).contains(count) else { throw ValidationError("--count is 1 to 100000.") }
        guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit is 1 to 1000000.") }
        guard Priority(rawValue: priority) != nil else { throw ValidationError("--priority is 0, 1 or 2.") }
        guard parameter.allSatisfy({ $0.contains("=") }) else { throw ValidationError("--parameter is K=V.") }
    }

    func run() async throws {
        if let insert, let agent { try await insertJobs(insert, agent) } else { try await list() }
    }

    private func insertJobs(_ topic: String, _ agent: String) async throws {
        var payload = JobPayload()
        for pair in parameter {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            payload[String(parts[0])] = String(parts[1])
        }
        let text = payload.serialised()
        let records = (0..<count).map { _ in
            QueueRecord(
                agent: queueAgent(named: agent), queue: .output, topic: topic, name: name, source: source, payload: text,
                priority: Priority(rawValue: priority) ?? .standard)
        }
        let inserted = try await instance.administer { try await $0.store.insertJobs(records, by: "admin", now: Date()) }
        if output.isJSON {
            Console.result(try Console.json(Inserted(inserted: inserted.map(\.sysID.description)), pretty: true))
        } else {
            for record in inserted { Console.result(record.sysID.description) }
        }
    }

    private func list() async throws {
        let rows = try await instance.administer { administration in
            // Results are rows of their own, so twice as many are read as are shown.
            let entries = try await administration.jobs(limit: limit * 2)
            let answers = Dictionary(grouping: entries.filter { $0.record.queue == .input }) { $0.record.responseTo }
            var rows: [Row] = []
            for job in entries.filter({ $0.record.queue == .output }).prefix(limit) {
                let results = answers[job.record.sysID] ?? []
                rows.append(
                    Row(
                        sys_id: job.record.sysID.description, agent: job.record.agent, state: job.record.state.rawValue,
                        topic: job.record.topic,
                        name: job.record.name, source: job.record.source, error: job.record.errorString, claims: job.claims,
                        results: results.count, result: results.first?.record.payload))
            }
            return rows
        }
        if output.isJSON { return Console.result(try Console.json(Listing(jobs: rows), pretty: true)) }
        for row in rows {
            Console.result("\(row.sys_id)  \(row.state)  \(row.topic)  \(row.source)\(row.error.isEmpty ? "" : "  \(row.error)")")
        }
    }
}
