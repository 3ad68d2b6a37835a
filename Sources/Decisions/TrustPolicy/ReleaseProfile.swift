public import PathValidation

/// What a vendor release checks on the connections that it opens, as data with its sources. A release that answers hard is one whose
/// responder must answer: no answer counts as revoked.
public struct ReleaseProfile: Hashable, Sendable {
    public var name: String
    public var title: String
    public var chain: Bool
    public var hostname: Bool
    /// Asked in this order; none when revocation is not checked.
    public var revocation: [RevocationProof.Kind]
    /// Whether the release has the policy table (`mid_cert_check_policy`), so that rows may decide otherwise for single endpoints.
    public var hasPolicyTable: Bool
    /// Public articles and documentation pages that say so.
    public var sources: [String]

    public var checks: Checks {
        Checks(
            chain: chain, hostname: hostname,
            revocation: revocation.isEmpty ? .notChecked : name == "current" ? .allowUnknown : .denyUnanswered,
            sources: revocation.isEmpty ? Checks.allSources : revocation)
    }

    /// The rows that a new installation of the release begins with. Where there is no table one row stands for all that is checked.
    public func policies(instanceHosts: [String]) -> PolicyTable {
        guard name != "current" else { return .standard(instanceHosts: instanceHosts) }
        guard hasPolicyTable else {
            return PolicyTable(rows: [EndpointPolicy(name: "release \(name)", category: .internet, includes: ["*"], checks: checks)])
        }
        return PolicyTable(rows: [
            EndpointPolicy(name: "release \(name), instance", category: .instance, includes: instanceHosts, checks: checks),
            EndpointPolicy(name: "release \(name), intranet", category: .intranet, checks: checks),
            EndpointPolicy(name: "release \(name), internet", category: .internet, includes: ["*"], checks: checks),
        ])
    }

    public static func named(_ name: String) -> ReleaseProfile? { all.first { $0.name == name } }

    public static let all: [ReleaseProfile] = [
        .init("new-york", "New York and earlier", "", table: false, ["KB0863673"]),
        .init("orlando", "Orlando before P7a", "ocsp", table: false, ["KB0863673", "KB0813636"]),
        .init("orlando-p8", "Orlando from P7a", "chain ocsp", table: false, ["KB0863673", "KB0813636"]),
        .init("paris", "Paris before P1 HF3a, HF5a and P2", "ocsp", table: false, ["KB0863673"]),
        .init("paris-p2", "Paris from P2, P1 HF3a and HF5a", "chain ocsp", table: false, ["KB0863673"]),
        .init("quebec", "Quebec", "chain hostname ocsp", ["KB0863673", "KB0960950"]),
        .init("rome", "Rome", "chain hostname ocsp", ["KB0863673"]),
        .init("san-diego", "San Diego", "chain hostname ocsp", ["KB0863673"]),
        .init("tokyo", "Tokyo", "chain hostname ocsp", ["KB1216223"]),
        .init("utah", "Utah", "chain hostname ocsp", ["KB0719830"]),
        .init("vancouver", "Vancouver", "chain hostname ocsp", ["KB0719830"]),
        .init("washington-dc", "Washington DC", "chain hostname ocsp", ["mid-security-checks (Washington DC)"]),
        .init("xanadu", "Xanadu", "chain hostname ocsp", ["mid-security-checks (Xanadu)"]),
        .init("yokohama", "Yokohama", "chain hostname ocsp", ["mid-security-checks (Xanadu)"]),
        .init("zurich", "Zurich", "chain hostname ocsp", ["mid-security-checks (Xanadu)"]),
        .init("australia", "Australia", "chain hostname ocsp crl", ["mid-security-checks (Australia)"]),
        .init(
            "brazil", "Brazil", "chain hostname ocsp crl", ["mid-security-checks (Australia)", "brazil-australia-midserver-release-notes"]),
        .init("current", "Midguard", "chain hostname crl ocsp", ["RFC 5280", "RFC 6960", "RFC 9525"]),
    ]

    /// All of them as a table, one a line.
    public static var printed: String {
        let rows =
            [["release", "chain", "name", "ocsp", "crl", "table", "title"]]
            + all.map { profile in
                let marks = [
                    profile.chain, profile.hostname, profile.revocation.contains(.ocsp), profile.revocation.contains(.crl),
                    profile.hasPolicyTable,
                ]
                return [profile.name] + marks.map { $0 ? "yes" : "no" } + [profile.title]
            }
        return rows.map { row in
            zip(row, [14, 6, 5, 5, 4, 6, 0]).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }.joined()
        }.joined(separator: "\n")
    }

    private init(_ name: String, _ title: String, _ checks: String, table: Bool = true, _ sources: [String]) {
        let words = checks.split(separator: " ").map(String.init)
        self.name = name
        self.title = title
        (chain, hostname) = (words.contains("chain"), words.contains("hostname"))
        revocation = words.compactMap(RevocationProof.Kind.init)
        (hasPolicyTable, self.sources) = (table, sources)
    }
}
