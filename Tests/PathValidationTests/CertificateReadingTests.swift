import CertificateFactory
import Foundation
import PathValidation
import SwiftASN1
import Testing
import X509

@Suite("A certificate reads the same here as in swift-certificates, and no damage makes reading or checking trap")
struct CertificateReadingTests {
    private static func rich() throws -> (root: TestAuthority, leaf: IssuedCertificate) {
        let root = try TestAuthority.root {
            $0.nameConstraints = NameConstraints(
                permittedSubtrees: [.dnsName("example"), .rfc822Name("corp.example"), .uniformResourceIdentifier(".corp.example")],
                excludedSubtrees: [.dnsName("bad.example")])
        }
        let leaf = try root.issueLeaf("leaf.example", san: nil) {
            $0.alternativeNames = [
                .dnsName("leaf.example"), .host("192.0.2.1"), .rfc822Name("a@corp.example"),
                .uniformResourceIdentifier("https://a.corp.example/"),
                .directoryName(DistinguishedName([RelativeDistinguishedName]())),
            ]
            $0.ocspURLs = ["http://ocsp.example/"]
            $0.issuerURLs = ["http://ca.example/ca.cer"]
            $0.crlURLs = ["http://ca.example/ca.crl"]
            $0.extensions = [.init(oid: [2, 5, 29, 32], critical: false, value: [0x30, 6, 0x30, 4, 6, 2, 0x2A, 3])]
        }
        return (root, leaf)
    }

    @Test func fields() throws {
        let leaf = try Self.rich().leaf
        let (parsed, other) = (try leaf.parsed, leaf.certificate)
        #expect(parsed.subject.description == other.subject.description && parsed.issuer.description == other.issuer.description)
        #expect(parsed.notBefore == other.notValidBefore && parsed.notAfter == other.notValidAfter && parsed.version == 3)
        #expect(parsed.serialNumber.drop { $0 == 0 } == other.serialNumber.bytes.drop { $0 == 0 })
        #expect(parsed.keyUsage == .digitalSignature && parsed.extendedKeyUsage == ["1.3.6.1.5.5.7.3.1"])
        #expect(parsed.dnsNames == ["leaf.example"] && parsed.mailboxes == ["a@corp.example"])
        #expect(parsed.addresses.map(\.description) == ["192.0.2.1"])
        #expect(parsed.evidenceURLs == ["http://ocsp.example/", "http://ca.example/ca.crl", "http://ca.example/ca.cer"])
        #expect(try parsed.certificate == other)
        #expect(!parsed.isCertificateAuthority && !parsed.isSelfIssued)
    }

    @Test("each truncation is refused") func truncated() throws {
        let der = try Self.rich().leaf.der
        for count in der.indices {
            #expect(throws: PathFailure.self) { try ParsedCertificate(der: Array(der[..<count])) }
        }
        #expect(throws: PathFailure.self) { try ParsedCertificate(der: der + [0]) }
    }

    @Test("each changed byte leaves no valid path") func flipped() throws {
        let (root, leaf) = try Self.rich()
        let anchors = TrustAnchors([try root.issued.parsed])
        let rules = PathRules(at: TestClock.now)
        #expect(PathBuilder().build(presented: [try leaf.parsed], anchors: anchors, rules: rules).isValid)
        for (index, mask) in leaf.der.indices.map({ ($0, UInt8(1) << UInt8($0 % 8)) }) {
            var bytes = leaf.der
            bytes[index] ^= mask
            guard let parsed = try? ParsedCertificate(der: bytes) else { continue }
            _ = (parsed.subject.description, parsed.evidenceURLs, matchName("leaf.example", against: parsed))
            #expect(!PathBuilder().build(presented: [parsed], anchors: anchors, rules: rules).isValid, "byte \(index)")
        }
        // In an authority every extension is met by the checks, too.
        for index in root.der.indices {
            var bytes = root.der
            bytes[index] ^= 0x10
            guard let parsed = try? ParsedCertificate(der: bytes) else { continue }
            _ = PathBuilder().build(presented: [try leaf.parsed], anchors: TrustAnchors([parsed]), rules: rules)
        }
    }

    @Test("names are equal by the rules of RFC 5280 §7.1, in whatever string type") func names() throws {
        func name(_ make: (ASN1ObjectIdentifier) throws -> RelativeDistinguishedName.Attribute) throws -> CertificateName {
            let attribute = try make(.RDNAttributeType.commonName)
            return try TestAuthority.root { $0.subject = DistinguishedName([RelativeDistinguishedName([attribute])]) }.issued.parsed.subject
        }
        func bmp(_ text: String) -> (ASN1ObjectIdentifier) throws -> RelativeDistinguishedName.Attribute {
            { type in
                let octets = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
                return .init(type: type, value: .init(asn1Any: try ASN1Any(erasing: ASN1BMPString(contentBytes: octets[...]))))
            }
        }
        let plain = try name { .init(type: $0, utf8String: "Strasse  Ä") }
        #expect(try plain == name { .init(type: $0, utf8String: " sTRASSE a\u{308} ") }, "case, space, composition")
        #expect(try plain == name { .init(type: $0, utf8String: "straße ä") }, "full case folding")
        #expect(try plain == name(bmp("STRASSE Ä")))
        #expect(try plain != name { .init(type: $0, utf8String: "Strasse A") })
        #expect(try name { .init(type: $0, utf8String: "A B") } != name { .init(type: $0, utf8String: "AB") })
    }
}
