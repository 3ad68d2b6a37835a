import X509

/// Fields of a certificate exactly as they were written. Hashes of names and keys in OCSP are over these bytes (RFC 6960 §4.1.1), which
/// reading and writing again might change.
struct CertificateParts {
    /// Without leading zeros.
    let serial: ArraySlice<UInt8>
    /// DER of the Name.
    let subject: ArraySlice<UInt8>
    /// DER of the issuer's Name.
    let issuer: ArraySlice<UInt8>
    /// The BIT STRING's content, without the octet that counts unused bits.
    let key: ArraySlice<UInt8>
    let signature: SignedBytes
    /// DER of the AlgorithmIdentifier that is itself signed.
    let innerAlgorithm: ArraySlice<UInt8>

    /// The bytes were read as a certificate before; that a field is missing cannot happen, and would be an error.
    init(_ certificate: ParsedCertificate) throws(EvidenceError) {
        var outer = try DERReader.single(DERElement.Tag.sequence, in: certificate.der[...], "certificate").inside
        let signed = try outer.take(DERElement.Tag.sequence, "tbsCertificate")
        let algorithm = try outer.take(DERElement.Tag.sequence, "signatureAlgorithm")
        let bits = try outer.take(DERElement.Tag.bitString, "signatureValue")
        signature = SignedBytes(signed: signed.encoded, algorithm: algorithm.encoded, signature: try bits.bits("signatureValue"))
        var fields = signed.inside
        _ = try fields.takeIfPresent(DERElement.Tag.constructed(0), "version")
        serial = try fields.take(DERElement.Tag.integer, "serialNumber").serial("serialNumber")
        innerAlgorithm = try fields.take(DERElement.Tag.sequence, "signature").encoded
        issuer = try fields.take(DERElement.Tag.sequence, "issuer").encoded
        _ = try fields.take(DERElement.Tag.sequence, "validity")
        subject = try fields.take(DERElement.Tag.sequence, "subject").encoded
        var keyInfo = try fields.take(DERElement.Tag.sequence, "subjectPublicKeyInfo").inside
        _ = try keyInfo.take(DERElement.Tag.sequence, "algorithm")
        key = try keyInfo.take(DERElement.Tag.bitString, "subjectPublicKey").bits("subjectPublicKey")
    }
}
