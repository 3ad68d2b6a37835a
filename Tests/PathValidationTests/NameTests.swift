import CertificateFactory
import PathValidation
import Testing
import X509

@Suite("A name matches as RFC 9525 says: subject alternative names, whole labels, one label for a wildcard")
struct NameTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var host: String
        var names: [String]
        var matches: Bool
        var because: String
        var testDescription: String { "\(host): \(because)" }
        init(_ host: String, _ names: [String], _ matches: Bool, _ because: String) {
            (self.host, self.names, self.matches, self.because) = (host, names, matches, because)
        }
    }
    static let rows = [
        Row("a.example", ["a.example"], true, "the same"),
        Row("A.Example", ["a.eXample"], true, "letters' case does not count"),
        Row("a.example.", ["a.example"], true, "an absolute name is the same host"),
        Row("a.example..", ["a.example"], false, "an empty label is no label"),
        Row("a.example", ["a.example."], false, "no dNSName ends with a dot"),
        Row("a.example", ["b.example", "a.example"], true, "any of them"),
        Row("xa.example", ["a.example"], false, "no suffixes"),
        Row("a.example", ["a.example.org"], false, "no prefixes"),
        Row("a.corp.example", ["*.corp.example"], true, "one label"),
        Row("a.b.corp.example", ["*.corp.example"], false, "two labels"),
        Row("corp.example", ["*.corp.example"], false, "no label"),
        Row(".corp.example", ["*.corp.example"], false, "an empty label"),
        Row("xn--bcher-kva.corp.example", ["*.corp.example"], true, "an A-label is a label"),
        Row("xn--bcher-kva.example", ["xn--bcher-kva.example"], true, "A-labels compare as letters"),
        Row("abc.corp.example", ["a*.corp.example"], false, "no partial wildcard"),
        Row("abc.corp.example", ["*c.corp.example"], false, "no partial wildcard"),
        Row("a.b.corp.example", ["a.*.corp.example"], false, "left-most only"),
        Row("a.b.example", ["*.*.example"], false, "one wildcard"),
        Row("a.example", ["*.example"], false, "not for a whole top-level domain"),
        Row("example", ["*"], false, "not for everything"),
        Row("*.corp.example", ["*.corp.example"], true, "nobody has such a host; a star is a label like any other"),
        Row("host", ["host"], true, "a single label, as in intranets"),
        Row("192.0.2.1", ["192.0.2.1"], true, "address in an iPAddress"),
        Row("192.0.2.1", ["192.0.2.2"], false, "another address"),
        Row("2001:db8::1", ["2001:DB8:0:0::1"], true, "addresses compare as bytes"),
        Row("[2001:db8::1]", ["2001:db8::1"], true, "as in a URL"),
        Row("::ffff:192.0.2.1", ["192.0.2.1"], false, "a mapped address is another form"),
        Row("", ["a.example"], false, "no host"),
    ]

    @Test(arguments: rows) func match(_ row: Row) throws {
        let certificate = try Self.authority.issueLeaf("Common Name", san: row.names).parsed
        #expect(matchName(row.host, against: certificate).isMatch == row.matches)
    }

    private static let authority: TestAuthority = {
        do { return try TestAuthority.root() } catch { preconditionFailure("no test authority: \(error)") }
    }()

    @Test("an address written as a dNSName is no address") func addressAsName() throws {
        let certificate = try Self.authority.issueLeaf("x") { $0.alternativeNames = [.dnsName("192.0.2.1")] }.parsed
        #expect(matchName("192.0.2.1", against: certificate) == .addressNotListed(names: ["192.0.2.1"]))
    }

    @Test("the outcome says why not") func reasons() throws {
        let wide = try Self.authority.issueLeaf("x", san: ["*.corp.example"]).parsed
        #expect(matchName("a.b.corp.example", against: wide) == .wildcardTooWide(pattern: "*.corp.example"))
        let near = try Self.authority.issueLeaf("x", san: ["mail.corp.example", "ldap1.corp.example"]).parsed
        #expect(
            matchName("ldap.corp.example", against: near)
                == .mismatch(names: ["mail.corp.example", "ldap1.corp.example"], nearest: "ldap1.corp.example"))
        #expect(matchName("10.0.0.1", against: near) == .addressNotListed(names: ["mail.corp.example", "ldap1.corp.example"]))
    }

    @Test("a common name never matches, but is told apart", arguments: [true, false]) func commonName(_ fallback: Bool) throws {
        let none = try Self.authority.issueLeaf("a.example", san: nil).parsed
        #expect(matchName("a.example", against: none, commonNameFallback: fallback) == .commonNameOnly("a.example"))
        #expect(matchName("b.example", against: none, commonNameFallback: fallback) == .noNames(commonName: "a.example"))
        let other = try Self.authority.issueLeaf("a.example", san: ["b.example"]).parsed
        #expect(!matchName("a.example", against: other, commonNameFallback: fallback).isMatch)
        guard case .mismatch = matchName("a.example", against: other, commonNameFallback: fallback) else {
            Issue.record("with a SAN the common name says nothing")
            return
        }
    }
}
