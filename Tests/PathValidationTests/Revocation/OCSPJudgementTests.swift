import CertificateFactory
import Foundation
import PathValidation
import StrictDER
import Testing
import X509

@Suite("An OCSP answer counts only if its signer may give it and it is about the certificate, now (RFC 6960 §3.2)")
struct OCSPJudgementTests {
    private let root: TestAuthority
    private let leaf: IssuedCertificate

    init() throws {
        root = try .root()
        leaf = try root.issueLeaf()
    }

    private func single(_ status: CraftedAnswer.Status = .good, _ hash: OCSPCertID.Hash = .sha1) throws -> CraftedAnswer.Single {
        CraftedAnswer.Single(identifier: try CraftedAnswer.identifier(leaf, root.issued, hash), status: status)
    }
    private func answer(_ status: CraftedAnswer.Status = .good) throws -> CraftedAnswer {
        try CraftedAnswer(about: [single(status)], by: root.issued)
    }
    private func status(_ bytes: [UInt8], nonce: [UInt8]? = nil, _ limits: EvidenceLimits = .standard) throws -> RevocationOutcome.Status {
        try OCSPResponse.judge(
            bytes, for: leaf.outline, issuer: root.issued.outline, at: TestClock.now, source: "u", requestNonce: nonce, limits: limits)
    }
    private func status(_ answer: CraftedAnswer, nonce: [UInt8]? = nil, _ limits: EvidenceLimits = .standard) throws
        -> RevocationOutcome.Status
    { try status(answer.der, nonce: nonce, limits) }

    private func responder(_ name: String = "Responder", _ change: (inout CertificateProfile) -> Void = { _ in }) throws
        -> IssuedCertificate
    {
        try root.issueLeaf(name, san: nil) {
            $0.extendedKeyUsage = [.ocspSigning]
            change(&$0)
        }
    }
    private func delegated(_ delegate: IssuedCertificate, byKey: Bool = true) throws -> CraftedAnswer {
        var answer = try CraftedAnswer(about: [single()], by: delegate, byKey: byKey)
        answer.certificates = [delegate.der]
        return answer
    }

    @Test func theIssuerMayAnswer() throws {
        let proof = try #require(try status(answer()).proof)
        #expect(proof.signer == .issuer && proof.kind == .ocsp)
        #expect(proof.producedAt == TestClock.now - 3600 && proof.nextUpdate == TestClock.now + 3600)
        #expect(try status(CraftedAnswer(about: [single()], by: root.issued, byKey: false)).word == "GOOD")
        guard case .revoked(_, let moment, let reason) = try status(answer(.revoked(reason: 1))) else {
            Issue.record("not revoked")
            return
        }
        #expect(reason == .keyCompromise && moment == TestClock.now - TestClock.days(3))
        // A reason that no standard has revokes all the same.
        #expect(try status(answer(.revoked(reason: 77))).word == "REVOKED")
    }

    @Test(arguments: [OCSPCertID.Hash.sha1, .sha256, .sha384, .sha512]) func identifiers(_ hash: OCSPCertID.Hash) throws {
        #expect(try status(CraftedAnswer(about: [single(.good, hash)], by: root.issued)).word == "GOOD")
    }

    @Test func aDelegateMayAnswer() throws {
        let delegate = try responder()
        for byKey in [true, false] {
            let proof = try #require(try status(delegated(delegate, byKey: byKey)).proof)
            let signer = EvidenceSigner.delegate(
                subject: "CN=Responder,O=Midguard Test", sha256: try delegate.parsed.sha256, isExemptFromChecks: false)
            #expect(proof.signer == signer)
        }
        let noCheck = try Certificate.Extension.crafted("1.3.6.1.5.5.7.48.1.5", [5, 0])
        let exempt = try responder { $0.extensions = [noCheck] }
        guard case .delegate(_, _, isExemptFromChecks: true) = try status(delegated(exempt)).proof?.signer else {
            Issue.record("id-pkix-ocsp-nocheck is not seen")
            return
        }
        // One among others, and in the company of one that cannot be read.
        var answer = try delegated(delegate)
        answer.certificates = [[0x30, 0], root.der, delegate.der]
        #expect(try status(answer).word == "GOOD")
    }

