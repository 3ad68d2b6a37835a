import CertificateFactory
import PathValidation
import SwiftASN1
import Testing
import X509

@Suite("A profile names each rule that a certificate breaks, and path validation alone asks for none of them")
struct ProfileTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var rule: ProfileRule
        var profile = ConformanceProfile.rfc5280
        var index: Int
        var root: @Sendable (inout CertificateProfile) -> Void = { _ in }
        var issuing: @Sendable (inout CertificateProfile) -> Void = { _ in }
        var leaf: @Sendable (inout CertificateProfile) -> Void = { _ in }
        var testDescription: String { rule.rawValue }
    }

    private static func critical(_ extension: some CertificateExtensionConvertible, _ critical: Bool) -> Certificate.Extension? {
        guard var made = try? `extension`.makeCertificateExtension() else { return nil }
        made.critical = critical
        return made
    }
    private static let empty = DistinguishedName([RelativeDistinguishedName]())

    static let rows: [Row] = [
        Row(rule: .serialNumberNotPositive, index: 0, leaf: { $0.serial = [0] }),
        Row(rule: .serialNumberTooLong, index: 0, leaf: { $0.serial = [1] + [UInt8](repeating: 7, count: 20) }),
        Row(rule: .authorityKeyIdentifierMissing, index: 0, leaf: { $0.hasKeyIdentifiers = false }),
        Row(
            rule: .basicConstraintsNotCritical, index: 1,
            issuing: {
                $0.basicConstraints = nil
                $0.extensions = [critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil), false)].compactMap { $0 }
            }),
        Row(rule: .keyUsageInconsistent, index: 0, leaf: { $0.keyUsage = KeyUsage(digitalSignature: true, keyCertSign: true) }),
        Row(
            rule: .nameConstraintsNotCritical, index: 1,
            issuing: { $0.extensions = [critical(NameConstraints(permittedDNSDomains: ["leaf.example"]), false)].compactMap { $0 } }),
        Row(
            rule: .nameConstraintsInEndEntity, index: 0,
            leaf: { $0.nameConstraints = NameConstraints(permittedDNSDomains: ["leaf.example"]) }),
        Row(
            rule: .nameConstraintsLeadingPeriod, index: 1,
            issuing: { $0.nameConstraints = NameConstraints(permittedDNSDomains: [".example"]) }),
        Row(
            rule: .alternativeNamesNotCritical, index: 0,
            leaf: {
                $0.subject = empty
                $0.alternativeNames = nil
                $0.extensions = [critical(SubjectAlternativeNames([.dnsName("leaf.example")]), false)].compactMap { $0 }
            }),
        Row(
            rule: .alternativeNameMalformed, index: 0, leaf: { $0.alternativeNames = [.dnsName("leaf.example"), .dnsName("a_b.example")] }),
        Row(rule: .extendedKeyUsageMissing, profile: .webPKI, index: 0, leaf: { $0.extendedKeyUsage = [] }),
        Row(rule: .extendedKeyUsageAny, profile: .webPKI, index: 0, leaf: { $0.extendedKeyUsage = [.serverAuth, .any] }),
        Row(rule: .extendedKeyUsageInRoot, profile: .webPKI, index: 2, root: { $0.extendedKeyUsage = [.serverAuth] }),
        Row(rule: .commonNameNotAlternativeName, profile: .webPKI, index: 0, leaf: { $0.alternativeNames = [.dnsName("other.example")] }),
        Row(rule: .keyNotPermitted, profile: .webPKI, index: 0, leaf: { $0.key = .ed25519 }),
        Row(
            rule: .alternativeNamesCritical, profile: .webPKI, index: 0,
            leaf: {
                $0.alternativeNames = nil
                $0.extensions = [critical(SubjectAlternativeNames([.dnsName("leaf.example")]), true)].compactMap { $0 }
            }),
    ]

    private func defects(_ profile: ConformanceProfile, _ row: Row, waiving waived: Set<ProfileRule> = []) throws -> [PathDefect] {
        let root = try TestAuthority.root("Root", row.root)
        let leaf = try root.issueIntermediate("Issuing", row.issuing).issueLeaf("leaf.example", row.leaf)
        var rules = PathRules(at: TestClock.now)
        (rules.profile, rules.waived) = (profile, waived)
        let anchors = TrustAnchors([try root.issued.parsed])
        return PathBuilder().build(presented: try leaf.presented, anchors: anchors, rules: rules).best.defects
    }

    @Test(arguments: rows) func broken(_ row: Row) throws {
        #expect(try defects(row.profile, row) == [PathDefect(.profile(row.rule), at: row.index)])
        #expect(try defects(.pathValidation, row).isEmpty)
        #expect(try defects(row.profile, row, waiving: [row.rule]).isEmpty)
        #expect(!row.rule.source.isEmpty)
    }

    @Test("an ordinary chain keeps all rules", arguments: ConformanceProfile.allCases) func ordinary(_ profile: ConformanceProfile) throws {
        #expect(try defects(profile, Row(rule: .issuerEmpty, index: 0)).isEmpty)
    }
}
