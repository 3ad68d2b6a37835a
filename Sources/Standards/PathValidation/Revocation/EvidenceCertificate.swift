import StrictDER

/// What revocation reads out of a certificate, as it was written: hashes of names and keys in OCSP are over these bytes (RFC 6960 §4.1.1).
struct EvidenceCertificate: Sendable {
    let outline: CertificateOutline
    /// INTEGER content without redundant octets.
    let serial: ArraySlice<UInt8>
    let subject: NormalisedName
    let issuer: NormalisedName
    /// subjectPublicKey: the BIT STRING's content without the octet that counts unused bits.
    let key: ArraySlice<UInt8>

    /// Throws when a field that is needed cannot be read, or an extension is there twice (RFC 5280 §4.2).
    init(_ outline: CertificateOutline) throws(DERError) {
        self.outline = outline
        serial = SerialNumber.canonical(outline.serial)
        subject = try NormalisedName(der: outline.subject)
        issuer = try NormalisedName(der: outline.issuer)
        var keyInfo = try DERReader.single(DERElement.Tag.sequence, in: outline.publicKeyInfo, "subjectPublicKeyInfo").inside
        _ = try keyInfo.take(DERElement.Tag.sequence, "algorithm")
        key = try keyInfo.take(DERElement.Tag.bitString, "subjectPublicKey").bits("subjectPublicKey")
        try keyInfo.end("subjectPublicKeyInfo")
        guard Set(outline.extensions.map(\.identifier)).count == outline.extensions.count else {
            throw DERError(.malformed, field: "extensions", offset: outline.der.startIndex)
        }
    }

    init(_ certificate: ParsedCertificate) throws(DERError) { try self.init(CertificateOutline(der: certificate.der[...])) }

    var signature: SignedBytes {
        SignedBytes(signed: outline.signed, algorithm: outline.signatureAlgorithm, signature: outline.signature)
    }

    /// nil when it is not there. Bits as RFC 5280 §4.2.1.3 numbers them.
    func keyUsage() throws(DERError) -> NamedBits? {
        guard let value = outline.value(of: EvidenceIdentifier.keyUsage) else { return nil }
        return try NamedBits(content: DERReader.single(DERElement.Tag.bitString, in: value, "keyUsage").content, "keyUsage")
    }

    /// cA of basicConstraints (RFC 5280 §4.2.1.9).
    func isAuthority() throws(DERError) -> Bool {
        guard let value = outline.value(of: EvidenceIdentifier.basicConstraints) else { return false }
        var fields = try DERReader.single(DERElement.Tag.sequence, in: value, "basicConstraints").inside
        return try fields.takeIfPresent(DERElement.Tag.boolean, "cA")?.boolean("cA") ?? false
    }

    /// cRLSign, where key usages are given at all (RFC 5280 §6.3.3 (f)).
    var maySignLists: Bool {
        do { return try keyUsage()?.contains(6) ?? true } catch { return false }
    }

    /// Content octets of the identifiers; empty when there are none, or none that can be read.
    var extendedKeyUsages: [ArraySlice<UInt8>] {
        guard let value = outline.value(of: EvidenceIdentifier.extendedKeyUsage),
            var list = try? DERReader.single(DERElement.Tag.sequence, in: value, "extKeyUsage").inside
        else { return [] }
        var usages: [ArraySlice<UInt8>] = []
        while !list.isAtEnd {
            guard let usage = try? list.take(DERElement.Tag.objectIdentifier, "KeyPurposeId") else { return [] }
            usages.append(usage.content)
        }
        return usages
    }
}

/// Serial numbers are INTEGERs of any length (RFC 5280 §4.1.2.2), some of them negative against the rule.
enum SerialNumber {
    /// Content octets without those that only repeat the sign: equal numbers become equal octets, of which there is at least one.
    static func canonical(_ content: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = content
        while rest.count > 1, let first = rest.first, let second = rest.dropFirst().first,
            (first == 0 && second < 0x80) || (first == 0xFF && second >= 0x80)
        {
            rest = rest.dropFirst()
        }
        return rest
    }
}
