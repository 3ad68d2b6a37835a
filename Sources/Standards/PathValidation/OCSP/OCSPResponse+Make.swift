import StrictDER
public import X509

public import struct FoundationEssentials.Date

extension OCSPResponse {
    /// An answer of our own, signed with the issuer's key or a delegate's, the responder named by its key. Returns DER.
    /// - Parameter certificates: sent along: the delegate's own; none when the issuer signs.
    public static func make(
        _ statuses: [(identifier: OCSPCertID, status: CertificateStatus)], signer: ParsedCertificate, privateKey: Certificate.PrivateKey,
        producedAt: Date, nextUpdate: Date?, nonce: [UInt8]? = nil, certificates: [ParsedCertificate] = []
    ) throws -> [UInt8] {
        let maker = try Signer(privateKey)
        let keyHash = OCSPCertID.Hash.sha1.digest(try EvidenceCertificate(signer).key)
        let singles = statuses.map { single($0.identifier, $0.status, thisUpdate: producedAt, nextUpdate: nextUpdate) }
        let data = DER.sequence(
            DER.explicit(2, DER.octets(keyHash)), EvidenceTime.generalized(producedAt), DER.sequence(singles),
            nonce.map { DER.explicit(1, DER.sequence(OCSPRequest.nonceExtension($0))) } ?? [])
        let sent = certificates.isEmpty ? [] : DER.explicit(0, DER.sequence(certificates.map(\.der)))
        let basic = try maker.seal(data, more: sent)
        return DER.sequence(
            [DERElement.Tag.enumerated, 1, 0],
            DER.explicit(0, DER.sequence(DER.oid(EvidenceIdentifier.basicResponse), DER.octets(basic))))
    }

    /// An answer that says only that there is none; it is not signed.
    public static func error(_ status: ErrorStatus) -> [UInt8] {
        [DERElement.Tag.sequence, 3, DERElement.Tag.enumerated, 1, UInt8(status.rawValue)]
    }

    private static func single(_ identifier: OCSPCertID, _ status: CertificateStatus, thisUpdate: Date, nextUpdate: Date?) -> [UInt8] {
        let choice: [UInt8] =
            switch status {
            case .good: [DERElement.Tag.primitive(0), 0]
            case .unknown: [DERElement.Tag.primitive(2), 0]
            case .revoked(let moment, let reason):
                DER.explicit(
                    1,
                    EvidenceTime.generalized(moment)
                        + (reason.map { DER.explicit(0, [DERElement.Tag.enumerated, 1, UInt8($0.rawValue)]) } ?? []))
            }
        return DER.sequence(
            identifier.encoded, choice, EvidenceTime.generalized(thisUpdate),
            nextUpdate.map { DER.explicit(0, EvidenceTime.generalized($0)) } ?? [])
    }
}
