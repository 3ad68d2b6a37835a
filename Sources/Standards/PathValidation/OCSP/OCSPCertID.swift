import Crypto
import StrictDER

/// Which certificate a request or an answer is about (RFC 6960 §4.1.1): hashes of its issuer's name and key, and its serial number.
public struct OCSPCertID: Hashable, Sendable {
    public enum Hash: Hashable, Sendable { case sha1, sha256, sha384, sha512 }
    /// nil for a hash that we do not compute: such an identifier matches nothing.
    public let hash: Hash?
    public let issuerNameHash: [UInt8]
    public let issuerKeyHash: [UInt8]
    /// Big-endian, without leading zeros.
    public let serial: [UInt8]
    /// INTEGER content without redundant octets.
    private let serialContent: [UInt8]
    let encoded: [UInt8]

    /// What an authority whose certificate is `issuer` is asked under.
    public func isIssued(by issuer: ParsedCertificate) -> Bool {
        (try? EvidenceCertificate(issuer)).map(names) ?? false
    }

    func matches(_ certificate: EvidenceCertificate, issuer: EvidenceCertificate) -> Bool {
        serialContent.elementsEqual(certificate.serial) && names(issuer)
    }

    private func names(_ issuer: EvidenceCertificate) -> Bool {
        guard let hash else { return false }
        return issuerNameHash == hash.digest(issuer.outline.subject) && issuerKeyHash == hash.digest(issuer.key)
    }

    /// RFC 5019 §2.1.1: SHA-1 here is an index, not a signature, and what every responder knows.
    init(asking certificate: EvidenceCertificate, issuer: EvidenceCertificate, hash: Hash) {
        self.hash = hash
        (issuerNameHash, issuerKeyHash) = (hash.digest(issuer.outline.subject), hash.digest(issuer.key))
        serialContent = Array(certificate.serial)
        serial = Array(certificate.serial.drop { $0 == 0 })
        encoded = DER.sequence(
            DER.sequence(DER.oid(hash.identifier), DER.null), DER.octets(issuerNameHash), DER.octets(issuerKeyHash),
            DER.element(DERElement.Tag.integer, serialContent))
    }

    init(_ element: DERElement) throws(DERError) {
        var fields = element.inside
        var algorithm = try fields.take(DERElement.Tag.sequence, "hashAlgorithm").inside
        let name = try algorithm.take(DERElement.Tag.objectIdentifier, "hashAlgorithm").content
        hash = algorithm.isNullOrNothing ? Hash(identifier: name) : nil
        issuerNameHash = Array(try fields.take(DERElement.Tag.octetString, "issuerNameHash").content)
        issuerKeyHash = Array(try fields.take(DERElement.Tag.octetString, "issuerKeyHash").content)
        let number = try fields.take(DERElement.Tag.integer, "serialNumber")
        serial = Array(try number.serial("serialNumber"))
        serialContent = Array(SerialNumber.canonical(number.content))
        try fields.end("certID")
        encoded = Array(element.encoded)
    }
}

extension OCSPCertID.Hash {
    var identifier: ObjectIdentifier {
        switch self {
        case .sha1: ObjectIdentifier(1, 3, 14, 3, 2, 26)
        case .sha256: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 1)
        case .sha384: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 2)
        case .sha512: ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 2, 3)
        }
    }

    fileprivate init?(identifier: ArraySlice<UInt8>) {
        guard let found = [Self.sha1, .sha256, .sha384, .sha512].first(where: { $0.identifier == identifier }) else { return nil }
        self = found
    }

    func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        switch self {
        case .sha1: Array(Insecure.SHA1.hash(data: bytes))
        case .sha256: Array(SHA256.hash(data: bytes))
        case .sha384: Array(SHA384.hash(data: bytes))
        case .sha512: Array(SHA512.hash(data: bytes))
        }
    }
}
