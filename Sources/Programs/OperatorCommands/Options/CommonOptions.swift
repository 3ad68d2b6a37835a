import ArgumentParser
import Diagnosis
import Foundation
import TrustPolicy

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

    /// For commands that change a store: the machine's own is not ours to change.
    func requireOne() throws {
        if home == nil, trustStore == nil { throw ValidationError("Say which store: --home HOME or --trust-store FILE.") }
    }
}

/// The proxy to go through; without these an agent's own, and else none.
struct ProxyOptions: ParsableArguments {
    @Option(help: "http://[USER@]HOST:PORT, an HTTP proxy to go through; with none an agent's own is left out, too.") var proxy: String?
    @Option(help: "A file with the password for the proxy's user.") var proxyPasswordFile: String?
    @Option(help: "Hosts to reach without the proxy: host.example,*.corp.example,10.0.0.0/8.") var noProxy: String?
    @Flag(help: "With --home: go as its downloads of upgrades do (glide.mid.autoupgrade.proxy_*, mid.upgrade.use_proxy).")
    var upgradeRoute = false

    func validate() throws {
        if upgradeRoute, proxy != nil { throw ValidationError("Give --proxy or --upgrade-route, not both.") }
        if proxy != nil, proxy != "none", parsed == nil { throw ValidationError("--proxy is http://[USER@]HOST:PORT, or none.") }
        if proxyPasswordFile != nil, parsed?.user == nil {
            throw ValidationError("--proxy-password-file goes with --proxy http://USER@HOST:PORT.")
        }
    }

    /// Nobody's password belongs on a command line, so none is taken from there.
    private var parsed: (user: String?, endpoint: Endpoint)? {
        guard let proxy, proxy != "none" else { return nil }
        var rest = Substring(proxy)
        if rest.hasPrefix("http://") { rest = rest.dropFirst(7) } else if rest.contains("://") { return nil }
        rest = rest.last == "/" ? rest.dropLast() : rest
        var user: String?
        if let at = rest.lastIndex(of: "@") {
            user = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        guard user?.contains(":") != true, user != "", !rest.contains("/"), let endpoint = Endpoint("http://" + rest) else { return nil }
        return (user, endpoint)
    }

    /// In the place of `configured`, an agent's own.
    func route(orElse configured: ProxyRoute?) throws -> ProxyRoute? {
        var route = proxy == nil ? configured : nil
        if let (user, endpoint) = parsed {
            route = ProxyRoute(host: endpoint.host, port: endpoint.port)
            if let user {
                route?.credentials = ProxyCredentials(username: user, password: try proxyPasswordFile.map(FirstLine.ofPasswordFile) ?? "")
            }
        }
        if let noProxy { route?.exclusions = ProxyRoute.exclusions(in: noProxy) }
        return route
    }

    /// For commands that are printed.
    func add(to context: inout FixContext) {
        (context.proxy, context.proxyPasswordFile, context.proxyExclusions) = (proxy, proxyPasswordFile.map(absolute), noProxy)
        context.upgradeRoute = upgradeRoute
        let environment = ProcessInfo.processInfo.environment
        // No password goes into what is printed.
        context.environmentProxy = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].compactMap { environment[$0] }.first {
            !$0.isEmpty
        }
        .flatMap { ProxyOptions.withoutPassword($0) }
    }

    private static func withoutPassword(_ url: String) -> String? {
        guard let endpoint = Endpoint(url.contains("://") ? url : "http://" + url), endpoint.scheme == .http else { return nil }
        return endpoint.description + (endpoint.port == 80 ? ":80" : "")
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
