import CertificateFactory
import Foundation
import PathValidation
import SwiftASN1
import Testing
import X509

@Suite("openssl verify comes to the same verdict on chains of ours")
struct OpenSSLAgreementTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var accepted: Bool
        var intermediate: @Sendable (inout CertificateProfile) -> Void = { _ in }
        var leaf: @Sendable (inout CertificateProfile) -> Void = { _ in }
        var sendsIntermediate = true
        var testDescription: String { name }
    }
    static let rows = [
        Row(name: "ordinary", accepted: true),
        Row(name: "RSA leaf", accepted: true, leaf: { $0.key = .rsa(bits: 2048) }),
        Row(name: "P-384 authority", accepted: true, intermediate: { $0.key = .p384 }),
        Row(name: "Ed25519 authority", accepted: true, intermediate: { $0.key = .ed25519 }),
        Row(name: "intermediate not sent", accepted: false, sendsIntermediate: false),
        Row(name: "expired leaf", accepted: false, leaf: { $0.notAfter = TestClock.now - 1 }),
        Row(name: "future intermediate", accepted: false, intermediate: { $0.notBefore = TestClock.now + 60 }),
        Row(name: "intermediate is no authority", accepted: false, intermediate: { $0.basicConstraints = .notCertificateAuthority }),
        Row(name: "intermediate may not sign", accepted: false, intermediate: { $0.keyUsage = KeyUsage(cRLSign: true) }),
        Row(name: "client usage only", accepted: false, leaf: { $0.extendedKeyUsage = [.clientAuth] }),
        Row(name: "usage of the intermediate", accepted: false, intermediate: { $0.extendedKeyUsage = [.clientAuth] }),
        Row(
            name: "outside the constraint", accepted: false,
            intermediate: { $0.nameConstraints = NameConstraints(permittedDNSDomains: ["corp.example"]) }),
        Row(
            name: "inside the constraint", accepted: true,
            intermediate: { $0.nameConstraints = NameConstraints(permittedDNSDomains: ["leaf.example"]) }),
        Row(
            name: "unknown critical extension", accepted: false,
            leaf: { $0.extensions = [.init(oid: [1, 3, 6, 1, 4, 1, 99999, 1], critical: true, value: [5, 0])] }),
    ]

    @Test(arguments: rows) func agree(_ row: Row) async throws {
        let root = try TestAuthority.root()
        let issuing = try root.issueIntermediate("Test Issuing", row.intermediate)
        let leaf = try issuing.issueLeaf("Leaf", row.leaf)
        let sent = row.sendsIntermediate ? [issuing.issued] : []
        let outcome = try await path([leaf.parsed] + sent.map { try $0.parsed }, to: [root])
        #expect(outcome.isValid == row.accepted, "\(outcome.best.defects)")
        #expect(try OpenSSL.accepts(leaf, sent: sent, anchors: [root]) == row.accepted)
    }

    @Test(
        "on host names, too",
        arguments: [
            ("a.corp.example", true), ("a.b.corp.example", false), ("corp.example", false), ("x.example", true), ("X.EXAMPLE", true),
            ("y.example", false),
        ]) func names(_ host: String, _ matches: Bool) async throws
    {
        let root = try TestAuthority.root()
        let leaf = try root.issueLeaf("Leaf", san: ["*.corp.example", "x.example"])
        #expect(matchName(host, against: try leaf.parsed).isMatch == matches)
        #expect(try OpenSSL.accepts(leaf, sent: [], anchors: [root], host: host) == matches)
    }
}
