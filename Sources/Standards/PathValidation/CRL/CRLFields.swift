import SwiftASN1
import X509

import struct Foundation.Date

/// `CertificateList`, RFC 5280 §5.1, field by field. Unknown critical extensions do not stop reading; they are noted.
struct CRLFields {
    let der: [UInt8]
    let issuer: DistinguishedName
    let thisUpdate: Date
    let nextUpdate: Date?
    let signature: SignedBytes
    private(set) var entries: [ArraySlice<UInt8>: CertificateRevocationList.Entry] = [:]
    private(set) var number: [UInt8]?
    private(set) var distributionPoint: IssuingDistributionPoint?
    private(set) var unsupported: String?

    init(_ der: [UInt8]) throws(EvidenceError) {
        self.der = der
        var outer = try DERReader.single(DERElement.Tag.sequence, in: der[...], "CertificateList").inside
        let signed = try outer.take(DERElement.Tag.sequence, "tbsCertList")
        let algorithm = try outer.take(DERElement.Tag.sequence, "signatureAlgorithm").encoded
        let bits = try outer.take(DERElement.Tag.bitString, "signatureValue").bits("signatureValue")
        try outer.end("CertificateList")
        signature = SignedBytes(signed: signed.encoded, algorithm: algorithm, signature: bits)

        var fields = signed.inside
        var isVersion2 = false
        if let version = try fields.takeIfPresent(DERElement.Tag.integer, "version") {
            guard try version.small("version") == 1 else { throw .malformed(field: "version") }
            isVersion2 = true
        }
        // Both must name the same algorithm, or the one that is not signed could be exchanged (§5.1.1.2).
        guard try fields.take(DERElement.Tag.sequence, "signature").encoded == algorithm else { throw .malformed(field: "signature") }
        let name = try fields.take(DERElement.Tag.sequence, "issuer").encoded
        do { issuer = try DistinguishedName(derEncoded: DER.parse(name)) } catch { throw .malformed(field: "issuer") }
        thisUpdate = try DERTime.date(try fields.next("thisUpdate"), "thisUpdate")
        let hasNextUpdate = fields.nextTag == DERElement.Tag.utcTime || fields.nextTag == DERElement.Tag.generalizedTime
        nextUpdate = hasNextUpdate ? try DERTime.date(try fields.next("nextUpdate"), "nextUpdate") : nil
        if let list = try fields.takeIfPresent(DERElement.Tag.sequence, "revokedCertificates") {
            try read(entries: list.inside, isVersion2: isVersion2)
        }
        if let extensions = try fields.takeIfPresent(DERElement.Tag.constructed(0), "crlExtensions") {
            guard isVersion2 else { throw .malformed(field: "crlExtensions") }
            for item in try ExtensionElement.list(in: extensions.content, "crlExtensions") { try take(item) }
        }
        try fields.end("tbsCertList")
    }

    /// `SEQUENCE OF SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }`; empty is not allowed.
    private mutating func read(entries list: DERReader, isVersion2: Bool) throws(EvidenceError) {
        var list = list
        guard !list.isAtEnd else { throw .malformed(field: "revokedCertificates") }
        while !list.isAtEnd {
            var fields = try list.take(DERElement.Tag.sequence, "revokedCertificate").inside
            let serial = try fields.take(DERElement.Tag.integer, "userCertificate").serial("userCertificate")
            let date = try DERTime.date(try fields.next("revocationDate"), "revocationDate")
            var entry = CertificateRevocationList.Entry(revoked: date, reason: nil)
            if !fields.isAtEnd {
                let extensions = try fields.take(DERElement.Tag.sequence, "crlEntryExtensions")
                guard isVersion2 else { throw .malformed(field: "crlEntryExtensions") }
                entry.reason = try reason(in: extensions)
            }
            try fields.end("revokedCertificate")
            // The first of two entries for one certificate counts.
            if entries[serial] == nil { entries[serial] = entry }
        }
    }

    private mutating func reason(in extensions: DERElement) throws(EvidenceError) -> RevocationReason? {
        var reason: RevocationReason?
        for item in try ExtensionElement.list(in: extensions.encoded, "crlEntryExtensions") {
            switch Array(item.identifier) {
            case [0x55, 0x1D, 0x15]:
                let code = try DERReader.single(DERElement.Tag.enumerated, in: item.value, "reasonCode").small("reasonCode")
                guard let known = RevocationReason(rawValue: code) else { throw .malformed(field: "reasonCode") }
                reason = known
            case _ where item.isCritical:
                // "MUST NOT use that CRL to determine the status of any certificates", §5.3; certificateIssuer of an indirect list is one.
                unsupported = unsupported ?? "critical extension of an entry: \(item.dotted)"
            default: break
            }
        }
        return reason
    }

    private mutating func take(_ item: ExtensionElement) throws(EvidenceError) {
        switch Array(item.identifier) {
        case [0x55, 0x1D, 0x14]:
            number = Array(try DERReader.single(DERElement.Tag.integer, in: item.value, "cRLNumber").serial("cRLNumber"))
        case [0x55, 0x1D, 0x1C]:
            let point = try IssuingDistributionPoint(der: item.value)
            if point.isIndirect { unsupported = unsupported ?? "indirect list" }
            if point.hasSomeReasonsOnly { unsupported = unsupported ?? "list for some reasons only" }
            distributionPoint = point
        case [0x55, 0x1D, 0x1B]: unsupported = unsupported ?? "delta list"
        // authorityKeyIdentifier helps to choose a key; the signature decides.
        case [0x55, 0x1D, 0x23]: break
        case _ where item.isCritical: unsupported = unsupported ?? "critical extension \(item.dotted)"
        default: break
        }
    }
}
