import Testing

@testable import StrictDER

@Suite("An outline shows the fields of a certificate, and of nothing else") struct CertificateOutlineTests {
    /// A certificate's shape; key and signature mean nothing.
    static func certificate(version: [UInt8] = DER.explicit(0, DER.integer(2)), extensions: [[UInt8]] = standard) -> [UInt8] {
        let algorithm = DER.sequence(DER.oid(ObjectIdentifier(1, 3, 101, 112)))
        let name = { (text: String) in
            DER.sequence(
                DER.set(of: [DER.sequence(DER.oid(ObjectIdentifier(2, 5, 4, 6)), DER.element(0x13, Array("GB".utf8)))]),
                DER.set(of: [DER.sequence(DER.oid(ObjectIdentifier(2, 5, 4, 3)), DER.utf8(text))]))
        }
        let list = extensions.isEmpty ? [] : DER.explicit(3, DER.sequence(extensions))
        let signed = DER.sequence([
            version, DER.integer(77), algorithm, name("Issuer, \u{7}"),
            DER.sequence(DERTime.certificate(seconds: 0), DERTime.certificate(seconds: 2_524_608_000)),
            name("Sübject"), DER.sequence(algorithm, DER.bits([1, 2, 3])), list,
        ])
        return DER.sequence(signed, algorithm, DER.bits([9, 9]))
    }
    static let standard = [
        DER.sequence(DER.oid(CertificateOutline.subjectKeyIdentifierExtension), DER.octets(DER.octets([5, 6]))),
        DER.sequence(
            DER.oid(CertificateOutline.authorityKeyIdentifierExtension), DER.octets(DER.sequence(DER.element(0x80, [7, 8])))),
        DER.sequence(DER.oid(ObjectIdentifier(2, 5, 29, 19)), DER.element(1, [0xFF]), DER.octets(DER.sequence())),
    ]

    @Test func fields() throws {
        let outline = try CertificateOutline(der: Self.certificate()[...])
        #expect(outline.version == 3)
        #expect(outline.serial == [77])
        #expect(DistinguishedNameText.text(outline.subject) == "CN=Sübject,C=GB")
        #expect(DistinguishedNameText.text(outline.issuer) == "CN=Issuer\\, \\07,C=GB")
        #expect(try outline.seconds(outline.notBefore, "notBefore") == 0)
        #expect(try outline.seconds(outline.notAfter, "notAfter") == 2_524_608_000)
        #expect(outline.subjectKeyIdentifier == [5, 6])
        #expect(outline.authorityKeyIdentifier == [7, 8])
        #expect(outline.extensions.map(\.isCritical) == [false, false, true])
        #expect(outline.signature == [9, 9])
    }

    @Test func versionOneHasNoExtensions() throws {
        let outline = try CertificateOutline(der: Self.certificate(version: [], extensions: [])[...])
        #expect(outline.version == 1)
        #expect(outline.subjectKeyIdentifier == nil)
    }

    @Test func everyTruncationIsAnErrorAndNoFlipTraps() {
        let bytes = Self.certificate()
        for index in bytes.indices {
            #expect(throws: DERError.self) { try CertificateOutline(der: bytes[..<index]) }
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << bit
                guard let outline = try? CertificateOutline(der: flipped[...]) else { continue }
                _ = (outline.subjectKeyIdentifier, outline.authorityKeyIdentifier, DistinguishedNameText.text(outline.subject))
            }
        }
    }

    @Test func unreadableNamesAreShownAsBytes() { #expect(DistinguishedNameText.text([0x30, 0x01]) == "#3001") }
}
