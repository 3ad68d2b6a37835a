import StrictDER

public import struct FoundationEssentials.Date

/// A list of revoked certificates (RFC 5280 §5): complete, partitioned, indirect or a delta. Reading it proves nothing: `judge` also checks who
/// signed it, when, and what it is about.
///
/// It keeps its bytes and where the fields lie in them; entries are read where they are, so that a list of a million needs no memory of its own.
public struct CertificateRevocationList: Sendable {
    /// What a list says about one certificate.
    public struct Entry: Hashable, Sendable {
        public var revoked: Date
        /// nil when the list gives none, or a number that we do not know.
        public var reason: RevocationReason?
    }

    public let der: [UInt8]
    /// DER of the Name.
    public let issuer: ArraySlice<UInt8>
    public let thisUpdate: Date
    public let nextUpdate: Date?
    /// cRLNumber, big-endian without leading zeros; nil when there is none.
    public private(set) var number: [UInt8]?
    /// BaseCRLNumber: set in a delta list (RFC 5280 §5.2.4), which only counts together with a complete one.
    public private(set) var baseNumber: [UInt8]?
    /// How many entries it has.
    public var count: Int { entries.count }

    let issuerName: NormalisedName
    let signature: SignedBytes
    let entries: RevokedEntries
    private(set) var distributionPoint: IssuingDistributionPoint?
    /// Value of the extension.
    private(set) var authorityKeyIdentifier: ArraySlice<UInt8>?
    /// Value of freshestCRL (§5.2.6): where its delta list is.
    private(set) var freshest: ArraySlice<UInt8>?
    /// Value of authorityInfoAccess (§5.2.7): where its signer's certificate is.
    private(set) var access: ArraySlice<UInt8>?
    /// A critical extension that we do not know, of the list or of an entry.
    private(set) var unprocessed: Unprocessed?

    var isDelta: Bool { baseNumber != nil }
    var isIndirect: Bool { distributionPoint?.isIndirect ?? false }

    /// Bytes in one list; the largest public ones are about half of it, and a million entries fit.
    public static let byteLimit = 64 << 20
    /// RFC 5280 §5.2.3: "CRL verifiers MUST be able to handle CRLNumber values up to 20 octets."
    static let numberLimit = 20

    /// Reads DER or PEM. Throws `.malformed` when it is no list, `.overLimit` above `byteLimit`.
    public init(_ bytes: [UInt8]) throws(EvidenceError) {
        guard bytes.count <= Self.byteLimit else {
            throw .overLimit(field: "CertificateList", found: bytes.count, limit: Self.byteLimit)
        }
        let der = PEMText.isPEM(bytes) ? try PEMText.der(in: bytes, label: "X509 CRL") : bytes
        self = try EvidenceError.mapping { () throws(DERError) in try CertificateRevocationList(reading: der) }
    }

    /// `CertificateList`, §5.1, field by field. Unknown critical extensions do not stop reading; they are noted.
    private init(reading der: [UInt8]) throws(DERError) {
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
            guard try version.small("version") == 1 else { throw Self.malformed("version", version) }
            isVersion2 = true
        }
        // Both must name the same algorithm, or the one that is not signed could be exchanged (§5.1.1.2).
        let inner = try fields.take(DERElement.Tag.sequence, "signature")
        guard inner.encoded == algorithm else { throw Self.malformed("signature", inner) }
        issuer = try fields.take(DERElement.Tag.sequence, "issuer").encoded
        issuerName = try NormalisedName(der: issuer)
        thisUpdate = try EvidenceTime.inList(try fields.next("thisUpdate"), "thisUpdate")
        let hasNextUpdate = fields.nextTag == DERElement.Tag.utcTime || fields.nextTag == DERElement.Tag.generalizedTime
        nextUpdate = hasNextUpdate ? try EvidenceTime.inList(try fields.next("nextUpdate"), "nextUpdate") : nil
        let list = try fields.takeIfPresent(DERElement.Tag.sequence, "revokedCertificates")
        entries = try list.map { element throws(DERError) in try RevokedEntries(element, isVersion2: isVersion2) } ?? RevokedEntries()
        unprocessed = entries.unprocessed
        if let extensions = try fields.takeIfPresent(DERElement.Tag.constructed(0), "crlExtensions") {
            guard isVersion2 else { throw Self.malformed("crlExtensions", extensions) }
            for item in try ExtensionElement.list(in: extensions.content, "crlExtensions") { try take(item) }
        }
        try fields.end("tbsCertList")
        // Without indirectCRL nobody else's certificates can be on it, so the extension means something that we do not know.
        if entries.namesIssuers, !isIndirect {
            unprocessed = unprocessed ?? .criticalExtension("\(EvidenceIdentifier.certificateIssuer)")
        }
    }

    private mutating func take(_ item: ExtensionElement) throws(DERError) {
        if item.has(EvidenceIdentifier.listNumber) {
            number = try Self.number(item, "cRLNumber")
        } else if item.has(EvidenceIdentifier.deltaIndicator) {
            baseNumber = try Self.number(item, "BaseCRLNumber")
        } else if item.has(EvidenceIdentifier.issuingDistributionPoint) {
            distributionPoint = try IssuingDistributionPoint(der: item.value, issuer: issuer)
        } else if item.has(EvidenceIdentifier.authorityKeyIdentifier) {
            authorityKeyIdentifier = item.value
        } else if item.has(EvidenceIdentifier.freshestList) {
            freshest = item.value
        } else if item.has(EvidenceIdentifier.authorityInformationAccess) {
            access = item.value
        } else if item.isCritical {
            unprocessed = unprocessed ?? item.unprocessed
        }
    }

    private static func number(_ item: ExtensionElement, _ field: String) throws(DERError) -> [UInt8] {
        let element = try DERReader.single(DERElement.Tag.integer, in: item.value, field)
        let magnitude = try element.serial(field)
        guard let first = element.content.first, first < 0x80 else { throw malformed(field, element) }
        guard magnitude.count <= numberLimit else {
            throw DERError(.overLimit(found: magnitude.count, limit: numberLimit), field: field, offset: element.encoded.startIndex)
        }
        return Array(magnitude)
    }

    private static func malformed(_ field: String, _ element: DERElement) -> DERError {
        DERError(.malformed, field: field, offset: element.encoded.startIndex)
    }

    /// Octets of the key identifier in the list's authorityKeyIdentifier; nil when there is none.
    var signingKeyIdentifier: ArraySlice<UInt8>? {
        guard let authorityKeyIdentifier,
            var fields = try? DERReader.single(DERElement.Tag.sequence, in: authorityKeyIdentifier, "authorityKeyIdentifier").inside
        else { return nil }
        return (try? fields.takeIfPresent(DERElement.Tag.primitive(0), "keyIdentifier"))??.content
    }

    /// Big-endian numbers without leading zeros, by size.
    static func isLess(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count ? one.lexicographicallyPrecedes(other) : one.count < other.count
    }
}
