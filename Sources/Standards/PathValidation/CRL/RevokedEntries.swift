import StrictDER

/// `revokedCertificates` (RFC 5280 §5.1.2.6), read one after the other where they lie. Nothing is kept of them.
struct RevokedEntries: Sendable {
    /// Content of the SEQUENCE; well formed, which `init` has seen.
    private let bytes: ArraySlice<UInt8>
    let count: Int
    /// Whether some entry has a certificateIssuer (§5.3.3).
    let namesIssuers: Bool
    /// "MUST NOT use that CRL to determine the status of any certificates", §5.3.
    let unprocessed: Unprocessed?

    init() { (bytes, count, namesIssuers, unprocessed) = ([], 0, false, nil) }

    /// Reads all of them once, without keeping any. An empty list must be absent instead.
    init(_ element: DERElement, isVersion2: Bool) throws(DERError) {
        bytes = element.content
        var list = element.inside
        var (count, namesIssuers) = (0, false)
        var unprocessed: Unprocessed?
        guard !list.isAtEnd else { throw DERError(.malformed, field: "revokedCertificates", offset: element.encoded.startIndex) }
        while !list.isAtEnd {
            let entry = try RawEntry(&list)
            _ = try EvidenceTime.inList(entry.date, "revocationDate")
            // The shortest form, or the number would not be found by its octets.
            guard !entry.serial.content.isEmpty, SerialNumber.canonical(entry.serial.content) == entry.serial.content else {
                throw DERError(.malformed, field: "userCertificate", offset: entry.serial.encoded.startIndex)
            }
            if let extensions = entry.extensions {
                guard isVersion2 else {
                    throw DERError(.malformed, field: "crlEntryExtensions", offset: extensions.encoded.startIndex)
                }
                let details = try EntryDetails(extensions)
                namesIssuers = namesIssuers || details.issuers != nil
                unprocessed = unprocessed ?? details.unprocessed
            }
            count += 1
        }
        (self.count, self.namesIssuers, self.unprocessed) = (count, namesIssuers, unprocessed)
    }

    /// Entries with the serial number that was asked for, of issuers other than the one asked for. Serial numbers are mostly random.
    static let namesakeLimit = 256

    /// The entry for a certificate. Of two, one that revokes goes before one that removes.
    /// - Parameters:
    ///   - serial: INTEGER content without redundant octets.
    ///   - issuer: of the certificate.
    ///   - listIssuer: whose certificates are meant until an entry names another (§5.3.3).
    ///
    /// Throws for an issuer that cannot be read, and past `namesakeLimit`.
    func entry(serial: ArraySlice<UInt8>, issuer: NormalisedName, listIssuer: NormalisedName)
        throws(DERError) -> CertificateRevocationList.Entry?
    {
        var list = DERReader(bytes)
        // Names are made comparable only where the number fits: that is costly.
        var issuers: [ArraySlice<UInt8>]?
        var namesakes = 0
        var found: CertificateRevocationList.Entry?
        while !list.isAtEnd {
            let entry = try RawEntry(&list)
            if namesIssuers, let extensions = entry.extensions, let names = try EntryDetails(extensions).issuers { issuers = names }
            guard entry.serial.content == serial else { continue }
            guard try issuers.map({ names throws(DERError) in try Self.has(issuer, among: names) }) ?? (issuer == listIssuer) else {
                namesakes += 1
                guard namesakes <= Self.namesakeLimit else {
                    throw DERError(
                        .overLimit(found: namesakes, limit: Self.namesakeLimit), field: "userCertificate",
                        offset: entry.serial.encoded.startIndex)
                }
                continue
            }
            let details = try entry.extensions.map { element throws(DERError) in try EntryDetails(element) }
            let one = CertificateRevocationList.Entry(
                revoked: try EvidenceTime.inList(entry.date, "revocationDate"), reason: details?.reason)
            if one.reason != .removeFromCRL { return one }
            found = one
        }
        return found
    }

    private static func has(_ issuer: NormalisedName, among names: [ArraySlice<UInt8>]) throws(DERError) -> Bool {
        for name in names where try NormalisedName(der: name) == issuer { return true }
        return false
    }
}

/// `SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }`
private struct RawEntry {
    var serial: DERElement
    var date: DERElement
    var extensions: DERElement?

    init(_ list: inout DERReader) throws(DERError) {
        var fields = try list.take(DERElement.Tag.sequence, "revokedCertificate").inside
        serial = try fields.take(DERElement.Tag.integer, "userCertificate")
        date = try fields.next("revocationDate")
        extensions = fields.isAtEnd ? nil : try fields.take(DERElement.Tag.sequence, "crlEntryExtensions")
        try fields.end("revokedCertificate")
    }
}

/// What the extensions of an entry say (RFC 5280 §5.3).
private struct EntryDetails {
    var reason: RevocationReason?
    /// DER of the directory names; nil without the extension.
    var issuers: [ArraySlice<UInt8>]?
    var unprocessed: Unprocessed?

    init(_ extensions: DERElement) throws(DERError) {
        for item in try ExtensionElement.list(in: extensions.encoded, "crlEntryExtensions") {
            if item.has(EvidenceIdentifier.reasonCode) {
                // A number that we do not know revokes all the same.
                let code = try DERReader.single(DERElement.Tag.enumerated, in: item.value, "reasonCode").small("reasonCode")
                reason = RevocationReason(rawValue: code)
            } else if item.has(EvidenceIdentifier.certificateIssuer) {
                issuers = try GeneralNames(content: DERReader.single(DERElement.Tag.sequence, in: item.value, "certificateIssuer").content)
                    .directoryNames
            } else if item.isCritical, !item.isOne(of: [EvidenceIdentifier.invalidityDate, EvidenceIdentifier.holdInstruction]) {
                unprocessed = unprocessed ?? item.unprocessed
            }
        }
    }
}
