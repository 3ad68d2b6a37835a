import StrictDER

/// Which certificates a list is about (RFC 5280 §5.2.5).
struct IssuingDistributionPoint: Hashable, Sendable {
    /// Value of the extension: a list and its delta have the same.
    let encoded: ArraySlice<UInt8>
    /// The list's own names for where it is; nil: it does not say.
    let places: Set<PlaceName>?
    let userCertificatesOnly: Bool
    let authorityCertificatesOnly: Bool
    let attributeCertificatesOnly: Bool
    /// nil: all of them.
    let reasons: RevocationReasons?
    let isIndirect: Bool

    /// - Parameter issuer: DER of the list's issuer, which a place may be relative to.
    init(der: ArraySlice<UInt8>, issuer: ArraySlice<UInt8>) throws(DERError) {
        let field = "issuingDistributionPoint"
        encoded = der
        var fields = try DERReader.single(DERElement.Tag.sequence, in: der, field).inside
        // "MUST NOT issue CRLs where the DER encoding of the issuing distribution point extension is an empty sequence."
        guard !fields.isAtEnd else { throw DERError(.malformed, field: field, offset: der.startIndex) }
        places = try fields.takeIfPresent(DERElement.Tag.constructed(0), field).map { wrapped throws(DERError) in
            try DistributionPointName(choice: wrapped.content).places(relativeTo: issuer)
        }
        userCertificatesOnly = try fields.takeIfPresent(DERElement.Tag.primitive(1), field)?.boolean(field) ?? false
        authorityCertificatesOnly = try fields.takeIfPresent(DERElement.Tag.primitive(2), field)?.boolean(field) ?? false
        reasons = try fields.takeIfPresent(DERElement.Tag.primitive(3), field).map { bits throws(DERError) in
            RevocationReasons(try NamedBits(content: bits.content, field))
        }
        isIndirect = try fields.takeIfPresent(DERElement.Tag.primitive(4), field)?.boolean(field) ?? false
        attributeCertificatesOnly = try fields.takeIfPresent(DERElement.Tag.primitive(5), field)?.boolean(field) ?? false
        try fields.end(field)
        // At most one of the three may be TRUE.
        guard [userCertificatesOnly, authorityCertificatesOnly, attributeCertificatesOnly].count(where: { $0 }) <= 1 else {
            throw DERError(.malformed, field: field, offset: der.startIndex)
        }
    }

    /// Whether the list speaks for certificates of this kind (§6.3.3 (b) (2) (ii) to (iv)).
    func covers(isAuthority: Bool, version: Int) -> Bool {
        if attributeCertificatesOnly { return false }
        // Of certificates before version 3 nothing says which kind they are.
        if userCertificatesOnly { return !isAuthority && version == 3 }
        return !authorityCertificatesOnly || isAuthority
    }
}
