import Crypto
import StrictDER
import SwiftASN1
public import X509

public import struct FoundationEssentials.Date

extension CertificateRevocationList {
    /// Makes a complete list (version 2, with authorityKeyIdentifier and cRLNumber), signed with the issuer's key; returns its DER.
    /// Throws `.cannotSign` for keys that cannot sign, and the key's own error.
    /// - Parameter revoked: serial numbers big-endian, in the order in which they are to stand.
    public static func make(
        issuer: Certificate, privateKey: Certificate.PrivateKey, number: Int, thisUpdate: Date, nextUpdate: Date,
        revoked: [(serial: [UInt8], at: Date, reason: RevocationReason?)]
    ) throws -> [UInt8] {
        var coder = SwiftASN1.DER.Serializer()
        try coder.serialize(issuer)
        let authority = try EvidenceCertificate(CertificateOutline(der: coder.serializedBytes[...]))
        let signer = try Signer(privateKey)
        let keyIdentifier = authority.outline.subjectKeyIdentifier.map { Array($0) } ?? OCSPCertID.Hash.sha1.digest(authority.key)
        let extensions = [
            extensionDER(
                EvidenceIdentifier.authorityKeyIdentifier,
                value: StrictDER.DER.sequence(StrictDER.DER.element(DERElement.Tag.primitive(0), keyIdentifier))),
            extensionDER(EvidenceIdentifier.listNumber, value: StrictDER.DER.integer(number)),
        ]
        let list = StrictDER.DER.sequence(
            StrictDER.DER.integer(1), signer.algorithm, Array(authority.outline.subject), time(thisUpdate), time(nextUpdate),
            // An empty list is left out (RFC 5280 §5.1.2.6).
            revoked.isEmpty ? [] : StrictDER.DER.sequence(revoked.map(entry)),
            StrictDER.DER.explicit(0, StrictDER.DER.sequence(extensions)))
        return try signer.seal(list)
    }

    private static func time(_ date: Date) -> [UInt8] { DERTime.certificate(seconds: EvidenceTime.seconds(date)) }

    private static func entry(_ entry: (serial: [UInt8], at: Date, reason: RevocationReason?)) -> [UInt8] {
        let magnitude = Array(entry.serial.drop { $0 == 0 })
        let serial = magnitude.first.map { $0 < 0x80 } ?? false ? magnitude : [0] + magnitude
        // "The reason code CRL entry extension SHOULD be absent instead of using the unspecified (0) reasonCode value", §5.3.1.
        let reason = entry.reason.flatMap { $0 == .unspecified ? nil : $0 }
        return StrictDER.DER.sequence(
            StrictDER.DER.element(DERElement.Tag.integer, serial), time(entry.at),
            reason.map {
                StrictDER.DER.sequence(
                    extensionDER(EvidenceIdentifier.reasonCode, value: [DERElement.Tag.enumerated, 1, UInt8($0.rawValue)]))
            } ?? [])
    }
}
