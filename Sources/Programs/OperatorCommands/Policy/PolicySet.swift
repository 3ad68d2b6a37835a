public import ArgumentParser
import Foundation
public import TrustPolicy

struct PolicySet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Add a row, or change what is named of one.",
        discussion: """
            An override (--category overridden) has endpoints, an owner, a reason and an end: midguard policy set old-printer --home HOME
            --category overridden --include printer.corp.example --revocation notChecked --owner alice --reason 'no responder' --until
            2027-01-31T00:00:00Z. A running agent takes the change within seconds.
            """)

    enum Switch: String, ExpressibleByArgument, CaseIterable { case on, off }

    @Argument(help: "The row's name.") var name: String
    @Option(help: "overridden, instance, intranet or internet.") var category: EndpointPolicy.Category?
    @Option(name: .customLong("include"), help: "A host, *.domain or address range; in the place of all there were.") var includes:
        [String] = []
    @Option(name: .customLong("exclude"), help: "The same, for endpoints that it is not for.") var excludes: [String] = []
    @Option(help: "on or off.") var chain: Switch?
    @Option(help: "on or off; on needs the chain check.") var hostname: Switch?
    @Option(help: "notChecked, allowUnknown, denyUnknown or denyUnanswered.") var revocation: Checks.Revocation?
    @Option(help: "on or off: a common name counts where there is no alternative name.") var commonNameFallback: Switch?
    @Option(help: "on or off: refusals are said and not enforced.") var reportOnly: Switch?
    @Option(help: "Who answers for the row.") var owner: String?
    @Option(help: "Why it is there.") var reason: String?
    @Option(help: "When it ends, RFC 3339.") var until: Moment?
    @Option(help: "The agent's home directory.") var home: String?
    @OptionGroup var policy: PolicyOptions
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false

    func validate() throws {
        if policy.release != nil { throw ValidationError("A release's rows are what they are: give --home or --policy.") }
    }

    func run() throws {
        let inForce = try PolicyInForce(policy, home: home)
        var rows = inForce.table.rows
        let index = rows.firstIndex { $0.name == name }
        guard index != nil || category != nil else { throw ValidationError("There is no row \(name): a new one needs --category.") }
        var row = index.map { rows[$0] } ?? EndpointPolicy(name: name, category: .overridden, checks: .all)
        change(&row)
        if let index { rows[index] = row } else { rows.insert(row, at: 0) }
        try inForce.write(rows, dryRun: dryRun)
        Console.result(PolicyRowText(row: row).lines.joined(separator: "\n"))
    }

    private func change(_ row: inout EndpointPolicy) {
        if let category { row.category = category }
        if !includes.isEmpty { row.includes = includes }
        if !excludes.isEmpty { row.excludes = excludes }
        if let chain { row.checks.chain = chain == .on }
        // The one means nothing without the other.
        if chain == .off, hostname == nil { row.checks.hostname = false }
        if let hostname { row.checks.hostname = hostname == .on }
        if let revocation { row.checks.revocation = revocation }
        if let commonNameFallback { row.checks.commonNameFallback = commonNameFallback == .on }
        if let reportOnly { row.reportOnly = reportOnly == .on }
        if let owner { row.owner = owner }
        if let reason { row.reason = reason }
        if let until { row.until = until.date }
    }
}

extension EndpointPolicy.Category: ExpressibleByArgument {}
extension Checks.Revocation: ExpressibleByArgument {}

struct PolicyRemove: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove a row.")

    @Argument(help: "The row's name.") var name: String
    @Option(help: "The agent's home directory.") var home: String?
    @OptionGroup var policy: PolicyOptions
    @Flag(help: "Say what would happen, and write nothing.") var dryRun = false

    func run() throws {
        if policy.release != nil { throw ValidationError("A release's rows are what they are: give --home or --policy.") }
        let inForce = try PolicyInForce(policy, home: home)
        let row = try inForce.row(name)
        try inForce.write(inForce.table.rows.filter { $0.name != row.name }, dryRun: dryRun)
    }
}
