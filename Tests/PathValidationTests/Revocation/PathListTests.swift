import CertificateFactory
import Foundation
import PathValidation
import StrictDER
import Testing
import X509

@Suite("Lists that belong together decide together: partitions, deltas, other signers (RFC 5280 §6.3.3)")
struct PathListTests {
    private let root: TestAuthority
    private let leaf: IssuedCertificate

    init() throws {
        root = try .root()
        leaf = try root.issueLeaf()
    }

    private func status(
        _ lists: [SourcedList], of certificate: IssuedCertificate? = nil, signers: [IssuedCertificate] = [],
        _ limits: EvidenceLimits = .standard
    ) async throws -> RevocationOutcome.Status {
        let certificate = certificate ?? leaf
        let whole = CandidatePath(
            certificates: try ([certificate] + certificate.issuers).map { try $0.parsed }, isAnchored: true, defects: [])
        let checker = CRLPathChecker(lists: lists, signers: try signers.map { try $0.parsed }, limits: limits)
        return try #require(await checker.check(path: whole, at: TestClock.now).first?.status)
    }
    private func list(_ change: (inout CraftedList) throws -> Void = { _ in }) throws -> CraftedList {
        var list = CraftedList(root.issued)
        try change(&list)
        return list
    }

    @Test func partitions() async throws {
        let some = try list { $0.scope = DER.sequence(Crafted.reasons(0x83, 1, 2)) }
        var rest = try list { $0.scope = DER.sequence(Crafted.reasons(0x83, 3, 4, 5, 6, 7, 8)) }
        #expect(try await status([some.sourced("some"), rest.sourced("rest")]).word == "GOOD")
        #expect(try await status([some.sourced("some")]).word == "UNKNOWN")
        #expect(try await status([rest.sourced("rest")]).word == "UNKNOWN")
        rest.entries = [try CraftedList.entry(leaf, Crafted.reason(4))]
        #expect(try await status([some.sourced("some"), rest.sourced("rest")]).word == "REVOKED")
        // The certificate itself may say which place is about which reasons.
        let points = try Crafted.points(
            Crafted.fullName(Crafted.uri("http://a/")) + Crafted.reasons(0x81, 1, 2),
            Crafted.fullName(Crafted.uri("http://b/")) + Crafted.reasons(0x81, 3, 4, 5, 6, 7, 8))
        let certificate = try root.issueLeaf { $0.extensions = [points] }
        let here = try list { $0.scope = DER.sequence(Crafted.fullName(Crafted.uri("http://a/"))) }
        let there = try list { $0.scope = DER.sequence(Crafted.fullName(Crafted.uri("http://b/"))) }
        #expect(try await status([here.sourced("a")], of: certificate).word == "UNKNOWN")
        #expect(try await status([here.sourced("a"), there.sourced("b")], of: certificate).word == "GOOD")
    }

    @Test func theNewestOfTwoCounts() async throws {
        let old = try list {
            ($0.thisUpdate, $0.number) = (Crafted.time(TestClock.now - TestClock.days(3)), 4)
            $0.entries = [try CraftedList.entry(leaf, Crafted.reason(6))]
        }
        #expect(try await status([old.sourced("old")]).word == "REVOKED")
        #expect(try await status([old.sourced("old"), list().sourced("new")]).word == "GOOD")
        // One that does not count hides nothing.
        let forged = try list { $0.key = try TestAuthority.root().privateKey }
        #expect(try await status([old.sourced("old"), forged.sourced("forged")]).word == "REVOKED")
        let stale = try list { $0.nextUpdate = Crafted.time(TestClock.now - 3600) }
        #expect(try await status([old.sourced("old"), stale.sourced("stale")]).word == "REVOKED")
    }

