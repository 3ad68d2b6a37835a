import Foundation
import PathValidation
import Testing
import TrustPolicy

@Suite("Every endpoint is decided by exactly one row, the most specific one")
struct PolicyTableTests {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)
    static let table = PolicyTable(rows: [
        EndpointPolicy(name: "range", category: .overridden, includes: ["10.1.0.0/16"], checks: .all),
        EndpointPolicy(name: "wild", category: .overridden, includes: ["*.corp.example"], excludes: ["safe.corp.example"], checks: .all),
        EndpointPolicy(name: "exact", category: .overridden, includes: ["ldap.corp.example"], checks: .all),
        EndpointPolicy(name: "over", category: .overridden, includes: ["old.example"], checks: .all, until: now.addingTimeInterval(-1)),
        EndpointPolicy(name: "instance", category: .instance, includes: ["acme.service-now.com", "*.mid.example"], checks: .all),
        EndpointPolicy(name: "intranet", category: .intranet, checks: .all),
        EndpointPolicy(name: "internet", category: .internet, includes: ["*"], checks: .all),
    ])

    struct Row: Sendable { var host: String, addresses: [String], row: String }
    static let rows = [
        Row(host: "ldap.corp.example", addresses: ["10.1.2.3"], row: "exact"),
        Row(host: "LDAP.corp.example", addresses: [], row: "exact"),
        Row(host: "a.b.corp.example", addresses: ["10.1.2.3"], row: "wild"),
        Row(host: "safe.corp.example", addresses: ["10.1.2.3"], row: "range"),
        Row(host: "corp.example", addresses: ["8.8.8.8"], row: "internet"),
        Row(host: "x.other.example", addresses: ["10.1.255.255"], row: "range"),
        Row(host: "acme.service-now.com", addresses: ["10.0.0.1"], row: "instance"),
        Row(host: "x.other.example", addresses: ["10.2.0.0"], row: "intranet"),
        Row(host: "x.other.example", addresses: ["fd00::1"], row: "intranet"),
        Row(host: "::1", addresses: [], row: "intranet"),
        Row(host: "old.example", addresses: ["93.184.216.34"], row: "internet"),
        Row(host: "gone.example", addresses: [], row: "internet"),
    ]

    @Test(arguments: rows) func decide(_ row: Row) {
        #expect(Self.table.decide(host: row.host, addresses: row.addresses, at: Self.now).policy.name == row.row)
    }

    @Test func withoutRowsAllChecksAreMade() {
        let decision = PolicyTable(rows: []).decide(host: "a.example", addresses: [], at: Self.now)
        #expect(decision.policy.checks == .all)
    }
}

@Suite("An endpoint is read from a URL or from HOST:PORT, and nothing else")
struct EndpointTests {
    struct Row: Sendable { var text: String, host: String, port: Int, scheme: Endpoint.Scheme }
    static let good = [
        Row(text: "https://Acme.example/", host: "acme.example", port: 443, scheme: .https),
        Row(text: "https://u:p@acme.example:8443/x?y#z", host: "acme.example", port: 8_443, scheme: .https),
        Row(text: "ldaps://dc.example", host: "dc.example", port: 636, scheme: .ldaps),
        Row(text: "https://[::1]:8443/", host: "::1", port: 8_443, scheme: .https),
        Row(text: "dc.example:636", host: "dc.example", port: 636, scheme: .tls),
    ]
    @Test(arguments: good) func reads(_ row: Row) {
        #expect(Endpoint(row.text) == Endpoint(scheme: row.scheme, host: row.host, port: row.port))
    }

    @Test(arguments: [
        "", "acme.example", "ftp://acme.example", "https://", "https://a:0", "https://a:65536", "https://a b/", "https://[::1", "tls://a:1",
    ])
    func refuses(_ text: String) { #expect(Endpoint(text) == nil) }
}

@Suite("An address range holds exactly the addresses that share its prefix")
struct AddressRangeTests {
    struct Row: Sendable { var range: String, address: String, inside: Bool }
    static let rows = [
        Row(range: "172.16.0.0/12", address: "172.31.255.255", inside: true),
        Row(range: "172.16.0.0/12", address: "172.32.0.0", inside: false),
        Row(range: "0.0.0.0/0", address: "255.255.255.255", inside: true),
        Row(range: "10.0.0.1", address: "10.0.0.1", inside: true),
        Row(range: "10.0.0.1", address: "10.0.0.2", inside: false),
        Row(range: "fe80::/10", address: "febf::1", inside: true),
        Row(range: "fe80::/10", address: "fec0::1", inside: false),
        Row(range: "10.0.0.0/8", address: "::ffff:10.0.0.1", inside: false),
    ]
    @Test(arguments: rows) func contains(_ row: Row) throws {
        let range = try #require(AddressRange(row.range))
        let address = try #require(IPAddress(row.address))
        #expect(range.contains(address) == row.inside)
    }

    @Test(arguments: [
        "10.0.0.0/33", "10.0.0/8", "010.0.0.0/8", "10.0.0.0/-1", "::/129", "1:2:3:4:5:6:7:8:9", "1::2::3", ":::", "12345::", "+1::", "::g",
    ])
    func refuses(_ text: String) { #expect(AddressRange(text) == nil) }
}
