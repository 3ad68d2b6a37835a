import CertificateFactory
import Foundation
import PathValidation
import SwiftASN1
import Testing
import X509

@Suite("Every rule of RFC 5280 §6.1 that a certificate breaks is named, with the certificate")
struct PathChecksTests {
    private func defects(
        at time: Date = TestClock.now, purpose: PathPurpose = .serverAuthentication,
        root changeRoot: (inout CertificateProfile) -> Void = { _ in }, intermediate: (inout CertificateProfile) -> Void = { _ in },
        leaf: (inout CertificateProfile) -> Void = { _ in }
    ) async throws -> [PathDefect] {
        let root = try TestAuthority.root("Test Root", changeRoot)
        let end = try root.issueIntermediate("Test Issuing", intermediate).issueLeaf("leaf.example", leaf)
        let outcome = try await path(end.presented, to: [root], at: time, purpose: purpose)
        #expect(outcome.best.isAnchored)
        return outcome.best.defects
    }

    @Test func ordinary() async throws { #expect(try await defects().isEmpty) }

    @Test("both ends of a validity count, and no fraction of a second more") func validity() async throws {
        let (begin, end) = (Date(timeIntervalSince1970: 1_700_000_000), Date(timeIntervalSince1970: 1_700_086_400))
        let rows: [(Double, PathFailure?)] = [
            (-1, .notYetValid(until: begin)), (0, nil), (86_400, nil), (86_400.9, nil), (86_401, .expired(since: end)),
        ]
        for (offset, failure) in rows {
            let found = try await defects(at: begin + offset) {
                $0.notBefore = begin
                $0.notAfter = end
            }
            #expect(found == (failure.map { [PathDefect($0, at: 2)] } ?? []), "root, \(offset) s after its begin")
            let ofLeaf = try await defects(
                at: begin + offset,
                leaf: {
                    $0.notBefore = begin
                    $0.notAfter = end
                })
            #expect(ofLeaf == (failure.map { [PathDefect($0, at: 0)] } ?? []), "leaf, \(offset) s after its begin")
        }
    }

    @Test("whoever issues is an authority", arguments: [BasicConstraints.notCertificateAuthority, nil]) func authority(
        _ constraints: BasicConstraints?
    ) async throws {
        #expect(try await defects(intermediate: { $0.basicConstraints = constraints }) == [PathDefect(.notACertificateAuthority, at: 1)])
        #expect(try await defects(root: { $0.basicConstraints = constraints }) == [PathDefect(.notACertificateAuthority, at: 2)])
    }

    @Test("a version 1 root may be an anchor; a version 1 intermediate is none") func version1() async throws {
        #expect(try await defects(root: { $0.version = .v1 }).isEmpty)
        #expect(try await defects(intermediate: { $0.version = .v1 }) == [PathDefect(.notACertificateAuthority, at: 1)])
    }

    @Test("self-issued authorities do not count in a path length") func pathLength() async throws {
        let root = try TestAuthority.root { $0.basicConstraints = .isCertificateAuthority(maxPathLength: 0) }
        let renewed = try root.issueIntermediate("Test Root")
        #expect(renewed.certificate.subject == root.certificate.subject)
        #expect(try await path(renewed.issueLeaf().presented, to: [root]).isValid)
        let below = try root.issueIntermediate("Below")
        let outcome = try await path(below.issueLeaf().presented, to: [root])
        #expect(outcome.best.defects == [PathDefect(.pathLengthExceeded(limit: 0, found: 1), at: 2)])
    }

    @Test func keyUsage() async throws {
        let found = try await defects(intermediate: { $0.keyUsage = KeyUsage(cRLSign: true) })
        #expect(found.map(\.index) == [1])
        guard case .keyUsage? = found.first?.failure else {
            Issue.record("\(found)")
            return
        }
        #expect(try await defects(intermediate: { $0.keyUsage = nil }).isEmpty, "without the extension nothing is left out")
    }

    @Test("extended key usages nest") func extendedKeyUsage() async throws {
        let rows: [([ExtendedKeyUsage.Usage], [ExtendedKeyUsage.Usage], PathPurpose, [Int])] = [
            ([], [], .serverAuthentication, []), ([.serverAuth], [.serverAuth], .serverAuthentication, []),
            ([.clientAuth], [.serverAuth], .serverAuthentication, [1]), ([.any], [.serverAuth], .serverAuthentication, []),
            ([.serverAuth], [.clientAuth], .serverAuthentication, [0]), ([.clientAuth], [.clientAuth], .clientAuthentication, []),
            ([], [.clientAuth], .clientAuthentication, []), ([.codeSigning], [.codeSigning], .serverAuthentication, [0, 1]),
            ([.codeSigning], [.codeSigning], .any, []),
        ]
        for (authority, leaf, purpose, bad) in rows {
            let found = try await defects(
                purpose: purpose, intermediate: { $0.extendedKeyUsage = authority }, leaf: { $0.extendedKeyUsage = leaf })
            #expect(found.map(\.index) == bad, "\(authority) over \(leaf) for \(purpose)")
        }
    }

    @Test("critical extensions that are not processed refuse, others do not", arguments: [true, false])
    func criticalExtension(_ critical: Bool) async throws {
        let extra = Certificate.Extension(oid: [1, 3, 6, 1, 4, 1, 99999, 1], critical: critical, value: [5, 0])
        for index in 0...2 {
            let found = try await defects(
                root: { if index == 2 { $0.extensions = [extra] } }, intermediate: { if index == 1 { $0.extensions = [extra] } },
                leaf: { if index == 0 { $0.extensions = [extra] } })
            #expect(found == (critical ? [PathDefect(.unknownCriticalExtension(oid: "1.3.6.1.4.1.99999.1"), at: index)] : []))
        }
    }

    @Test("SHA-1 is refused below an anchor, not on it") func weakHash() async throws {
        let root = try TestAuthority.root {
            $0.key = .rsa(bits: 2048)
            $0.signatureAlgorithm = .sha1WithRSAEncryption
        }
        #expect(try await path(root.issueLeaf().presented, to: [root]).isValid)
        let weak = try root.issueLeaf { $0.signatureAlgorithm = .sha1WithRSAEncryption }
        let failures = try await path(weak.presented, to: [root]).best.failures
        #expect(failures == [.weakAlgorithm("SHA-1", required: "SHA-256")])
        let renewed = try root.issueIntermediate("Test Root") { $0.signatureAlgorithm = .sha1WithRSAEncryption }
        #expect(!(try await path(renewed.issueLeaf().presented, to: [root]).isValid), "self-issued is not anchored")
    }

    @Test("names are compared as RFC 5280 §7.1 says, not byte by byte") func nameComparison() async throws {
        func name(_ text: String, printable: Bool) throws -> DistinguishedName {
            let type = ASN1ObjectIdentifier.RDNAttributeType.commonName
            return DistinguishedName([
                RelativeDistinguishedName([printable ? try .init(type: type, printableString: text) : .init(type: type, utf8String: text)])
            ])
        }
        let root = try TestAuthority.root { $0.subject = try? name("Corp  ROOT ca", printable: true) }
        let twin = try TestAuthority.root {
            $0.subject = try? name(" corp root CA", printable: false)
            $0.privateKey = root.privateKey
        }
        #expect(try await path(twin.issueLeaf().presented, to: [root]).isValid)
        let other = try TestAuthority.root {
            $0.subject = try? name("corproot CA", printable: false)
            $0.privateKey = root.privateKey
        }
        #expect(!(try await path(other.issueLeaf().presented, to: [root]).isValid))
    }

    @Test("the unsigned name of the signature algorithm cannot be exchanged") func algorithmMismatch() async throws {
        // ecdsa-with-SHA256 with and without the (wrong) NULL parameters verifies alike; only one of the two is signed.
        let root = try TestAuthority.root()
        let der = try root.issueLeaf().der
        let plain: [UInt8] = [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]
        let last = try #require(der.indices.dropLast(plain.count).last { Array(der[$0..<($0 + plain.count)]) == plain })
        var bytes = der
        // ecdsa-with-SHA384 outside, SHA256 inside.
        bytes[last + plain.count - 1] = 0x03
        let outcome = try await path([ParsedCertificate(der: bytes)], to: [root])
        #expect(!outcome.isValid)
    }

    @Test("every kind of key signs and verifies", arguments: [KeyKind.p256, .p384, .ed25519, .rsa(bits: 2048)])
    func keys(_ kind: KeyKind) async throws {
        let root = try TestAuthority.root { $0.key = kind }
        #expect(try await path(root.issueLeaf { $0.key = kind }.presented, to: [root]).isValid)
    }

    @Test("an RSA key that is too short is named in bits") func shortKey() async throws {
        let pem = try OpenSSL.selfSigned(["-newkey", "rsa:1024", "-sha256", "-days", "10000"])
        let leaf = try ParsedCertificate(der: PEMDocument(pemString: pem).derBytes)
        let outcome = await PathBuilder().build(presented: [leaf], anchors: TrustAnchors([leaf]), at: leaf.notBefore)
        #expect(outcome.best.failures == [.weakAlgorithm("RSA-1024", required: "RSA-2048")])
    }

    @Test("a P-521 key verifies, and curves of other sizes are told by their identifier", arguments: ["secp521r1", "secp192k1"])
    func curves(_ curve: String) async throws {
        let pem = try OpenSSL.selfSigned(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:\(curve)", "-sha512"])
        let leaf = try ParsedCertificate(der: PEMDocument(pemString: pem).derBytes)
        let itself = await PathBuilder().build(presented: [leaf], anchors: TrustAnchors([leaf]), at: leaf.notBefore)
        #expect(itself.best.failures == (curve == "secp521r1" ? [] : [.signatureAlgorithmUnsupported(oid: "1.3.132.0.31")]))
        let stranger = await PathBuilder().build(presented: [leaf], anchors: TrustAnchors([]), at: leaf.notBefore)
        #expect((stranger.best.failures.first == .selfSignedNotTrusted) == (curve == "secp521r1"), "which takes a signature that verifies")
    }

    @Test("RSASSA-PSS verifies with a salt as long as the hash", arguments: ["sha256", "sha384", "sha512"])
    func probabilistic(_ hash: String) async throws {
        let pem = try OpenSSL.selfSigned([
            "-newkey", "rsa:2048", "-\(hash)", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest",
        ])
        let leaf = try ParsedCertificate(der: PEMDocument(pemString: pem).derBytes)
        let outcome = await PathBuilder().build(presented: [leaf], anchors: TrustAnchors([]), at: leaf.notBefore)
        #expect(outcome.best.failures == [.selfSignedNotTrusted], "which takes a signature that verifies")
    }

    @Test("usages of the end entity's key are asked for where keyUsage is there") func keyUsageOfEndEntity() async throws {
        let root = try TestAuthority.root()
        var rules = PathRules(at: TestClock.now)
        rules.keyUsage = [.digitalSignature, .keyAgreement]
        func failures(_ usage: KeyUsage?) throws -> [PathFailure] {
            let leaf = try root.issueLeaf { $0.keyUsage = usage }
            return PathBuilder().build(presented: try leaf.presented, anchors: TrustAnchors([try root.issued.parsed]), rules: rules).best
                .failures
        }
        #expect(try failures(KeyUsage(digitalSignature: true, keyAgreement: true)).isEmpty)
        #expect(try failures(nil).isEmpty)
        #expect(try failures(KeyUsage(digitalSignature: true)) == [.keyUsage(required: "keyAgreement")])
    }

    @Test("no more authorities than the caller allows, self-issued ones not counted") func maximumIntermediates() async throws {
        let root = try TestAuthority.root()
        let issuing = try root.issueIntermediate("Issuing")
        let renewed = try issuing.issueIntermediate("Issuing")
        let anchors = TrustAnchors([try root.issued.parsed])
        var rules = PathRules(at: TestClock.now)
        rules.maximumIntermediates = 1
        #expect(PathBuilder().build(presented: try renewed.issueLeaf().presented, anchors: anchors, rules: rules).isValid)
        rules.maximumIntermediates = 0
        let outcome = PathBuilder().build(presented: try issuing.issueLeaf().presented, anchors: anchors, rules: rules)
        #expect(outcome.best.defects == [PathDefect(.pathLengthExceeded(limit: 0, found: 1), at: 2)])
    }

    @Test("a caller may process a critical extension itself") func processedExtension() async throws {
        let root = try TestAuthority.root()
        let leaf = try root.issueLeaf {
            $0.extensions = [.init(oid: [1, 3, 6, 1, 4, 1, 99999, 1], critical: true, value: [5, 0])]
        }
        var rules = PathRules(at: TestClock.now)
        rules.processedExtensions = ["1.3.6.1.4.1.99999.1"]
        #expect(PathBuilder().build(presented: try leaf.presented, anchors: TrustAnchors([try root.issued.parsed]), rules: rules).isValid)
    }
}