    @Test func aDelegateWithoutTheRightMayNot() throws {
        let unknown = try Certificate.Extension.crafted("1.2.3.4", critical: true, [5, 0])
        let other = try TestAuthority.root("Other")
        let namesake = try TestAuthority.root()
        let subordinate = try root.issueIntermediate()
        let usages: (inout CertificateProfile) -> Void = { $0.extendedKeyUsage = [.ocspSigning] }
        let refused: [(String, IssuedCertificate)] = [
            ("no extended key usage", try responder { $0.extendedKeyUsage = [] }),
            ("another extended key usage", try responder { $0.extendedKeyUsage = [.serverAuth] }),
            ("any extended key usage", try responder { $0.extendedKeyUsage = [.any] }),
            ("key usage without signatures", try responder { $0.keyUsage = KeyUsage(keyEncipherment: true) }),
            ("an unknown critical extension", try responder { $0.extensions = [unknown] }),
            ("expired", try responder { $0.notAfter = TestClock.now - 1 }),
            ("not yet valid", try responder { $0.notBefore = TestClock.now + 3600 }),
            ("of another authority", try other.issueLeaf("Responder", san: nil, usages)),
            ("of a namesake with another key", try namesake.issueLeaf("Responder", san: nil, usages)),
            ("of a subordinate", try subordinate.issueLeaf("Responder", san: nil, usages)),
            ("self-signed", try .selfSignedLeafForOCSP()),
        ]
        for (what, certificate) in refused {
            #expect(try status(delegated(certificate)).obstacles == [.signerNotAuthorised(.ocsp, url: "u")], "\(what)")
        }
        let allowed: [(String, IssuedCertificate)] = [
            ("no key usage", try responder { $0.keyUsage = nil }),
            ("non-repudiation", try responder { $0.keyUsage = KeyUsage(nonRepudiation: true) }),
            ("the last second", try responder { $0.notAfter = TestClock.now }),
        ]
        for (what, certificate) in allowed { #expect(try status(delegated(certificate)).word == "GOOD", "\(what)") }
    }

    @Test func whoeverIsNamedMustHaveSigned() throws {
        let delegate = try responder()
        var answer = try delegated(delegate)
        answer.key = root.privateKey
        #expect(try status(answer).obstacles == [.badSignature(.ocsp, url: "u")])
        answer = try delegated(delegate)
        answer.certificates = []
        #expect(try status(answer).obstacles == [.signerNotAuthorised(.ocsp, url: "u")])
        answer = try self.answer()
        answer.responder = try CraftedAnswer.keyResponder(leaf)
        #expect(try status(answer).obstacles == [.signerNotAuthorised(.ocsp, url: "u")])
    }

    @Test func nothingMayBeLeftOver() throws {
        let null: [UInt8] = [5, 0]
        var answer = try self.answer()
        answer.appended.outer = null
        #expect(try status(answer).isNoAnswer, "outermost")
        answer = try self.answer()
        answer.appended.bytes = null
        #expect(try status(answer).isNoAnswer, "responseBytes")
        answer = try self.answer()
        answer.appended.basic = null
        #expect(try status(answer).isNoAnswer, "BasicOCSPResponse")
        answer = try self.answer()
        answer.appended.data = null
        #expect(try status(answer).isNoAnswer, "ResponseData")
        answer = try self.answer()
        answer.singles[0].more = null
        #expect(try status(answer).isNoAnswer, "SingleResponse")
        #expect(try status(self.answer().der + null).isNoAnswer, "behind it")
        #expect(try status([0x30, 5, 0x0A, 1, 3, 5, 0]).isNoAnswer, "behind an error")
    }

    @Test func versions() throws {
        var answer = try self.answer()
        answer.version = DER.explicit(0, DER.integer(0))
        #expect(try status(answer).word == "GOOD")
        answer.version = DER.explicit(0, DER.integer(1))
        #expect(try status(answer).isNoAnswer)
    }

    @Test func criticalExtensionsThatAreNotKnownRefuse() throws {
        let obstacle = RevocationObstacle.unknownCriticalExtension(.ocsp, url: "u", oid: "1.2.3.4.5")
        var answer = try self.answer()
        answer.extensions = [Crafted.item(Crafted.unknownExtension, critical: true, [5, 0])]
        #expect(try status(answer).obstacles == [obstacle])
        answer.extensions = [Crafted.item(Crafted.unknownExtension, [5, 0])]
        #expect(try status(answer).word == "GOOD")
        answer.singles[0].extensions = [Crafted.item(Crafted.unknownExtension, critical: true, [5, 0])]
        #expect(try status(answer).obstacles == [obstacle])
        // Archive cutoff and certificate timestamps are known, whether critical or not, and change nothing.
        let cutoff = Crafted.generalized(TestClock.begin)
        answer.singles[0].extensions = [
            Crafted.item(ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 6), critical: true, cutoff),
            Crafted.item(ObjectIdentifier(1, 3, 6, 1, 4, 1, 11_129, 2, 4, 5), critical: true, DER.octets([0, 0])),
        ]
        #expect(try status(answer).word == "GOOD")
        // Said of another certificate, it does not matter.
        answer = try self.answer()
        let other = try root.issueLeaf("other.example")
        answer.singles.append(.init(identifier: try CraftedAnswer.identifier(other, root.issued)))
        answer.singles[1].extensions = [Crafted.item(Crafted.unknownExtension, critical: true, [5, 0])]
        #expect(try status(answer).word == "GOOD")
    }

