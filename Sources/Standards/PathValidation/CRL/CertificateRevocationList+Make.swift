import SwiftASN1
public import X509

public import struct Foundation.Date

extension CertificateRevocationList {
    /// Makes a complete list (version 2, with authorityKeyIdentifier and cRLNumber), signed with the issuer's key; returns its DER.
    /// Throws `.cannotSign` for keys that cannot sign, and the key's own error.
    /// - Parameter revoked: serial numbers big-endian, in the order in which they are to stand.
    public static func make(
        issuer: Certificate, privateKey: Certificate.PrivateKey, number: Int, thisUpdate: Date, nextUpdate: Date,
        revoked: [(serial: [UInt8], at: Date, reason: RevocationReason?)]
    ) throws -> [UInt8] {
        let signer = try Signer(privateKey)
        var coder = DER.Serializer()
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            try coder.serialize(1)
            try signer.serializeAlgorithm(into: &coder)
            try coder.serialize(issuer.subject)
            try DERTime.serialize(thisUpdate, into: &coder)
            try DERTime.serialize(nextUpdate, into: &coder)
            // An empty list is left out (RFC 5280 §5.1.2.6).
            if !revoked.isEmpty {
                try coder.appendConstructedNode(identifier: .sequence) { coder in
                    for entry in revoked { try serialize(entry, into: &coder) }
                }
            }
            try coder.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) { coder in
                try coder.appendConstructedNode(identifier: .sequence) { coder in
                    try serializeExtensions(of: issuer, number: number, into: &coder)
                }
            }
        }
        return try signer.seal(coder.serializedBytes)
    }

    private static func serialize(
        _ entry: (serial: [UInt8], at: Date, reason: RevocationReason?), into coder: inout DER.Serializer
    ) throws {
        try coder.appendConstructedNode(identifier: .sequence) { coder in
            try coder.serialize(ArraySlice(entry.serial.drop { $0 == 0 }))
            try DERTime.serialize(entry.at, into: &coder)
            // "The reason code CRL entry extension SHOULD be absent instead of using the unspecified (0) reasonCode value", §5.3.1.
            if let reason = entry.reason, reason != .unspecified {
                try coder.appendConstructedNode(identifier: .sequence) { coder in
                    try coder.serializeExtension([2, 5, 29, 21], value: [DERElement.Tag.enumerated, 1, UInt8(reason.rawValue)])
                }
            }
        }
    }

    private static func serializeExtensions(of issuer: Certificate, number: Int, into coder: inout DER.Serializer) throws {
        let key = try issuer.extensions.subjectKeyIdentifier ?? SubjectKeyIdentifier(hash: issuer.publicKey)
        let authority = try Certificate.Extension(AuthorityKeyIdentifier(keyIdentifier: key.keyIdentifier), critical: false)
        try coder.serializeExtension(authority.oid, value: Array(authority.value))
        var value = DER.Serializer()
        try value.serialize(number)
        try coder.serializeExtension([2, 5, 29, 20], value: value.serializedBytes)
    }
}
