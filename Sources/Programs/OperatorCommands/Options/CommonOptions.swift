import ArgumentParser
import Foundation

enum OutputFormat: String, ExpressibleByArgument, CaseIterable { case text, json }

/// `--format text|json`, `--json` for short.
struct OutputOptions: ParsableArguments {
    @Option(help: "text for people, json for programs.") var format: OutputFormat = .text
    @Flag(help: "Short for --format json.") var json = false
    @Flag(help: "No colours, even on a terminal.") var noColor = false
    var isJSON: Bool { json || format == .json }
}

/// Which trust store is meant: an agent's, a file, or else the machine's CA bundle.
struct TrustStoreOptions: ParsableArguments {
    @Option(help: "The agent's home directory, whose trust store is used.") var home: String?
    @Option(help: "A trust store: JKS, or PEM certificates.") var trustStore: String?
    @Option(help: "A file with the trust store's password (by default it is changeit).") var trustStorePasswordFile: String?

    func validate() throws {
        if home != nil, trustStore != nil { throw ValidationError("Give --home or --trust-store, not both.") }
    }
}

/// `HOST:PORT`.
struct HostAndPort: ExpressibleByArgument {
    var host: String
    var port: Int

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = Int(argument[argument.index(after: colon)...]),
            (1...65_535).contains(port)
        else {
            return nil
        }
        var host = argument[..<colon]
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        guard !host.isEmpty else { return nil }
        (self.host, self.port) = (String(host), port)
    }
}

/// A point in time, RFC 3339.
struct Moment: ExpressibleByArgument {
    var date: Date

    init?(argument: String) {
        guard let date = try? Date(argument, strategy: .iso8601) else { return nil }
        self.date = date
    }
}

/// An absolute path, so that a printed fix works from any directory.
func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