    @Test func deltas() async throws {
        func delta(_ reason: UInt8?, _ change: (inout CraftedList) throws -> Void = { _ in }) throws -> SourcedList {
            try list {
                ($0.number, $0.baseNumber) = (9, 5)
                $0.entries = try reason.map { [try CraftedList.entry(leaf, Crafted.reason($0))] } ?? []
                try change(&$0)
            }.sourced("delta")
        }
        let held = try list { $0.entries = [try CraftedList.entry(leaf, Crafted.reason(6))] }.sourced("held")
        let clean = try list().sourced("clean")
        #expect(try await status([delta(nil)]).word == "UNKNOWN", "alone")
        #expect(try await status([clean, delta(nil)]).proof?.source == "delta")
        #expect(try await status([clean, delta(1)]).word == "REVOKED")
        #expect(try await status([held, delta(nil)]).word == "REVOKED")
        #expect(try await status([held, delta(8)]).word == "GOOD")
        // What does not fit is left out: an older base, a newer complete list, another scope, another key, past its end.
        #expect(try await status([clean, delta(1) { $0.baseNumber = 6 }]).word == "GOOD")
        #expect(try await status([clean, delta(1) { $0.number = 5 }]).word == "GOOD")
        #expect(try await status([clean, delta(1) { $0.scope = DER.sequence([0x81, 1, 0xFF]) }]).word == "GOOD")
        #expect(try await status([clean, delta(1) { $0.hasKeyIdentifier = false }]).word == "GOOD")
        let namesake = try TestAuthority.root()
        #expect(try await status([clean, delta(1) { $0.key = namesake.privateKey }]).word == "GOOD")
        #expect(try await status([clean, delta(1) { $0.nextUpdate = Crafted.time(TestClock.now - 3600) }]).word == "GOOD")
        // A complete list past its end lives on with its delta.
        let old = try list { $0.nextUpdate = Crafted.time(TestClock.now - 3600) }.sourced("old")
        #expect(try await status([old]).word == "UNKNOWN")
        #expect(try await status([old, delta(nil)]).word == "GOOD")
        #expect(try await status([old, delta(1)]).word == "REVOKED")
        // The newest of several deltas.
        #expect(try await status([clean, delta(1), delta(8) { $0.number = 10 }]).word == "GOOD")
    }

    @Test func indirectLists() async throws {
        let point = Crafted.fullName(Crafted.uri("http://a/"))
        let signer = try root.issueLeaf("Lists", san: nil) { $0.keyUsage = KeyUsage(cRLSign: true) }
        let points = try Crafted.points(point + DER.element(0xA2, Crafted.directory(try signer.subjectDER)))
        let certificate = try root.issueLeaf { $0.extensions = [points] }
        let mine = Crafted.item(
            ObjectIdentifier(2, 5, 29, 29), critical: true, DER.sequence(Crafted.directory(try root.issued.subjectDER)))
        let somebody = Crafted.item(
            ObjectIdentifier(2, 5, 29, 29), critical: true, DER.sequence(Crafted.directory(Crafted.name("Somebody"))))
        let other = try root.issueLeaf("other.example")
        func status(_ entries: [[UInt8]], signers: [IssuedCertificate]? = nil, statusOfSigner: Bool = true) async throws
            -> RevocationOutcome.Status
        {
            var list = CraftedList(signer)
            (list.entries, list.scope) = (entries, DER.sequence(point + [0x84, 1, 0xFF]))
            let lists = try [list.sourced("indirect")] + (statusOfSigner ? [CraftedList(root.issued).sourced("own")] : [])
            return try await self.status(lists, of: certificate, signers: signers ?? [signer])
        }
        #expect(try await status([]).word == "GOOD")
        guard case .listIssuer(let subject, _) = try await status([]).proof?.signer else {
            Issue.record("the signer is not told")
            return
        }
        #expect(subject == "CN=Lists,O=Midguard Test")
        // Whose the serial number is: the signer's own until an entry names another, and that one's until the next does.
        #expect(try await status([CraftedList.entry(certificate)]).word == "GOOD")
        #expect(try await status([CraftedList.entry(certificate, mine)]).word == "REVOKED")
        #expect(try await status([CraftedList.entry(other, mine), CraftedList.entry(certificate)]).word == "REVOKED")
        #expect(try await status([CraftedList.entry(other, mine), CraftedList.entry(certificate, somebody)]).word == "GOOD")
        // The same number of many others is too much to compare.
        #expect(try await status((0..<200).map { _ in try CraftedList.entry(certificate, somebody) }).word == "GOOD")
        #expect(try await status((0..<300).map { _ in try CraftedList.entry(certificate, somebody) }).word == "UNKNOWN")
        // The signer's path and its own status count too.
        #expect(try await status([], signers: []).word == "UNKNOWN")
        #expect(try await status([], statusOfSigner: false).word == "UNKNOWN")
    }

