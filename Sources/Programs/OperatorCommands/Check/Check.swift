import ArgumentParser
import Diagnosis
import Foundation
import TrustPolicy
import TrustedTransport

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find out whether connections to endpoints are trusted, and if not, why not and how to mend it.",
        discussion: """
            URL is https://…, ldaps://… or HOST:PORT; - reads URLs from stdin, one a line. Nothing is sent over the connection.
            Without --home and --trust-store the machine's CA bundle is used. Exit code: 0 all trusted, 1 refused, 3 could not find out.
            """)

    @Argument(help: "What to connect to.") var urls: [String]
    @OptionGroup var store: TrustStoreOptions
    @OptionGroup var proxy: ProxyOptions
    @OptionGroup var policy: PolicyOptions
    @Option(help: "HOST:PORT to dial instead; the URL's name is kept for the checks.") var connect: HostAndPort?
    @Option(help: "The time for the checks, RFC 3339 (2026-11-24T12:00:00Z).") var at: Moment?
    @Option(help: "Seconds to wait for a connection.") var timeout: Double = 10
    @Flag(help: "Exit code 4 when there are warnings only.") var strict = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard timeout > 0, timeout <= 3_600 else { throw ValidationError("--timeout is in seconds, more than 0 and at most 3600.") }
    }

    func run() async throws {
        let endpoints = try (urls == ["-"] ? Self.standardInput() : urls).map { text in
            guard let endpoint = Endpoint(text) else { throw ValidationError("\(text) is not a URL of https, ldaps or HOST:PORT.") }
            return endpoint
        }
        let trust = try trustInForce(for: endpoints)
        var configuration = trust.configuration
        configuration.connectTimeout = .milliseconds(Int64(timeout * 1_000))
        if let at { configuration.clock = { at.date } }
        let transport = TrustedTransport(configuration: configuration)
        let context = trust.context(connect: connect)
        let dial = connect.map { (host: $0.host, port: $0.port) }
        var worst: Int32 = 0
        for await report in Self.inspect(endpoints, transport: transport, dial: dial, context: context) {
            try show(report)
            worst = Self.graver(worst, exitCode(of: report))
        }
        if worst != 0 { throw ExitCode(worst) }
    }

    /// Without a store nothing can be judged: that is said of every endpoint.
    private func trustInForce(for endpoints: [Endpoint]) throws -> TrustInForce {
        do { return try TrustInForce(store, proxy: proxy, policy: policy) } catch let failure as CommandFailure where output.isJSON {
            for endpoint in endpoints {
                Console.result(
                    .object([
                        ("url", .string(endpoint.description)), ("verdict", .string(ConnectionReport.Verdict.undetermined.rawValue)),
                        ("findings", .array(failure.findings.map { JSONText($0) })),
                    ]))
            }
            throw failure.findings.isEmpty ? failure : ExitCode(failure.exitCode)
        }
    }

    /// Eight at a time; reports come in the order of the endpoints.
    private static func inspect(
        _ endpoints: [Endpoint], transport: TrustedTransport, dial: (host: String, port: Int)?, context: FixContext
    ) -> AsyncStream<ConnectionReport> {
        AsyncStream { stream in
            let task = Task {
                await withTaskGroup(of: (Int, ConnectionReport).self) { group in
                    var started = 0
                    var next = 0
                    var waiting: [Int: ConnectionReport] = [:]
                    func start() {
                        guard started < endpoints.count else { return }
                        let (index, endpoint) = (started, endpoints[started])
                        started += 1
                        group.addTask {
                            let evidence = await transport.inspect(endpoint, dial: dial)
                            return (index, ConnectionReport(evidence, findings: ConnectionFindings.explaining(evidence, context: context)))
                        }
                    }
                    for _ in 0..<8 { start() }
                    for await (index, report) in group {
                        start()
                        waiting[index] = report
                        while let ready = waiting.removeValue(forKey: next) {
                            stream.yield(ready)
                            next += 1
                        }
                    }
                }
                stream.finish()
            }
            stream.onTermination = { _ in task.cancel() }
        }
    }

    private func show(_ report: ConnectionReport) throws {
        if output.isJSON {
            Console.result(try Console.json(report, pretty: urls.count == 1 && urls != ["-"]))
        } else {
            Console.result(ConnectionText(colours: Console.colours).render(report))
        }
    }

    private func exitCode(of report: ConnectionReport) -> Int32 {
        switch report.verdict {
        case .unreachable, .undetermined: 3
        case .refused: 1
        case .trusted: strict && report.findings.contains { $0.severity == .warning } ? 4 : 0
        }
    }

    /// A refusal outweighs not knowing, which outweighs warnings.
    private static func graver(_ one: Int32, _ other: Int32) -> Int32 {
        let order: [Int32] = [0, 4, 3, 1]
        return (order.firstIndex(of: one) ?? 0) >= (order.firstIndex(of: other) ?? 0) ? one : other
    }

    private static func standardInput() -> [String] {
        var lines: [String] = []
        while let line = readLine() {
            let text = line.trimmingCharacters(in: .whitespaces)
            if !text.isEmpty, !text.hasPrefix("#") { lines.append(text) }
        }
        return lines
    }
}
