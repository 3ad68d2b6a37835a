import Crypto
import SwiftASN1

/// Which certificate a request or an answer is about (RFC 6960 §4.1.1): hashes of its issuer's name and key, and its serial number.
public struct OCSPCertID: Hashable, Sendable {
    public enum Hash: Hashable, Sendable { case sha1, sha256 }
    /// nil for a hash that we do not compute: such an identifier matches nothing.
    public let hash: Hash?
    public let issuerNameHash: [UInt8]
    public let issuerKeyHash: [UInt8]
    /// Big-endian, without leading zeros.
    public let serial: [UInt8]
    let encoded: [UInt8]

    /// What an authority whose certificate is `issuer` is asked under.
    public func isIssued(by issuer: ParsedCertificate) -> Bool {
        guard let hash, let parts = try? CertificateParts(issuer) else { return false }
        return issuerNameHash == Self.digest(parts.subject, hash) && issuerKeyHash == Self.digest(parts.key, hash)
    }

    func matches(_ certificate: CertificateParts, issuer: CertificateParts) -> Bool {
        guard let hash else { return false }
        return serial == Array(certificate.serial) && issuerNameHash == Self.digest(issuer.subject, hash)
            && issuerKeyHash == Self.digest(issuer.key, hash)
    }

    /// RFC 5019 §2.1.1: SHA-1 here is an index, not a signature, and what every responder knows.
    init(asking certificate: CertificateParts, issuer: CertificateParts) throws {
        (hash, serial) = (.sha1, Array(certificate.serial))
        (issuerNameHash, issuerKeyHash) = (Self.digest(issuer.subject, .sha1), Self.digest(issuer.key, .sha1))
        var coder = DER.Serializer()
        let (name, key) = (issuerNameHash, issuerKeyHash)
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            try coder.appendConstructedNode(identifier: .sequence) { coder in
                try coder.serialize([1, 3, 14, 3, 2, 26] as ASN1ObjectIdentifier)
                try coder.serialize(ASN1Null())
            }
            try coder.serialize(ASN1OctetString(contentBytes: name[...]))
            try coder.serialize(ASN1OctetString(contentBytes: key[...]))
            try coder.serialize(certificate.serial)
        }
        encoded = coder.serializedBytes
    }

    init(_ element: DERElement) throws(EvidenceError) {
        var fields = element.inside
        var algorithm = try fields.take(DERElement.Tag.sequence, "hashAlgorithm").inside
        switch Array(try algorithm.take(DERElement.Tag.objectIdentifier, "hashAlgorithm").content) {
        case [0x2B, 0x0E, 0x03, 0x02, 0x1A]: hash = .sha1
        case [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]: hash = .sha256
        default: hash = nil
        }
        issuerNameHash = Array(try fields.take(DERElement.Tag.octetString, "issuerNameHash").content)
        issuerKeyHash = Array(try fields.take(DERElement.Tag.octetString, "issuerKeyHash").content)
        serial = Array(try fields.take(DERElement.Tag.integer, "serialNumber").serial("serialNumber"))
        try fields.end("certID")
        encoded = Array(element.encoded)
    }

    static func digest(_ bytes: ArraySlice<UInt8>, _ hash: Hash) -> [UInt8] {
        switch hash {
        case .sha1: Array(Insecure.SHA1.hash(data: bytes))
        case .sha256: Array(SHA256.hash(data: bytes))
        }
    }
}
