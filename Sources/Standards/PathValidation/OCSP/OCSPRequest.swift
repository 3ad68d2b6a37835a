import SwiftASN1

/// A question to a responder (RFC 6960 §4.1).
public struct OCSPRequest: Hashable, Sendable {
    public let identifiers: [OCSPCertID]
    public let nonce: [UInt8]?

    /// Identifiers in one request that a responder of ours answers.
    public static let limit = 32
    static let nonceIdentifier: [UInt8] = [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02]
    static let nonceOID: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 48, 1, 2]

    /// Asks about one certificate; returns DER.
    public static func make(for certificate: ParsedCertificate, issuer: ParsedCertificate, nonce: [UInt8]? = nil) throws -> [UInt8] {
        let identifier = try OCSPCertID(asking: CertificateParts(certificate), issuer: CertificateParts(issuer))
        var coder = DER.Serializer()
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            try coder.appendConstructedNode(identifier: .sequence) { coder in
                coder.appendConstructedNode(identifier: .sequence) { coder in
                    coder.appendConstructedNode(identifier: .sequence) { $0.serializeRawBytes(identifier.encoded) }
                }
                if let nonce { try coder.serializeNonce(nonce, tag: 2) }
            }
        }
        return coder.serializedBytes
    }

    public init(_ bytes: [UInt8]) throws(EvidenceError) {
        var outer = try DERReader.single(DERElement.Tag.sequence, in: bytes[...], "OCSPRequest").inside
        var fields = try outer.take(DERElement.Tag.sequence, "tbsRequest").inside
        _ = try fields.takeIfPresent(DERElement.Tag.constructed(0), "version")
        _ = try fields.takeIfPresent(DERElement.Tag.constructed(1), "requestorName")
        var list = try fields.take(DERElement.Tag.sequence, "requestList").inside
        var identifiers: [OCSPCertID] = []
        while !list.isAtEnd {
            guard identifiers.count < Self.limit else { throw .malformed(field: "requestList: more than \(Self.limit)") }
            var request = try list.take(DERElement.Tag.sequence, "request").inside
            identifiers.append(try OCSPCertID(try request.take(DERElement.Tag.sequence, "reqCert")))
        }
        guard !identifiers.isEmpty else { throw .malformed(field: "requestList") }
        var nonce: [UInt8]?
        if let extensions = try fields.takeIfPresent(DERElement.Tag.constructed(2), "requestExtensions") {
            nonce = try Self.nonce(in: extensions.content)
        }
        (self.identifiers, self.nonce) = (identifiers, nonce)
    }

    /// RFC 9654 §2.1: an OCTET STRING in the extension's; old clients left the inner one out.
    static func nonce(in extensions: ArraySlice<UInt8>) throws(EvidenceError) -> [UInt8]? {
        for item in try ExtensionElement.list(in: extensions, "extensions") where Array(item.identifier) == nonceIdentifier {
            let inner = try? DERReader.single(DERElement.Tag.octetString, in: item.value, "nonce")
            return Array(inner?.content ?? item.value)
        }
        return nil
    }
}

extension DER.Serializer {
    mutating func serializeNonce(_ nonce: [UInt8], tag: UInt) throws {
        try serialize(explicitlyTaggedWithTagNumber: tag, tagClass: .contextSpecific) { coder in
            try coder.appendConstructedNode(identifier: .sequence) { coder in
                var inner = DER.Serializer()
                try inner.serialize(ASN1OctetString(contentBytes: nonce[...]))
                try coder.serializeExtension(OCSPRequest.nonceOID, value: inner.serializedBytes)
            }
        }
    }
}