    @Test func theWorstOfSeveralStatementsCounts() throws {
        func status(_ all: CraftedAnswer.Status...) throws -> RevocationOutcome.Status {
            try self.status(CraftedAnswer(about: all.map { try single($0) }, by: root.issued))
        }
        #expect(try status(.good, .good).word == "GOOD")
        #expect(try status(.good, .revoked(reason: nil)).word == "REVOKED")
        #expect(try status(.unknown, .revoked(reason: nil)).word == "REVOKED")
        #expect(try status(.good, .unknown).obstacles == [.contradictory(url: "u")])
        #expect(try status(.unknown).obstacles == [.statusUnknown(url: "u", "unknown")])
        #expect(try status().obstacles == [.outOfScope(.ocsp, url: "u")])
        // A statement that is past its end is none.
        var answer = try CraftedAnswer(about: [single(.good), single(.unknown)], by: root.issued)
        answer.singles[1].nextUpdate = DER.explicit(0, Crafted.generalized(TestClock.now - 1800))
        #expect(try self.status(answer).word == "GOOD")
    }

    @Test func identifiersMustMatchWhole() throws {
        let other = try TestAuthority.root("Other")
        let sibling = try root.issueLeaf()
        func word(_ certificate: IssuedCertificate, _ issuer: IssuedCertificate) throws -> String {
            try status(
                CraftedAnswer(about: [.init(identifier: CraftedAnswer.identifier(certificate, issuer))], by: root.issued)
            ).word
        }
        #expect(try word(leaf, root.issued) == "GOOD")
        #expect(try word(leaf, other.issued) == "UNKNOWN")
        #expect(try word(sibling, root.issued) == "UNKNOWN")
    }