    @Test func signersOffThePath() async throws {
        let subordinate = try root.issueIntermediate()
        let below = try subordinate.issueLeaf()
        func subordinateKey(_ change: (inout CertificateProfile) -> Void = { _ in }) throws -> IssuedCertificate {
            try root.issueLeaf("", san: nil) {
                ($0.subject, $0.keyUsage) = (subordinate.certificate.subject, KeyUsage(cRLSign: true))
                change(&$0)
            }
        }
        let key = try subordinateKey()
        var own = CraftedList(root.issued)
        let signed = try CraftedList(key).sourced("signed")
        #expect(try await status([signed, own.sourced("own")], of: below, signers: [key]).word == "GOOD")
        own.entries = [try CraftedList.entry(key)]
        #expect(
            try await status([signed, own.sourced("own")], of: below, signers: [key]).obstacles == [.badSignature(.crl, url: "signed")])
        own.entries = []
        let expired = try subordinateKey { $0.notAfter = TestClock.now - 3600 }
        #expect(
            try await status([CraftedList(expired).sourced("signed"), own.sourced("own")], of: below, signers: [expired]).word == "UNKNOWN")
        let stranger = try TestAuthority.root("Stranger").issueLeaf("", san: nil) {
            ($0.subject, $0.keyUsage) = (subordinate.certificate.subject, KeyUsage(cRLSign: true))
        }
        #expect(
            try await status([CraftedList(stranger).sourced("signed"), own.sourced("own")], of: below, signers: [stranger]).word
                == "UNKNOWN")
        let mute = try subordinateKey { $0.keyUsage = KeyUsage(digitalSignature: true) }
        #expect(try await status([CraftedList(mute).sourced("signed"), own.sourced("own")], of: below, signers: [mute]).word == "UNKNOWN")
    }

    @Test func aSignerSpeaksForItselfOnlyWhereNobodyElseDoes() async throws {
        let subordinate = try root.issueIntermediate()
        let below = try subordinate.issueLeaf()
        let key = try subordinate.issueLeaf("", san: nil) {
            ($0.subject, $0.keyUsage) = (subordinate.certificate.subject, KeyUsage(cRLSign: true))
        }
        var new = CraftedList(key), old = CraftedList(subordinate.issued)
        new.entries = [try CraftedList.entry(below)]
        old.thisUpdate = Crafted.time(TestClock.now - TestClock.days(3))
        #expect(try await status([new.sourced("new")], of: below, signers: [key]).word == "REVOKED")
        #expect(try await status([new.sourced("new"), old.sourced("old")], of: below, signers: [key]).word == "REVOKED")
        old.entries = [try CraftedList.entry(key)]
        #expect(try await status([new.sourced("new"), old.sourced("old")], of: below, signers: [key]).proof?.source == "old")
    }

    @Test func signersThatVouchForEachOtherEnd() async throws {
        let subordinate = try root.issueIntermediate()
        let below = try subordinate.issueLeaf()
        let keys = try (0..<4).map { _ in
            try subordinate.issueLeaf("", san: nil) {
                ($0.subject, $0.keyUsage) = (subordinate.certificate.subject, KeyUsage(cRLSign: true))
            }
        }
        // Each but says that another is revoked: none of them counts.
        let lists = try keys.indices.map { index in
            var list = CraftedList(keys[index])
            list.entries = [try CraftedList.entry(keys[(index + 1) % keys.count])]
            return try list.sourced("circle")
        }
        let status = try await status(lists, of: below, signers: keys)
        #expect(status.word != "REVOKED")
    }
}

@Suite("Evidence is fetched from where the certificates say, until the status is known")
struct FetchedListTests {
    private let root: TestAuthority
    init() throws { root = try .root() }

    private func outcomes(_ certificate: IssuedCertificate, _ source: TableSource, _ options: RevocationOptions = .standard) async throws
        -> [RevocationOutcome]
    {
        let path = CandidatePath(
            certificates: try ([certificate] + certificate.issuers).map { try $0.parsed }, isAnchored: true, defects: [])
        return await RevocationChecker().check(path: path, at: TestClock.now, source: source, options: options)
    }

