import CertificateFactory
import PathValidation
import SwiftASN1
import Testing
import X509

@Suite("An authority may issue only for the names that it is left (RFC 5280 §4.2.1.10)")
struct NameConstraintTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var permitted: [GeneralName] = []
        var excluded: [GeneralName] = []
        var names: [GeneralName]?
        var commonName = "Leaf"
        var allowed: Bool
        var because: String
        var testDescription: String { because }
    }

    static func range(_ bytes: [UInt8]) -> GeneralName { .ipAddress(ASN1OctetString(contentBytes: bytes[...])) }
    static func directory(_ text: String) -> GeneralName {
        .directoryName(DistinguishedName([RelativeDistinguishedName([.init(type: .RDNAttributeType.organizationName, utf8String: text)])]))
    }

    static let rows: [Row] = [
        Row(permitted: [.dnsName("example.com")], names: [.dnsName("example.com")], allowed: true, because: "the domain itself"),
        Row(permitted: [.dnsName("Example.COM")], names: [.dnsName("a.b.eXample.com")], allowed: true, because: "below it"),
        Row(permitted: [.dnsName("example.com")], names: [.dnsName("badexample.com")], allowed: false, because: "whole labels"),
        Row(
            permitted: [.dnsName("example.com")], names: [.dnsName("a.example.com"), .dnsName("x.org")], allowed: false,
            because: "every name"),
        Row(permitted: [.dnsName("example.com")], names: [.host("192.0.2.1")], allowed: true, because: "other forms are not limited"),
        Row(permitted: [.dnsName("example.com")], names: [.dnsName("*.example.com")], allowed: true, because: "a wildcard inside"),
        Row(permitted: [.dnsName("a.example.com")], names: [.dnsName("*.example.com")], allowed: false, because: "a wildcard reaching out"),
        Row(excluded: [.dnsName("example.com")], names: [.dnsName("a.example.com")], allowed: false, because: "excluded"),
        Row(
            excluded: [.dnsName("example.com")], names: [.dnsName("a.example.com.")], allowed: false,
            because: "a dot at the end hides nothing"),
        Row(excluded: [.dnsName("example.com.")], names: [.dnsName("a.example.com")], allowed: false, because: "nor in the constraint"),
        Row(
            excluded: [.dnsName("a.example.com")], names: [.dnsName("*.example.com")], allowed: false, because: "the wildcard stands for it"
        ),
        Row(
            excluded: [.dnsName("b.a.example.com")], names: [.dnsName("*.example.com")], allowed: true,
            because: "the wildcard does not reach it"),
        Row(excluded: [.dnsName("example.com")], names: [.dnsName("*.example.com")], allowed: false, because: "all that it stands for"),
        Row(
            permitted: [.dnsName("example.com")], excluded: [.dnsName("a.example.com")], names: [.dnsName("a.example.com")], allowed: false,
            because: "excluded wins"),
        Row(excluded: [.dnsName("")], names: [.dnsName("a.example")], allowed: false, because: "an empty name is all of them"),
        Row(
            permitted: [.dnsName("example.com")], names: nil, commonName: "a.example.org", allowed: false,
            because: "a common name that stands in for a name does not escape"),
        Row(
            permitted: [.dnsName("example.com")], names: nil, commonName: "intranet", allowed: false,
            because: "nor one of a single label"),
        Row(permitted: [.dnsName("example.com")], names: nil, commonName: "Anna Example", allowed: true, because: "people are no hosts"),
        Row(
            permitted: [.dnsName("example.com")], names: [.rfc822Name("a@example.org")], commonName: "a.example.org", allowed: false,
            because: "nor beside names of other forms"),
        Row(
            permitted: [.dnsName("example.com")], names: [.dnsName("a.example.com")], commonName: "a.example.org", allowed: true,
            because: "with a dNSName nobody reads it"),
        Row(permitted: [range([192, 0, 2, 0, 255, 255, 255, 0])], names: [.host("192.0.2.77")], allowed: true, because: "in the range"),
        Row(
            permitted: [range([192, 0, 2, 0, 255, 255, 255, 0])], names: [.host("192.0.3.77")], allowed: false, because: "outside the range"
        ),
        Row(
            permitted: [range([192, 0, 2, 0, 255, 255, 255, 0])], names: [.host("2001:db8::1")], allowed: false,
            because: "iPAddress is one form, with two lengths"),
        Row(excluded: [range([UInt8](repeating: 0, count: 32))], names: [.host("2001:db8::1")], allowed: false, because: "all of IPv6"),
        Row(excluded: [range([UInt8](repeating: 0, count: 32))], names: [.host("192.0.2.1")], allowed: true, because: "but not IPv4"),
        Row(
            excluded: [range([1, 2, 3])], names: [.dnsName("a.example")], allowed: false,
            because: "a range that is none cannot be passed over"),
        Row(
            permitted: [.rfc822Name("example.com")], names: [.rfc822Name("a@EXAMPLE.com")], allowed: true,
            because: "all mailboxes of a host"),
        Row(permitted: [.rfc822Name("example.com")], names: [.rfc822Name("a@b.example.com")], allowed: false, because: "of that host only"),
        Row(permitted: [.rfc822Name(".example.com")], names: [.rfc822Name("a@b.example.com")], allowed: true, because: "of hosts below"),
        Row(
            permitted: [.rfc822Name("a@example.com")], names: [.rfc822Name("A@example.com")], allowed: false,
            because: "one mailbox, exactly"),
        Row(excluded: [.rfc822Name("example.com")], names: [.rfc822Name("not-a-mailbox")], allowed: false, because: "what cannot be read"),
        Row(excluded: [.rfc822Name("")], names: [.rfc822Name("a@example.com")], allowed: false, because: "an empty mailbox is all of them"),
        Row(
            permitted: [.uniformResourceIdentifier("host.example")], names: [.uniformResourceIdentifier("https://u@host.example:8443/x")],
            allowed: true, because: "the host of a URI"),
        Row(
            permitted: [.uniformResourceIdentifier("host.example")], names: [.uniformResourceIdentifier("https://a.host.example/")],
            allowed: false, because: "that host only"),
        Row(
            permitted: [.uniformResourceIdentifier(".host.example")], names: [.uniformResourceIdentifier("https://a.host.example/")],
            allowed: true, because: "hosts below"),
        Row(
            excluded: [.uniformResourceIdentifier("host.example")], names: [.uniformResourceIdentifier("urn:x:y")], allowed: false,
            because: "a URI without a host"),
        Row(permitted: [directory("Midguard Test")], names: [.dnsName("a.example")], allowed: true, because: "the subject's first parts"),
        Row(permitted: [directory("midguard  TEST")], names: [.dnsName("a.example")], allowed: true, because: "compared as names are"),
        Row(permitted: [directory("Other")], names: [.dnsName("a.example")], allowed: false, because: "another organisation"),
        Row(excluded: [directory("Midguard Test")], names: [.dnsName("a.example")], allowed: false, because: "excluded organisation"),
        Row(names: [.dnsName("a.example")], allowed: false, because: "nothing permitted and nothing excluded is malformed"),
    ]

    @Test(arguments: rows) func constrained(_ row: Row) async throws {
        let root = try TestAuthority.root()
        let issuing = try root.issueIntermediate("Constrained") {
            $0.nameConstraints = NameConstraints(permittedSubtrees: row.permitted, excludedSubtrees: row.excluded)
        }
        let leaf = try issuing.issueLeaf(row.commonName) { $0.alternativeNames = row.names }
        let outcome = try await path(leaf.presented, to: [root])
        #expect(outcome.best.isAnchored && outcome.isValid == row.allowed, "\(outcome.best.defects)")
    }

    @Test("an anchor's constraints bind, too") func anchor() async throws {
        let root = try TestAuthority.root { $0.nameConstraints = NameConstraints(permittedDNSDomains: ["corp.example"]) }
        #expect(try await path(root.issueLeaf("x", san: ["a.corp.example"]).presented, to: [root]).isValid)
        let outside = try await path(root.issueLeaf("x", san: ["a.example"]).presented, to: [root])
        #expect(
            outside.best.defects == [PathDefect(.nameConstraint(name: "a.example", constraint: "permitted only corp.example"), at: 0)])
    }

    @Test("a self-issued authority is exempt, what it issues is not") func selfIssued() async throws {
        let root = try TestAuthority.root("Root") {
            $0.nameConstraints = NameConstraints(permittedSubtrees: [Self.directory("Somewhere"), .dnsName("corp.example")])
        }
        let renewed = try root.issueIntermediate("Root")
        let subject = DistinguishedName([
            RelativeDistinguishedName([.init(type: .RDNAttributeType.organizationName, utf8String: "Somewhere")])
        ])
        let leaf = try renewed.issueLeaf("x", san: ["a.corp.example"]) { $0.subject = subject }
        #expect(try await path(leaf.presented, to: [root]).isValid)
        #expect(!(try await path(renewed.issueLeaf("x", san: ["a.corp.example"]).presented, to: [root]).isValid))
    }

    @Test("2,048 names against 2,048 constraints end in the budget", .timeLimit(.minutes(1))) func bounded() async throws {
        let root = try TestAuthority.root {
            $0.nameConstraints = NameConstraints(excludedSubtrees: (0..<2_048).map { .dnsName("x\($0).example") })
        }
        let leaf = try root.issueLeaf { $0.alternativeNames = (0..<2_048).map { .dnsName("y\($0).example") } }
        let outcome = try await path(leaf.presented, to: [root])
        #expect(outcome.best.failures == [.budgetExhausted("comparisons of name constraints")])
    }
}
