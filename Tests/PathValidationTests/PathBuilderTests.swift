import CertificateFactory
import Foundation
import PathValidation
import Testing
import X509

@Suite("A path to an anchor is found whatever else was sent")
struct PathBuilderTests {
    @Test("order and strangers do not matter") func order() async throws {
        let root = try TestAuthority.root()
        let issuing = try root.issueIntermediate("A").issueIntermediate("B")
        let leaf = try issuing.issueLeaf()
        let stranger = try TestAuthority.root("Stranger").issueLeaf("other.example")
        let sent = try leaf.presented
        let outcome = try await path([sent[0], stranger.parsed, sent[2], root.issued.parsed, sent[1], sent[1]], to: [root])
        #expect(outcome.isValid)
        #expect(outcome.best.certificates == sent + [try root.issued.parsed])
    }

    @Test("an anchored leaf stands for itself only") func anchoredLeaf() async throws {
        let leaf = try TestAuthority.selfSignedLeaf()
        let anchors = TrustAnchors([try leaf.parsed])
        let itself = await PathBuilder().build(presented: [try leaf.parsed], anchors: anchors, at: TestClock.now)
        #expect(itself.isValid)
        let issued = try TestAuthority(issued: leaf).issueLeaf("victim.example")
        let other = await PathBuilder().build(presented: [try issued.parsed], anchors: anchors, at: TestClock.now)
        #expect(!other.isValid)
        #expect(other.best.failures.contains(.notACertificateAuthority))
    }

    @Test("an intermediate may be the anchor") func anchoredIntermediate() async throws {
        let issuing = try TestAuthority.root().issueIntermediate()
        #expect(try await path(issuing.issueLeaf().presented, to: [issuing]).isValid)
    }

    @Test("an expired cross-signature does not hide the root in the store") func expiredAlternative() async throws {
        let root = try TestAuthority.root("New Root")
        let old = try TestAuthority.root("Old Root") { $0.notAfter = TestClock.now - TestClock.days(30) }
        let cross = try old.crossSign(root) { $0.notAfter = TestClock.now - TestClock.days(30) }
        let leaf = try root.issueIntermediate().issueLeaf()
        let outcome = try await path(leaf.presented + [cross.issued.parsed], to: [old, root])
        #expect(outcome.isValid)
        #expect(outcome.best.certificates.last == (try root.issued.parsed))
        let onlyOld = try await path(leaf.presented + [cross.issued.parsed], to: [old])
        #expect(!onlyOld.isValid && onlyOld.best.isAnchored)
        #expect(onlyOld.best.failures.contains(.expired(since: TestClock.now - TestClock.days(30))))
    }

    @Test("of two namesakes the one with the right key is taken") func namesakes() async throws {
        let (one, other) = (try TestAuthority.root("Same Name"), try TestAuthority.root("Same Name"))
        #expect(try await path(other.issueLeaf().presented, to: [one, other]).isValid)
        let missing = try await path(other.issueLeaf().presented, to: [one])
        guard case .issuerNotFound(_, let key?, _)? = missing.best.failures.first else {
            Issue.record("a namesake with another key identifier is not the issuer: \(missing.best.defects)")
            return
        }
        #expect(try key == other.certificate.extensions.subjectKeyIdentifier?.keyIdentifier.map { String(format: "%02x", $0) }.joined())
    }

    @Test("authorities that vouch for each other end the search") func loop() async throws {
        let (one, other) = (try TestAuthority.root("One"), try TestAuthority.root("Two"))
        let circle = [try one.crossSign(other), try other.crossSign(one)].map(\.issued)
        let leaf = try one.issueLeaf()
        let outcome = try await path(leaf.presented + circle.map { try $0.parsed }, to: [])
        #expect(!outcome.isValid && !outcome.best.isAnchored)
    }

    @Test("many namesakes cost no more than the budget", .timeLimit(.minutes(1))) func exhausted() async throws {
        let names = try (0..<60).map { _ in try TestAuthority.root("Same") { $0.hasKeyIdentifiers = false } }
        let all = try (0..<60).map { try names[$0].crossSign(names[($0 + 1) % 60]) { $0.hasKeyIdentifiers = false } }
        let leaf = try names[0].issueLeaf { $0.hasKeyIdentifiers = false }
        let outcome = try await path([leaf.parsed] + all.map { try $0.issued.parsed }, to: [])
        #expect(!outcome.isValid)
        #expect(outcome.candidates.count <= 32)
        #expect(outcome.candidates.contains { $0.failures.contains { if case .budgetExhausted = $0 { true } else { false } } })
    }

    @Test("nothing presented is a defect, not a trap") func empty() async throws {
        let outcome = try await path([], to: [])
        #expect(!outcome.isValid)
    }
}

