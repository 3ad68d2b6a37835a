import ArgumentParser
import Foundation
import LocalFiles
import TrustPolicy

struct PolicyConvert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Make rows of what mid.security.validation.endpoints said.",
        discussion: """
            Until Paris that list named the endpoints that were validated, and nothing else was. The rows keep to it: listed endpoints must pass
            all checks for another year, and of all others it is said what would be refused, and nothing is (report-only), until somebody sets
            that off. The list is the argument, else that of work/remote.properties or properties/glide.properties of the home.
            """)

    @Argument(help: "The list: hosts, *.domain or URLs with commas between.") var endpoints: String?
    @Option(help: "Who answers for the row (by default whoever calls).") var owner: String?
    @Option(help: "The agent's home directory.") var home: String?
    @OptionGroup var policy: PolicyOptions
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false

    static let property = "mid.security.validation.endpoints"
    static let name = "validation-endpoints"

    func validate() throws {
        if policy.release != nil { throw ValidationError("A release's rows are what they are: give --home or --policy.") }
        if endpoints == nil, home == nil { throw ValidationError("Give the list, or --home with a file that has it.") }
    }

    func run() throws {
        let inForce = try PolicyInForce(policy, home: home)
        let hosts = try Self.hosts(in: endpoints ?? property(of: absolute(home ?? ".")))
        var rows = inForce.table.rows.filter { $0.name != Self.name }
        for index in rows.indices where [.internet, .intranet].contains(rows[index].category) { rows[index].reportOnly = true }
        if !hosts.isEmpty {
            rows.insert(
                EndpointPolicy(
                    name: Self.name, category: .overridden, includes: hosts, checks: .all, owner: owner ?? NSUserName(),
                    reason: "listed in \(Self.property)", until: Date(timeIntervalSinceNow: 365 * 86_400)), at: 0)
        }
        try inForce.write(rows, dryRun: dryRun)
        for row in rows { Console.result(PolicyRowText(row: row).lines.joined(separator: "\n")) }
        Console.error(
            "\(hosts.count) endpoints \(dryRun ? "would be" : "are") validated; elsewhere refusals are only said. When nothing is said any more: "
                + "midguard policy set NAME --report-only off, for internet and intranet.")
    }

    /// The value in the first of the home's files that has it.
    private func property(of home: String) throws -> String {
        let files = [home + "/work/remote.properties", home + "/properties/glide.properties"]
        for file in files {
            guard let bytes = try? Files.read(file, limit: 1 << 20) else { continue }
            for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
                guard let separator = line.firstIndex(where: { $0 == "=" || $0 == ":" }),
                    line[..<separator].trimmingCharacters(in: .whitespaces) == Self.property
                else { continue }
                return String(line[line.index(after: separator)...].replacing("\\", with: ""))
            }
        }
        throw CommandFailure(message: "Neither \(files.joined(separator: " nor ")) has \(Self.property): give the list.", exitCode: 3)
    }

    static func hosts(in list: String) throws -> [String] {
        try list.split { $0 == "," || $0 == ";" || $0.isWhitespace }.reduce(into: []) { hosts, word in
            let host = Endpoint(String(word))?.host ?? word.lowercased()
            let letters = host.hasPrefix("*.") ? host.dropFirst(2) : host[...]
            guard !letters.isEmpty, letters.allSatisfy({ $0.isLetter || $0.isNumber || "-.:".contains($0) }) else {
                throw ValidationError("\(Printable.line(String(word))) is no endpoint: HOST, *.DOMAIN or a URL.")
            }
            if !hosts.contains(host) { hosts.append(host) }
        }
    }
}
