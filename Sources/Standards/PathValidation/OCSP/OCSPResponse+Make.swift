import SwiftASN1
public import X509

public import struct Foundation.Date

extension OCSPResponse {
    /// An answer of our own, signed with the issuer's key or a delegate's, the responder named by its key. Returns DER.
    /// - Parameter certificates: sent along: the delegate's own; none when the issuer signs.
    public static func make(
        _ statuses: [(identifier: OCSPCertID, status: CertificateStatus)], signer: ParsedCertificate, privateKey: Certificate.PrivateKey,
        producedAt: Date, nextUpdate: Date?, nonce: [UInt8]? = nil, certificates: [ParsedCertificate] = []
    ) throws -> [UInt8] {
        let maker = try Signer(privateKey)
        let keyHash = OCSPCertID.digest(try CertificateParts(signer).key, .sha1)
        var data = DER.Serializer()
        try data.appendConstructedNode(identifier: .sequence) { coder in
            try coder.serialize(explicitlyTaggedWithTagNumber: 2, tagClass: .contextSpecific) { coder in
                try coder.serialize(ASN1OctetString(contentBytes: keyHash[...]))
            }
            try coder.serialize(DERTime.generalized(producedAt))
            try coder.appendConstructedNode(identifier: .sequence) { coder in
                for (identifier, status) in statuses {
                    try serialize(identifier, status, thisUpdate: producedAt, nextUpdate: nextUpdate, into: &coder)
                }
            }
            if let nonce { try coder.serializeNonce(nonce, tag: 1) }
        }
        let basic = try maker.seal(data.serializedBytes) { coder in
            guard !certificates.isEmpty else { return }
            coder.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) { coder in
                coder.appendConstructedNode(identifier: .sequence) { coder in
                    for certificate in certificates { coder.serializeRawBytes(certificate.der) }
                }
            }
        }
        var coder = DER.Serializer()
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            coder.serializeRawBytes([DERElement.Tag.enumerated, 1, 0])
            try coder.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) { coder in
                try coder.appendConstructedNode(identifier: .sequence) { coder in
                    try coder.serialize([1, 3, 6, 1, 5, 5, 7, 48, 1, 1] as ASN1ObjectIdentifier)
                    try coder.serialize(ASN1OctetString(contentBytes: basic[...]))
                }
            }
        }
        return coder.serializedBytes
    }

    /// An answer that says only that there is none; it is not signed.
    public static func error(_ status: ErrorStatus) -> [UInt8] {
        [DERElement.Tag.sequence, 3, DERElement.Tag.enumerated, 1, UInt8(status.rawValue)]
    }

    private static func serialize(
        _ identifier: OCSPCertID, _ status: CertificateStatus, thisUpdate: Date, nextUpdate: Date?, into coder: inout DER.Serializer
    ) throws {
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            coder.serializeRawBytes(identifier.encoded)
            switch status {
            case .good: coder.serializeRawBytes([DERElement.Tag.primitive(0), 0])
            case .unknown: coder.serializeRawBytes([DERElement.Tag.primitive(2), 0])
            case .revoked(let moment, let reason):
                try coder.appendConstructedNode(identifier: ASN1Identifier(tagWithNumber: 1, tagClass: .contextSpecific)) { coder in
                    try coder.serialize(DERTime.generalized(moment))
                    if let reason {
                        coder.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) { coder in
                            coder.serializeRawBytes([DERElement.Tag.enumerated, 1, UInt8(reason.rawValue)])
                        }
                    }
                }
            }
            try coder.serialize(DERTime.generalized(thisUpdate))
            if let nextUpdate {
                try coder.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) { coder in
                    try coder.serialize(DERTime.generalized(nextUpdate))
                }
            }
        }
    }
}
