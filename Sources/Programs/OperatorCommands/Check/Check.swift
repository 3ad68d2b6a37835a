import ArgumentParser
import Diagnosis
import Foundation
import TrustPolicy
import TrustedTransport

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find out whether connections to endpoints are trusted, and if not, why not and how to mend it.",
        discussion: """
            URL is https://…, ldaps://…, ldap://… (StartTLS) or HOST:PORT. Nothing is sent over the connection. - reads URLs from stdin, one a line, and checks many at
            once: one line for each as it is ready, and a summary at the end; with --json one object a line, and the summary on stderr.
            Without --home and --trust-store the machine's CA bundle is used. Exit code: 0 all trusted, 1 refused, 3 could not find out.
            """)

    @Argument(help: "What to connect to.") var urls: [String]
    @OptionGroup var store: TrustStoreOptions
    @OptionGroup var proxy: ProxyOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var client: ClientOptions
    @Option(help: "HOST:PORT to dial instead; the URL's name is kept for the checks.") var connect: HostAndPort?
    @Option(help: "The time for the checks, RFC 3339 (2026-11-24T12:00:00Z).") var at: Moment?
    @Option(help: "Seconds to wait for DNS, for a connection, and for the peer in the handshake, each.") var timeout: Double = 10
    @Option(help: "How many are checked at once, 1 to 256.") var jobs = 32
    @Flag(help: "Exit code 4 when there are warnings only.") var strict = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard timeout > 0, timeout <= 3_600 else { throw ValidationError("--timeout is in seconds, more than 0 and at most 3600.") }
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs is 1 to 256.") }
        if urls.contains("-"), urls.count > 1 { throw ValidationError("- reads all URLs from stdin: give it alone.") }
        for text in urls where text != "-" && Endpoint(text) == nil {
            throw ValidationError("\(text) is not a URL of https, ldaps, ldap or HOST:PORT.")
        }
    }

    func run() async throws {
        let isList = urls == ["-"]
        let source = isList ? EndpointSource.standardInput() : EndpointSource(urls)
        let tally = CheckTally(isStrict: strict)
        do {
            let inspection = try inspection()
            let text = ConnectionText(colours: Console.colours)
            let asJSON = output.isJSON
            let pretty = urls.count == 1 && !isList
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<(isList ? jobs : min(jobs, urls.count)) {
                    let lane = inspection.transport.lane()
                    group.addTask(executorPreference: lane.executor) {
                        // One is told while the next is looked at.
                        var telling: Task<Void, any Error>?
                        while let line = await source.next() {
                            let look = await inspection.look(at: line, in: lane)
                            try await telling?.value
                            telling = Task {
                                let report = look()
                                tally.count(report)
                                Console.result(
                                    asJSON ? try Console.json(report, pretty: pretty) : isList ? text.line(report) : text.render(report))
                            }
                        }
                        try await telling?.value
                    }
                }
                try await group.waitForAll()
            }
            await inspection.visits?.flush()
        } catch let failure as CommandFailure where output.isJSON {
            try await tell(failure, of: source)
        }
        if isList { output.isJSON ? Console.error(tally.summary) : Console.result(tally.summary) }
        if tally.exitCode != 0 { throw ExitCode(tally.exitCode) }
    }

    private func inspection() throws -> Inspection {
        let trust = try TrustInForce(store, proxy: proxy, policy: policy)
        var configuration = trust.configuration
        let limit = Duration.milliseconds(Int64(timeout * 1_000))
        (configuration.resolveTimeout, configuration.connectTimeout, configuration.handshakeTimeout) = (limit, limit, limit)
        if let at { (configuration.clock, configuration.clockPatience) = ({ at.date }, nil) }
        try client.add(to: &configuration)
        var context = trust.context(connect: connect)
        client.add(to: &context)
        return Inspection(
            transport: TrustedTransport(configuration: configuration), visits: configuration.visits,
            dial: connect.map { ($0.host, $0.port) }, context: context, note: trust.note)
    }

    /// Without a store nothing can be judged: that is said of every endpoint.
    private func tell(_ failure: CommandFailure, of source: EndpointSource) async throws {
        while let line = await source.next() {
            Console.result(
                .object([
                    ("url", .string(line.endpoint?.description ?? line.text)),
                    ("verdict", .string(ConnectionReport.Verdict.undetermined.rawValue)),
                    ("findings", .array(failure.findings.map { JSONText($0) })),
                ]))
        }
        throw failure.findings.isEmpty ? failure : ExitCode(failure.exitCode)
    }

    /// How each endpoint is looked at.
    private struct Inspection: Sendable {
        var transport: TrustedTransport
        var visits: VisitBook?
        var dial: (host: String, port: Int)?
        var context: FixContext
        /// That the home's own store is not the one in use: it matters where the chain is refused.
        var note: Finding?

        /// What is seen, as what makes a report of it.
        func look(at line: EndpointSource.Line, in lane: InspectionLane) async -> @Sendable () -> ConnectionReport {
            guard let endpoint = line.endpoint else { return { ConnectionReport(unreadable: line.text, line: line.number) } }
            let evidence = await lane.inspect(endpoint, dial: dial)
            return {
                let findings = ConnectionFindings.explaining(evidence, context: context)
                let notes = findings.contains { $0.id.hasPrefix("chain.") } ? [note].compactMap { $0 } : []
                return ConnectionReport(evidence, findings: findings + notes)
            }
        }
    }
}