    @Test func listsThenResponders() async throws {
        let leaf = try root.issueLeaf { ($0.crlURLs, $0.ocspURLs) = (["http://a/list", "http://b/list"], ["http://c/"]) }
        var answer = try CraftedAnswer(about: [.init(identifier: CraftedAnswer.identifier(leaf, root.issued))], by: root.issued)
        answer.singles[0].status = .revoked(reason: nil)
        let source = TableSource(["http://b/list": .ok(try CraftedList(root.issued).der), "http://c/": .ok(try answer.der)])
        #expect(try await outcomes(leaf, source).map(\.status.word) == ["GOOD"])
        #expect(await source.asked.map(\.url) == ["http://a/list", "http://b/list"])
        #expect(try await outcomes(leaf, source, RevocationOptions(order: [.ocsp])).map(\.status.word) == ["REVOKED"])
        let silent = TableSource([:])
        let obstacles = try #require(try await outcomes(leaf, silent).first).status.obstacles
        #expect(obstacles.count == 3 && obstacles.first == .unreachable(.crl, url: "http://a/list", .nameNotFound))
    }

    @Test func deltasAndPartitionsAreFetched() async throws {
        let freshest = Crafted.item(ObjectIdentifier(2, 5, 29, 46), DER.sequence(DER.sequence(Crafted.fullName(Crafted.uri("http://d/")))))
        let leaf = try root.issueLeaf { $0.crlURLs = ["http://a/", "http://b/"] }
        var first = CraftedList(root.issued), second = CraftedList(root.issued), delta = CraftedList(root.issued)
        first.scope = DER.sequence(Crafted.reasons(0x83, 1, 2))
        second.scope = DER.sequence(Crafted.reasons(0x83, 3, 4, 5, 6, 7, 8))
        second.extensions = [freshest]
        (delta.number, delta.baseNumber, delta.scope) = (6, 5, second.scope)
        delta.entries = [try CraftedList.entry(leaf)]
        var table: [String: EvidenceAnswer] = ["http://a/": .ok(try first.der), "http://b/": .ok(try second.der)]
        #expect(try await outcomes(leaf, TableSource(table)).map(\.status.word) == ["GOOD"])
        table["http://d/"] = .ok(try delta.der)
        #expect(try await outcomes(leaf, TableSource(table)).map(\.status.word) == ["REVOKED"])
        let plain = RevocationOptions(usesDeltaLists: false)
        #expect(try await outcomes(leaf, TableSource(table), plain).map(\.status.word) == ["GOOD"])
    }

    @Test func aSignerIsFetchedToo() async throws {
        let subordinate = try root.issueIntermediate { $0.crlURLs = ["http://root/"] }
        let key = try root.issueLeaf("", san: nil) {
            ($0.subject, $0.keyUsage, $0.crlURLs) = (subordinate.certificate.subject, KeyUsage(cRLSign: true), ["http://root/"])
        }
        let leaf = try subordinate.issueLeaf { $0.crlURLs = ["http://a/"] }
        var list = CraftedList(key)
        let access = DER.sequence(DER.sequence(DER.oid(ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 2)), Crafted.uri("http://key/")))
        list.extensions = [Crafted.item(ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 1), access)]
        var table: [String: EvidenceAnswer] = ["http://a/": .ok(try list.der), "http://root/": .ok(try CraftedList(root.issued).der)]
        #expect(try await outcomes(leaf, TableSource(table)).map(\.status.word) == ["UNKNOWN", "GOOD"])
        table["http://key/"] = .ok(key.der)
        #expect(try await outcomes(leaf, TableSource(table)).map(\.status.word) == ["GOOD", "GOOD"])
    }

    @Test func noncesAreAskedBack() async throws {
        let leaf = try root.issueLeaf { $0.ocspURLs = ["http://c/"] }
        let source = TableSource(["http://c/": .ok(OCSPResponse.error(.tryLater))])
        let path = CandidatePath(certificates: [try leaf.parsed, try root.issued.parsed], isAnchored: true, defects: [])
        _ = await RevocationChecker().check(path: path, at: TestClock.now, source: source, nonce: { [7, 7, 7, 7] })
        guard case .ocsp(let request)? = await source.asked.first?.kind else {
            Issue.record("nothing was asked")
            return
        }
        #expect(try OCSPRequest(request).nonce == [7, 7, 7, 7])
    }

    @Test func otherSchemesAreNotAsked() async throws {
        let leaf = try root.issueLeaf { $0.crlURLs = ["ldap://a/x", "https://a/x"] }
        let source = TableSource([:])
        let obstacles = try #require(try await outcomes(leaf, source).first).status.obstacles
        #expect(obstacles.first == .unreachable(.crl, url: "ldap://a/x", .unsupportedScheme("ldap")) && obstacles.count == 2)
        #expect(await source.asked.isEmpty)
    }
}