@Suite("A path that leads nowhere says what is missing")
struct DeadEndTests {
    @Test func issuerMissing() async throws {
        let issuing = try TestAuthority.root().issueIntermediate("Issuing")
        let leaf = try issuing.issueLeaf { $0.issuerURLs = ["http://ca.example/issuing.cer"] }
        let outcome = try await path([leaf.parsed], to: [])
        let key = try #require(try issuing.certificate.extensions.subjectKeyIdentifier).keyIdentifier
        #expect(
            outcome.best.failures == [
                .issuerNotFound(
                    issuer: "CN=Issuing,O=Midguard Test", authorityKeyIdentifier: key.map { String(format: "%02x", $0) }.joined(),
                    fetchURLs: ["http://ca.example/issuing.cer"])
            ])
    }

    @Test func rootNotTrusted() async throws {
        let root = try TestAuthority.root("Interceptor")
        let leaf = try root.issueIntermediate().issueLeaf()
        let outcome = try await path(leaf.presented + [root.issued.parsed], to: [TestAuthority.root("Other")])
        #expect(outcome.best.defects == [PathDefect(.rootNotTrusted(subject: "CN=Interceptor,O=Midguard Test"), at: 2)])
    }

    @Test func selfSigned() async throws {
        #expect(try await path([TestAuthority.selfSignedLeaf().parsed], to: []).best.failures == [.selfSignedNotTrusted])
    }

    @Test("what else is wrong is told, too, after it") func alsoExpired() async throws {
        let end = TestClock.now - TestClock.days(2)
        let leaf = try TestAuthority.root().issueLeaf { $0.notAfter = end }
        let failures = try await path([leaf.parsed], to: []).best.failures
        #expect(failures.count == 2 && failures.last == .expired(since: end))
        guard case .issuerNotFound? = failures.first else {
            Issue.record("the missing issuer comes first: \(failures)")
            return
        }
    }

    @Test func alteredSignature() async throws {
        let root = try TestAuthority.root()
        var bytes = try root.issueLeaf().der
        bytes[bytes.count - 8] ^= 1
        let outcome = try await path([ParsedCertificate(der: bytes)], to: [root])
        #expect(outcome.best.failures.first == .badSignature)
    }
}

@Suite("A missing issuer is fetched from where the certificate says, over plain HTTP only")
struct FetchedIssuerTests {
    @Test(arguments: ["der", "pem", "pkcs7"]) func forms(_ form: String) async throws {
        let root = try TestAuthority.root()
        let issuing = try root.issueIntermediate()
        let url = "http://ca.example/issuer"
        let leaf = try issuing.issueLeaf { $0.issuerURLs = ["ldap://ca.example/x", "https://ca.example/x", url] }
        let body =
            switch form {
            case "pem": Array(issuing.pem.utf8)
            case "pkcs7": try OpenSSL.certificatesOnly(issuing.pem)
            default: issuing.der
            }
        let source = TableSource([url: .ok(body)])
        let outcome = try await path([leaf.parsed], to: [root], source: source)
        #expect(outcome.isValid)
        #expect(outcome.fetched == [try issuing.issued.parsed])
        #expect(await source.asked == [EvidenceRequest(kind: .issuer, url: url)])
    }

    @Test("also when a namesake with another key was sent") func namesake() async throws {
        let root = try TestAuthority.root()
        let (right, wrong) = (try root.issueIntermediate("Issuing"), try root.issueIntermediate("Issuing"))
        let leaf = try right.issueLeaf { $0.issuerURLs = ["http://ca.example/"] }
        let source = TableSource(["http://ca.example/": .ok(right.der)])
        #expect(try await path([leaf.parsed, wrong.issued.parsed], to: [root], source: source).isValid)
    }

    @Test("nobody is asked when nothing is missing") func unneeded() async throws {
        let root = try TestAuthority.root()
        let leaf = try root.issueLeaf { $0.issuerURLs = ["http://ca.example/"] }
        let source = TableSource([:])
        #expect(try await path([leaf.parsed], to: [root], source: source).isValid)
        #expect(await source.asked.isEmpty)
    }

    @Test("a wrong answer is no issuer", arguments: ["", "<html>", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func garbage(_ body: String) async throws {
        let leaf = try TestAuthority.root().issueLeaf { $0.issuerURLs = ["http://ca.example/"] }
        let outcome = try await path([leaf.parsed], to: [], source: TableSource(["http://ca.example/": .ok(Array(body.utf8))]))
        #expect(!outcome.isValid && outcome.fetched.isEmpty)
    }

    @Test("fetched certificates are no anchors") func notTrusted() async throws {
        let root = try TestAuthority.root("Unknown")
        let leaf = try root.issueLeaf { $0.issuerURLs = ["http://ca.example/"] }
        let outcome = try await path([leaf.parsed], to: [], source: TableSource(["http://ca.example/": .ok(root.der)]))
        #expect(outcome.best.failures == [.rootNotTrusted(subject: "CN=Unknown,O=Midguard Test")])
    }
}