    @Test func times() throws {
        func status(_ limits: EvidenceLimits = .standard, _ change: (inout CraftedAnswer) -> Void) throws -> RevocationOutcome.Status {
            var answer = try self.answer()
            change(&answer)
            return try self.status(answer, limits)
        }
        let (now, hour) = (TestClock.now, 3600.0)
        #expect(
            try status { $0.producedAt = Crafted.generalized(now + 301) }.obstacles == [.producedInFuture(url: "u", producedAt: now + 301)])
        #expect(try status { $0.producedAt = Crafted.generalized(now + 299) }.word == "GOOD")
        #expect(
            try status { $0.singles[0].thisUpdate = Crafted.generalized(now + 301) }.obstacles
                == [.notYetValid(.ocsp, url: "u", thisUpdate: now + 301)])
        let stale = [RevocationObstacle.stale(.ocsp, url: "u", nextUpdate: now - 301)]
        #expect(try status { $0.singles[0].nextUpdate = DER.explicit(0, Crafted.generalized(now - 301)) }.obstacles == stale)
        #expect(
            try status(EvidenceLimits(grace: hour)) { $0.singles[0].nextUpdate = DER.explicit(0, Crafted.generalized(now - 301)) }.word
                == "GOOD")
        #expect(try status { $0.singles[0].nextUpdate = [] }.word == "GOOD")
        #expect(try status(EvidenceLimits(skew: 0, lifeWithoutNextUpdate: hour - 1)) { $0.singles[0].nextUpdate = [] }.word == "UNKNOWN")
        #expect(try status(EvidenceLimits(greatestAge: hour - 1)) { _ in }.word == "UNKNOWN")
        #expect(try status(EvidenceLimits(greatestAge: hour)) { _ in }.word == "GOOD")
        // UTCTime is no GeneralizedTime.
        #expect(try status { $0.producedAt = Crafted.time(now - hour) }.isNoAnswer)
    }

    @Test func nonces() throws {
        let nonce: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]
        let identifier = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 2)
        var answer = try self.answer()
        #expect(try status(answer, nonce: nonce).word == "GOOD")
        #expect(try status(answer, nonce: nonce, EvidenceLimits(requiresNonce: true)).obstacles == [.nonceMismatch(url: "u")])
        answer.extensions = [Crafted.item(identifier, DER.octets(nonce))]
        #expect(try status(answer, nonce: nonce, EvidenceLimits(requiresNonce: true)).word == "GOOD")
        #expect(try status(answer).word == "GOOD")
        #expect(try status(answer, nonce: nonce.reversed()).obstacles == [.nonceMismatch(url: "u")])
    }

    @Test func errors() throws {
        let names: [(OCSPResponse.ErrorStatus, String)] = [
            (.malformedRequest, "malformedRequest"), (.internalError, "internalError"), (.tryLater, "tryLater"),
            (.sigRequired, "sigRequired"), (.unauthorized, "unauthorized"),
        ]
        for (error, name) in names {
            #expect(try status(OCSPResponse.error(error)).obstacles == [.statusUnknown(url: "u", name)])
        }
        for code: UInt8 in [4, 7, 127, 128] { #expect(try status([0x30, 3, 0x0A, 1, code]).isNoAnswer) }
        #expect(try status(Array("<html>".utf8)).obstacles == [.notAnAnswer(.ocsp, url: "u", beginning: "<html>")])
    }

    @Test func eachTruncationAndFlip() throws {
        let delegate = try responder()
        var answer = try delegated(delegate)
        answer.extensions = [Crafted.item(ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 2), DER.octets([1, 2, 3]))]
        let bytes = try answer.der
        #expect(try status(bytes).word == "GOOD")
        for count in bytes.indices { #expect(try status(Array(bytes.prefix(count))).isNoAnswer) }
        // Where the answer itself lies; its delegate's certificate is signed too.
        for index in bytes.indices {
            for bit in [UInt8(1), 0x80] {
                var altered = bytes
                altered[index] ^= bit
                let status = try status(altered)
                // The identifier of an unused field, as in the wrapped certificate's own wrapper, may change without harm; never its meaning.
                #expect(status.word == "UNKNOWN", "octet \(index)")
            }
        }
    }
}

extension RevocationOutcome.Status {
    var isNoAnswer: Bool { if case .notAnAnswer? = obstacles.first { true } else { false } }
}

extension IssuedCertificate {
    static func selfSignedLeafForOCSP() throws -> IssuedCertificate {
        try TestAuthority.selfSignedLeaf("Responder", san: nil) { $0.extendedKeyUsage = [.ocspSigning] }
    }
}

@Suite("OCSP requests are written and read alike (RFC 6960 §4.1)")
struct OCSPRequestTests {
    @Test func requestsAreReadBack() throws {
        let root = try TestAuthority.root()
        let leaf = try root.issueLeaf()
        for hash in [OCSPCertID.Hash.sha1, .sha256] {
            let bytes = try OCSPRequest.make(for: leaf.parsed, issuer: root.issued.parsed, nonce: [9, 8, 7], hash: hash)
            let request = try OCSPRequest(bytes)
            #expect(request.nonce == [9, 8, 7] && request.identifiers.count == 1)
            let identifier = try #require(request.identifiers.first)
            #expect(try identifier.hash == hash && identifier.isIssued(by: root.issued.parsed))
            #expect(try !identifier.isIssued(by: leaf.parsed))
            for count in bytes.indices { #expect(throws: EvidenceError.self) { try OCSPRequest(Array(bytes.prefix(count))) } }
            #expect(throws: EvidenceError.self) { try OCSPRequest(bytes + [0]) }
            for index in bytes.indices {
                var altered = bytes
                altered[index] ^= 0x40
                // Whatever comes of it, it is another request or none.
                if let read = try? OCSPRequest(altered) { #expect(read != request, "octet \(index)") }
            }
        }
        #expect(try OCSPRequest(OCSPRequest.make(for: leaf.parsed, issuer: root.issued.parsed)).nonce == nil)
    }
}
