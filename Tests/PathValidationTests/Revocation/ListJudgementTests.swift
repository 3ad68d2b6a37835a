import CertificateFactory
import Foundation
import PathValidation
import StrictDER
import Testing
import X509

@Suite("A list counts only if it is well formed, signed by whom it should be, in force and about the certificate (RFC 5280 §5, §6.3)")
struct ListJudgementTests {
    private let root: TestAuthority
    private let leaf: IssuedCertificate

    init() throws {
        root = try .root()
        leaf = try root.issueLeaf()
    }

    private func status(
        _ bytes: [UInt8], of certificate: IssuedCertificate? = nil, above: [IssuedCertificate]? = nil, _ limits: EvidenceLimits = .standard
    ) throws -> RevocationOutcome.Status {
        try CertificateRevocationList.judge(
            bytes, for: (certificate ?? leaf).outline, issuers: (above ?? [root.issued]).map { try $0.outline }, at: TestClock.now,
            source: "u", limits: limits)
    }
    private func status(_ limits: EvidenceLimits = .standard, _ change: (inout CraftedList) throws -> Void) throws
        -> RevocationOutcome.Status
    {
        var list = CraftedList(root.issued)
        try change(&list)
        return try status(list.der, limits)
    }

    @Test func listedOrNot() throws {
        let proof = try #require(try status { _ in }.proof)
        #expect(proof.signer == .issuer && proof.kind == .crl && proof.nextUpdate == TestClock.now + TestClock.days(7))
        let status = try status { $0.entries = [try CraftedList.entry(leaf, Crafted.reason(1))] }
        guard case .revoked(_, let moment, let reason) = status else {
            Issue.record("\(status)")
            return
        }
        #expect(reason == .keyCompromise && moment == TestClock.now - TestClock.days(2))
        let other = try root.issueLeaf("other.example")
        #expect(try self.status { $0.entries = [try CraftedList.entry(other)] }.word == "GOOD")
        #expect(try self.status { $0.entries = [try CraftedList.entry(other), try CraftedList.entry(leaf)] }.word == "REVOKED")
        // A hold is a revocation as long as it stands, and a reason that no standard has is one.
        #expect(try self.status { $0.entries = [try CraftedList.entry(leaf, Crafted.reason(6))] }.word == "REVOKED")
        #expect(try self.status { $0.entries = [try CraftedList.entry(leaf, Crafted.reason(7))] }.word == "REVOKED")
        // removeFromCRL belongs into delta lists.
        #expect(try self.status { $0.entries = [try CraftedList.entry(leaf, Crafted.reason(8))] }.word == "UNKNOWN")
        #expect(
            try self.status { $0.entries = [try CraftedList.entry(leaf, Crafted.reason(8)), try CraftedList.entry(leaf)] }.word == "REVOKED"
        )
    }

    @Test func serialNumbersAreNumbers() throws {
        let high = try root.issueLeaf { $0.serial = [0x80, 1] }
        var list = CraftedList(root.issued)
        list.entries = [DER.sequence([2, 3, 0, 0x80, 1], Crafted.time(TestClock.now))]
        #expect(try status(list.der, of: high).word == "REVOKED")
        // The same octets, read as a negative number.
        list.entries = [DER.sequence([2, 2, 0x80, 1], Crafted.time(TestClock.now))]
        #expect(try status(list.der, of: high).word == "GOOD")
        list.entries = [DER.sequence([2, 4, 0, 0, 0x80, 1], Crafted.time(TestClock.now))]
        #expect(try status(list.der, of: high).isNoAnswer)
        list.entries = [DER.sequence([2, 0], Crafted.time(TestClock.now))]
        #expect(try status(list.der, of: high).isNoAnswer)
    }

    @Test func formsThatAreNoList() throws {
        #expect(try status { $0.version = DER.integer(0) }.isNoAnswer)
        #expect(try status { $0.version = DER.integer(2) }.isNoAnswer)
        #expect(try status { $0.version = [] }.isNoAnswer, "version 1 with extensions")
        #expect(
            try status {
                ($0.version, $0.number, $0.hasKeyIdentifier) = ([], nil, false)
                $0.entries = [try CraftedList.entry(leaf, Crafted.reason(1))]
            }.isNoAnswer, "version 1 with extensions of an entry")
        #expect(try status { ($0.version, $0.number, $0.hasKeyIdentifier) = ([], nil, false) }.word == "GOOD", "version 1")
        #expect(try status { $0.innerAlgorithm = DER.sequence(DER.oid(ObjectIdentifier(1, 2, 840, 10_045, 4, 3, 3))) }.isNoAnswer)
        #expect(try status { $0.thisUpdate = DER.element(0x18, Array("20260630120000.5Z".utf8)) }.isNoAnswer, "a fraction")
        #expect(try status { $0.thisUpdate = DER.element(0x18, Array("20260630120000Z".utf8)) }.word == "GOOD", "before 2050")
        #expect(try status { $0.thisUpdate = DER.element(0x17, Array("2606301200Z".utf8)) }.isNoAnswer, "no seconds")
        #expect(try status { $0.entries = [DER.sequence(try leaf.serialDER)] }.isNoAnswer)
        #expect(try status { $0.entries = [try CraftedList.entry(leaf) + [5, 0]] }.isNoAnswer)
        #expect(try status { $0.extensions = [Crafted.item(ObjectIdentifier(2, 5, 29, 20), DER.integer(7))] }.isNoAnswer, "twice")
        let plain = try CraftedList(root.issued).der
        #expect(try status(plain + [0]).isNoAnswer)
        #expect(throws: EvidenceError.self) { try CertificateRevocationList([]) }
    }

    @Test func criticalExtensionsThatAreNotKnownRefuse() throws {
        let obstacle = RevocationObstacle.unknownCriticalExtension(.crl, url: "u", oid: "1.2.3.4.5")
        let item = Crafted.item(Crafted.unknownExtension, critical: true, [5, 0])
        #expect(try status { $0.extensions = [item] }.obstacles == [obstacle])
        #expect(try status { $0.extensions = [Crafted.item(Crafted.unknownExtension, [5, 0])] }.word == "GOOD")
        // Of any entry, whether it is the certificate's or not.
        let other = try root.issueLeaf("other.example")
        #expect(try status { $0.entries = [try CraftedList.entry(other, item)] }.obstacles == [obstacle])
        #expect(try status { $0.entries = [try CraftedList.entry(leaf, item)] }.obstacles == [obstacle])
        let invalidity = Crafted.item(ObjectIdentifier(2, 5, 29, 24), critical: true, Crafted.generalized(TestClock.begin))
        #expect(try status { $0.entries = [try CraftedList.entry(leaf, invalidity)] }.word == "REVOKED")
        // certificateIssuer in a list that is not indirect.
        let issuer = Crafted.item(ObjectIdentifier(2, 5, 29, 29), critical: true, DER.sequence(Crafted.directory(Crafted.name("x"))))
        #expect(
            try status { $0.entries = [try CraftedList.entry(other, issuer)] }.obstacles
                == [.unknownCriticalExtension(.crl, url: "u", oid: "2.5.29.29")])
    }

    @Test func numbersMayBeRequired() throws {
        let strict = EvidenceLimits(requiresListNumber: true)
        #expect(try status(strict) { _ in }.word == "GOOD")
        #expect(try status { $0.number = nil }.word == "GOOD")
        #expect(try status(strict) { $0.number = nil }.word == "UNKNOWN")
    }

    @Test func times() throws {
        let now = TestClock.now
        #expect(try status { $0.nextUpdate = Crafted.time(now - 301) }.obstacles == [.stale(.crl, url: "u", nextUpdate: now - 301)])
        #expect(try status { $0.nextUpdate = Crafted.time(now - 299) }.word == "GOOD")
        #expect(try status(EvidenceLimits(grace: 3600)) { $0.nextUpdate = Crafted.time(now - 301) }.word == "GOOD")
        #expect(try status { $0.thisUpdate = Crafted.time(now + 301) }.obstacles == [.notYetValid(.crl, url: "u", thisUpdate: now + 301)])
        #expect(try status { $0.nextUpdate = [] }.word == "GOOD")
        #expect(try status(EvidenceLimits(lifeWithoutNextUpdate: 3600)) { $0.nextUpdate = [] }.word == "UNKNOWN")
        #expect(try status(EvidenceLimits(greatestAge: 3600)) { _ in }.word == "UNKNOWN")
    }

    @Test func signers() throws {
        let other = try TestAuthority.root("Other")
        let namesake = try TestAuthority.root()
        #expect(try status { $0.key = namesake.privateKey }.obstacles == [.badSignature(.crl, url: "u")])
        #expect(try status(CraftedList(other.issued).der).obstacles == [.outOfScope(.crl, url: "u")])
        #expect(try status(CraftedList(root.issued).der, above: [other.issued]).obstacles == [.issuerMissing])
        let mute = try TestAuthority.root { $0.keyUsage = KeyUsage(keyCertSign: true) }
        let below = try mute.issueLeaf()
        #expect(
            try status(CraftedList(mute.issued).der, of: below, above: [mute.issued]).obstacles == [.signerNotAuthorised(.crl, url: "u")])
        // After a change of keys, whichever key it was; the list's key identifier only says whom to try first.
        #expect(try status(CraftedList(root.issued).der, above: [namesake.issued, root.issued]).word == "GOOD")
        #expect(try status { $0.hasKeyIdentifier = false }.word == "GOOD")
    }

    @Test func scopes() throws {
        func scope(_ scope: [UInt8], of certificate: IssuedCertificate? = nil) throws -> String {
            var list = CraftedList(root.issued)
            list.scope = DER.sequence(scope)
            return try status(list.der, of: certificate).word
        }
        let authority = try root.issueIntermediate().issued
        let (user, onlyAuthorities, attribute): ([UInt8], [UInt8], [UInt8]) = ([0x81, 1, 0xFF], [0x82, 1, 0xFF], [0x85, 1, 0xFF])
        #expect(try scope(user) == "GOOD")
        #expect(try scope(user, of: authority) == "UNKNOWN")
        #expect(try scope(onlyAuthorities) == "UNKNOWN")
        #expect(try scope(onlyAuthorities, of: authority) == "GOOD")
        #expect(try scope(attribute) == "UNKNOWN")
        #expect(try scope(user + onlyAuthorities) == "UNKNOWN")
        #expect(try scope([]) == "UNKNOWN")
        #expect(try scope([0x81, 1, 0]) == "GOOD")
        #expect(try scope([0x81, 1, 1]) == "UNKNOWN")
        // Places: the certificate names none, so only the issuer's own name is one.
        #expect(try scope(Crafted.fullName(Crafted.uri("http://a/"))) == "UNKNOWN")
        #expect(try scope(Crafted.fullName(Crafted.directory(root.issued.subjectDER))) == "GOOD")
    }

    @Test func places() throws {
        let here = Crafted.uri("http://a/"), there = Crafted.uri("http://b/")
        func word(_ point: [UInt8], _ scope: [UInt8]?) throws -> String {
            let points = try Crafted.points(point)
            let certificate = try root.issueLeaf { $0.extensions = [points] }
            var list = CraftedList(root.issued)
            list.scope = scope.map { DER.sequence($0) }
            return try status(list.der, of: certificate).word
        }
        #expect(try word(Crafted.fullName(here), nil) == "GOOD")
        #expect(try word(Crafted.fullName(here), Crafted.fullName(here)) == "GOOD")
        #expect(try word(Crafted.fullName(here), Crafted.fullName(there)) == "UNKNOWN")
        #expect(try word(Crafted.fullName(there, here), Crafted.fullName(here)) == "GOOD")
        // Relative to the issuer: the same as the whole name.
        let whole = try DER.sequence(
            Array(DERReader.single(0x30, in: root.issued.subjectDER[...], "name").content),
            DER.set(of: [DER.sequence(DER.oid(ObjectIdentifier(2, 5, 4, 3)), DER.utf8("Part 1"))]))
        #expect(try word(Crafted.relativeName("Part 1"), Crafted.relativeName("Part 1")) == "GOOD")
        #expect(try word(Crafted.relativeName("Part 1"), Crafted.relativeName("Part 2")) == "UNKNOWN")
        #expect(try word(Crafted.fullName(Crafted.directory(whole)), Crafted.relativeName("part  1")) == "GOOD")
        #expect(try word(Crafted.relativeName("Part 1"), Crafted.fullName(Crafted.directory(whole))) == "GOOD")
        // Somebody else signs the list, so this one is not meant, unless it is indirect.
        let issuer = DER.element(0xA2, Crafted.directory(try root.issued.subjectDER))
        #expect(try word(Crafted.fullName(here) + issuer, nil) == "UNKNOWN")
        #expect(try word(Crafted.fullName(here) + issuer, [0x84, 1, 0xFF]) == "GOOD")
        // Without a name, cRLIssuer stands for it.
        #expect(try word(issuer, Crafted.fullName(Crafted.directory(try root.issued.subjectDER)) + [0x84, 1, 0xFF]) == "GOOD")
        #expect(try word(issuer, Crafted.fullName(here) + [0x84, 1, 0xFF]) == "UNKNOWN")
    }

    @Test func reasonsMustAllBeCovered() throws {
        #expect(
            try status { $0.scope = DER.sequence(Crafted.reasons(0x83, 1, 2)) }.obstacles == [
                .reasonsNotCovered(
                    url: "u",
                    missing: [
                        .affiliationChanged, .superseded, .cessationOfOperation, .certificateHold, .privilegeWithdrawn, .aACompromise,
                    ])
            ])
        #expect(try status { $0.scope = DER.sequence(Crafted.reasons(0x83, 1, 2, 3, 4, 5, 6, 7, 8)) }.word == "GOOD")
        // What is listed is revoked, whatever else is not known.
        #expect(
            try status {
                $0.scope = DER.sequence(Crafted.reasons(0x83, 1))
                $0.entries = [try CraftedList.entry(leaf)]
            }.word == "REVOKED")
    }

    @Test func eachTruncationAndFlip() throws {
        var list = CraftedList(root.issued)
        list.scope = DER.sequence(Crafted.fullName(Crafted.directory(try root.issued.subjectDER)))
        list.entries = [try CraftedList.entry(root.issueLeaf("other.example"), Crafted.reason(1))]
        let bytes = try list.der
        #expect(try status(bytes).word == "GOOD")
        for count in bytes.indices { #expect(try status(Array(bytes.prefix(count))).isNoAnswer) }
        for index in bytes.indices {
            for bit in [UInt8(1), 0x80] {
                var altered = bytes
                altered[index] ^= bit
                #expect(try status(altered).word == "UNKNOWN", "octet \(index)")
            }
        }
    }

    @Test func aLongListIsReadInPlace() throws {
        var list = CraftedList(root.issued)
        let date = Crafted.time(TestClock.begin)
        list.entries = (0..<50_000).map { DER.sequence(DER.integer($0 + 1_000_000), date) } + [try CraftedList.entry(leaf)]
        let read = try CertificateRevocationList(list.der)
        #expect(read.count == 50_001)
        let clock = ContinuousClock()
        var status = RevocationOutcome.Status.unknown([])
        let spent = try clock.measure {
            status = try read.judge(leaf.outline, issuers: [root.issued.outline], at: TestClock.now, source: "u")
        }
        #expect(status.word == "REVOKED" && spent < .seconds(5))
    }
}
