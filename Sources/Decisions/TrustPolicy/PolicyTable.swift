import PathValidation

public import struct Foundation.Date

/// All rows of the policy table. Every endpoint is decided by exactly one row.
///
/// Which one: overridden exact host > overridden wildcard > overridden range > instance > intranet (by resolved address) > internet.
public struct PolicyTable: Hashable, Sendable {
    public var rows: [EndpointPolicy]

    public init(rows: [EndpointPolicy]) { self.rows = rows }

    /// Our own defaults: all three checks everywhere, could-not-find-out is a warning; `instanceHosts` name the instance.
    public static func standard(instanceHosts: [String], instanceChecks: Checks = .all) -> PolicyTable {
        PolicyTable(rows: [
            EndpointPolicy(name: "instance", category: .instance, includes: instanceHosts, checks: instanceChecks),
            EndpointPolicy(name: "intranet", category: .intranet, checks: .all),
            EndpointPolicy(name: "internet", category: .internet, includes: ["*"], checks: .all),
        ])
    }

    /// The row that decides for `host`, whose name resolved to `addresses` (textual; may be empty when it did not resolve).
    public func decide(host: String, addresses: [String], at now: Date) -> PolicyDecision {
        let resolved = (addresses + [host]).compactMap { IPAddress($0) }
        let inForce = rows.filter { row in
            row.until.map { $0 > now } ?? true && !row.excludes.contains { Self.matches($0, host: host, addresses: resolved) }
        }
        func first(_ category: EndpointPolicy.Category, where accepts: (String) -> Bool) -> (EndpointPolicy, String)? {
            for row in inForce where row.category == category {
                if let pattern = row.includes.first(where: accepts) { return (row, pattern) }
            }
            return nil
        }
        if let (row, pattern) = first(.overridden, where: { Self.isHost($0, .exact) && HostPattern($0).matches(host) }) {
            return PolicyDecision(policy: row, because: "overridden for the host \(pattern)")
        }
        if let (row, pattern) = first(.overridden, where: { Self.isHost($0, .wildcard) && HostPattern($0).matches(host) }) {
            return PolicyDecision(policy: row, because: "overridden for \(pattern)")
        }
        if let (row, pattern) = first(.overridden, where: { Self.covers($0, resolved) }) {
            return PolicyDecision(policy: row, because: "overridden for the address range \(pattern)")
        }
        if let (row, pattern) = first(.instance, where: { Self.matches($0, host: host, addresses: resolved) }) {
            return PolicyDecision(policy: row, because: "the instance, \(pattern)")
        }
        for row in inForce where row.category == .intranet {
            let ranges = row.includes.isEmpty ? AddressRange.intranet : row.includes.compactMap { AddressRange($0) }
            if let address = resolved.first(where: { address in ranges.contains { $0.contains(address) } }) {
                return PolicyDecision(policy: row, because: "intranet, by the address \(address)")
            }
        }
        if let row = inForce.first(where: { $0.category == .internet }) {
            return PolicyDecision(policy: row, because: "internet, as no other row matches")
        }
        return PolicyDecision(
            policy: EndpointPolicy(name: "default", category: .internet, checks: .all), because: "no row matches: all checks are made")
    }

    private static func isHost(_ pattern: String, _ kind: HostPattern.Kind) -> Bool {
        AddressRange(pattern) == nil && HostPattern(pattern).kind == kind
    }

    private static func covers(_ pattern: String, _ addresses: [IPAddress]) -> Bool {
        AddressRange(pattern).map { range in addresses.contains { range.contains($0) } } ?? false
    }

    private static func matches(_ pattern: String, host: String, addresses: [IPAddress]) -> Bool {
        covers(pattern, addresses) || HostPattern(pattern).matches(host)
    }
}
