import SwiftASN1
import X509

/// Which certificates a list is about (RFC 5280 §5.2.5).
struct IssuingDistributionPoint: Hashable, Sendable {
    /// The list's own names for where it is; nil: it does not say. DER of each GeneralName.
    private(set) var names: [ArraySlice<UInt8>]?
    private(set) var userCertificatesOnly = false
    private(set) var authorityCertificatesOnly = false
    private(set) var attributeCertificatesOnly = false
    private(set) var hasSomeReasonsOnly = false
    private(set) var isIndirect = false

    init(der: ArraySlice<UInt8>) throws(EvidenceError) {
        let field = "issuingDistributionPoint"
        var fields = try DERReader.single(DERElement.Tag.sequence, in: der, field).inside
        if let point = try fields.takeIfPresent(DERElement.Tag.constructed(0), field) {
            names = try DistributionPointNames(choice: point.content).names
        }
        userCertificatesOnly = try fields.takeIfPresent(DERElement.Tag.primitive(1), field)?.boolean(field) ?? false
        authorityCertificatesOnly = try fields.takeIfPresent(DERElement.Tag.primitive(2), field)?.boolean(field) ?? false
        hasSomeReasonsOnly = try fields.takeIfPresent(DERElement.Tag.primitive(3), field) != nil
        isIndirect = try fields.takeIfPresent(DERElement.Tag.primitive(4), field)?.boolean(field) ?? false
        attributeCertificatesOnly = try fields.takeIfPresent(DERElement.Tag.primitive(5), field)?.boolean(field) ?? false
        try fields.end(field)
        // At most one of the three may be TRUE.
        guard [userCertificatesOnly, authorityCertificatesOnly, attributeCertificatesOnly].count(where: { $0 }) <= 1 else {
            throw .malformed(field: field)
        }
    }

    /// Whether the list speaks for this certificate (§6.3.3 (b)).
    func covers(_ certificate: ParsedCertificate) -> Bool {
        if attributeCertificatesOnly { return false }
        // Of certificates before version 3 nothing says which kind they are.
        if userCertificatesOnly, certificate.isCertificateAuthority || certificate.certificate.version != .v3 { return false }
        if authorityCertificatesOnly, !certificate.isCertificateAuthority { return false }
        guard let names else { return true }
        return certificate.distributionPoints.contains { $0.issuers == nil && !Set($0.names).isDisjoint(with: names) }
    }
}

/// `DistributionPointName`, its content: the encoded GeneralNames of `fullName`. `nameRelativeToCRLIssuer` is kept as it is written, under its
/// own tag: CAs may use it with one CRL issuer only, so equal bytes are equal names.
struct DistributionPointNames {
    let names: [ArraySlice<UInt8>]

    init(choice: ArraySlice<UInt8>) throws(EvidenceError) {
        let field = "distributionPointName"
        var reader = DERReader(choice)
        let name = try reader.next(field)
        try reader.end(field)
        switch name.tag {
        case DERElement.Tag.constructed(0): names = try Self.all(in: name.content, field)
        case DERElement.Tag.constructed(1): names = [name.encoded]
        default: throw .malformed(field: field)
        }
    }

    static func all(in bytes: ArraySlice<UInt8>, _ field: String) throws(EvidenceError) -> [ArraySlice<UInt8>] {
        var reader = DERReader(bytes)
        var names: [ArraySlice<UInt8>] = []
        while !reader.isAtEnd { names.append(try reader.next(field).encoded) }
        guard !names.isEmpty else { throw .malformed(field: field) }
        return names
    }
}

/// One place of a certificate's cRLDistributionPoints (RFC 5280 §4.2.1.13).
struct DistributionPoint {
    let names: [ArraySlice<UInt8>]
    /// cRLIssuer: set when somebody other than the certificate's issuer signs the list.
    let issuers: [ArraySlice<UInt8>]?

    init(_ element: DERElement) throws(EvidenceError) {
        let field = "distributionPoint"
        var fields = element.inside
        let name = try fields.takeIfPresent(DERElement.Tag.constructed(0), field)
        _ = try fields.takeIfPresent(DERElement.Tag.primitive(1), field)
        issuers = try fields.takeIfPresent(DERElement.Tag.constructed(2), field).map { element throws(EvidenceError) in
            try DistributionPointNames.all(in: element.content, field)
        }
        try fields.end(field)
        names = try name.map { element throws(EvidenceError) in try DistributionPointNames(choice: element.content).names } ?? issuers ?? []
    }
}

extension ParsedCertificate {
    /// Empty when there are none, or none that can be read.
    var distributionPoints: [DistributionPoint] {
        guard let value = certificate.extensions[oid: [2, 5, 29, 31]]?.value,
            var points = try? DERReader.single(DERElement.Tag.sequence, in: value, "points").inside
        else { return [] }
        var found: [DistributionPoint] = []
        while !points.isAtEnd {
            guard let element = try? points.take(DERElement.Tag.sequence, "point"), let point = try? DistributionPoint(element) else {
                return []
            }
            found.append(point)
        }
        return found
    }
}
