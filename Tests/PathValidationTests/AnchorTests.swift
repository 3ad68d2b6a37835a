import CertificateFactory
import Foundation
import PathValidation
import Testing
import X509

@Suite("An anchor counts with as much as the caller says, and vouches for no more")
struct AnchorTests {
    private func failures(
        _ anchors: AnchorRules, root change: (inout CertificateProfile) -> Void, leaf: (inout CertificateProfile) -> Void = { _ in }
    ) throws -> [PathFailure] {
        let root = try TestAuthority.root("Root", change)
        let end = try root.issueIntermediate().issueLeaf("leaf", leaf)
        var rules = PathRules(at: TestClock.now)
        rules.anchors = anchors
        return PathBuilder().build(presented: try end.presented, anchors: TrustAnchors([try root.issued.parsed]), rules: rules).best
            .failures
    }

    @Test("name and key only: nothing else of it is looked at") func nameAndKey() throws {
        let expired = TestClock.now - 1
        #expect(try failures(.constrained) { $0.notAfter = expired } == [.expired(since: expired)])
        #expect(try failures(.nameAndKey) { $0.notAfter = expired }.isEmpty)
        #expect(
            try failures(.constrained) { $0.basicConstraints = .isCertificateAuthority(maxPathLength: 0) } == [
                .pathLengthExceeded(limit: 0, found: 1)
            ])
        #expect(try failures(.nameAndKey) { $0.basicConstraints = .isCertificateAuthority(maxPathLength: 0) }.isEmpty)
        #expect(try failures(.constrained) { $0.keyUsage = KeyUsage(cRLSign: true) } == [.keyUsage(required: "keyCertSign")])
        #expect(try failures(.nameAndKey) { $0.keyUsage = KeyUsage(cRLSign: true) }.isEmpty)
        #expect(
            try failures(.constrained) { $0.extendedKeyUsage = [.clientAuth] } == [
                .extendedKeyUsage(required: "serverAuth", found: ["clientAuth"])
            ])
        let constraints = NameConstraints(permittedDNSDomains: ["corp.example"])
        #expect(try failures(.constrained) { $0.nameConstraints = constraints }.count == 1)
        #expect(try failures(.nameAndKey) { $0.nameConstraints = constraints }.isEmpty)
    }

    @Test("without basicConstraints it is an authority only where they are not asked for") func basicConstraints() throws {
        #expect(try failures(.constrained) { $0.basicConstraints = nil } == [.notACertificateAuthority])
        #expect(try failures([.extensions, .validity]) { $0.basicConstraints = nil }.isEmpty)
        #expect(try failures([.extensions]) { $0.basicConstraints = .notCertificateAuthority } == [.notACertificateAuthority])
    }

    @Test("a role says for whom a trusted certificate vouches") func roles() throws {
        let root = try TestAuthority.root()
        let leaf = try root.issueLeaf()
        let own = try TestAuthority.selfSignedLeaf()
        func isValid(_ end: IssuedCertificate, _ anchor: IssuedCertificate, _ role: TrustAnchors.Role) throws -> Bool {
            PathBuilder().build(
                presented: try [end.parsed], anchors: TrustAnchors([try anchor.parsed], role: role), rules: PathRules(at: TestClock.now)
            ).isValid
        }
        #expect(try isValid(leaf, root.issued, .issuer) && isValid(leaf, root.issued, .issuerOrItself))
        #expect(try !isValid(leaf, root.issued, .itself) && !isValid(leaf, leaf, .issuer))
        #expect(try isValid(leaf, leaf, .itself) && isValid(leaf, leaf, .issuerOrItself) && !isValid(leaf, leaf, .itselfSelfSigned))
        #expect(try isValid(own, own, .itselfSelfSigned) && !isValid(own, own, .issuer))
    }

    @Test("what is distrusted ends every path") func distrusted() throws {
        let root = try TestAuthority.root()
        let issuing = try root.issueIntermediate()
        let leaf = try issuing.issueLeaf()
        let anchors = TrustAnchors([try root.issued.parsed], distrusted: [try issuing.issued.parsed])
        let outcome = PathBuilder().build(presented: try leaf.presented, anchors: anchors, rules: PathRules(at: TestClock.now))
        #expect(outcome.best.defects == [PathDefect(.distrusted, at: 1)])
    }
}

@Suite("A mailbox matches letter by letter before the @, and its host without case")
struct MailboxTests {
    @Test func match() throws {
        let certificate = try TestAuthority.root().issueLeaf("x") {
            $0.alternativeNames = [.rfc822Name("Anna@Corp.example"), .rfc822Name("bad@@corp.example")]
        }.parsed
        #expect(matchMailbox("Anna@corp.EXAMPLE", against: certificate).isMatch)
        #expect(!matchMailbox("anna@corp.example", against: certificate).isMatch)
        #expect(!matchMailbox("bad@@corp.example", against: certificate).isMatch)
        #expect(!matchMailbox("", against: certificate).isMatch)
    }
}

@Suite("A given path is checked as it is")
struct GivenPathTests {
    @Test func asItIs() throws {
        let root = try TestAuthority.root()
        let issuing = try root.issueIntermediate()
        let leaf = try issuing.issueLeaf()
        let anchors = TrustAnchors([try root.issued.parsed])
        let rules = PathRules(at: TestClock.now)
        let path = try leaf.presented + [root.issued.parsed]
        #expect(PathBuilder().check(path, anchors: anchors, rules: rules).isValid)
        let gap = PathBuilder().check(try [leaf.parsed, root.issued.parsed], anchors: anchors, rules: rules)
        guard case .issuerNotFound? = gap.defects.first?.failure else {
            Issue.record("\(gap.defects)")
            return
        }
        let stranger = try TestAuthority.root("Test Issuing")
        let wrong = PathBuilder().check(
            try [leaf.parsed, stranger.issued.parsed], anchors: TrustAnchors([try stranger.issued.parsed]), rules: rules)
        #expect(wrong.failures == [.badSignature])
        #expect(!PathBuilder().check(path, anchors: TrustAnchors([]), rules: rules).isAnchored)
        #expect(!PathBuilder().check([], anchors: anchors, rules: rules).isValid)
    }
}
