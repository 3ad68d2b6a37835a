public import X509

public import struct Foundation.Date

/// A complete list of revoked certificates (RFC 5280 §5). Reading it proves nothing: `judge` also checks who signed it, and when.
public struct CertificateRevocationList: Sendable {
    /// One certificate on the list.
    public struct Entry: Hashable, Sendable {
        public var revoked: Date
        /// nil when the list gives none.
        public var reason: RevocationReason?
    }

    public let der: [UInt8]
    public let issuer: DistinguishedName
    public let thisUpdate: Date
    public let nextUpdate: Date?
    /// cRLNumber, big-endian; nil when there is none.
    public let number: [UInt8]?
    /// How many certificates it lists.
    public var count: Int { entries.count }

    /// What keeps us from using this list though it can be read: a critical extension we do not know, a delta or an indirect list.
    public let unsupported: String?
    let distributionPoint: IssuingDistributionPoint?
    let signature: SignedBytes
    /// By serial number without leading zeros; the keys share the list's bytes.
    let entries: [ArraySlice<UInt8>: Entry]

    /// Bytes in one list; the largest public ones are about half of it.
    public static let byteLimit = 64 << 20

    /// Reads DER or PEM. Throws `.malformed` when it is no list, `.overLimit` above `byteLimit`.
    public init(_ bytes: [UInt8]) throws(EvidenceError) {
        guard bytes.count <= Self.byteLimit else { throw .overLimit(bytes: bytes.count, limit: Self.byteLimit) }
        try self.init(fields: CRLFields(PEMText.isPEM(bytes) ? PEMText.der(in: bytes, label: "X509 CRL") : bytes))
    }

    private init(fields: CRLFields) {
        (der, issuer, thisUpdate, nextUpdate) = (fields.der, fields.issuer, fields.thisUpdate, fields.nextUpdate)
        (number, unsupported, distributionPoint) = (fields.number, fields.unsupported, fields.distributionPoint)
        (signature, entries) = (fields.signature, fields.entries)
    }

    /// The entry for a serial number, big-endian; leading zeros do not matter.
    public func entry(serial: some Collection<UInt8>) -> Entry? { entries[ArraySlice(serial.drop { $0 == 0 })] }
}
