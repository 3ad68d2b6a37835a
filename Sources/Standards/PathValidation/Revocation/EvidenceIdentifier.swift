import StrictDER

/// The object identifiers of lists, answers and of the certificates that sign them.
enum EvidenceIdentifier {
    // RFC 5280 §4.2
    static let keyUsage = ObjectIdentifier(2, 5, 29, 15)
    static let subjectAlternativeName = ObjectIdentifier(2, 5, 29, 17)
    static let basicConstraints = ObjectIdentifier(2, 5, 29, 19)
    static let distributionPoints = ObjectIdentifier(2, 5, 29, 31)
    static let certificatePolicies = ObjectIdentifier(2, 5, 29, 32)
    static let authorityKeyIdentifier = ObjectIdentifier(2, 5, 29, 35)
    static let subjectKeyIdentifier = ObjectIdentifier(2, 5, 29, 14)
    static let extendedKeyUsage = ObjectIdentifier(2, 5, 29, 37)
    static let freshestList = ObjectIdentifier(2, 5, 29, 46)
    static let authorityInformationAccess = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 1)
    static let issuersMethod = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 2)
    static let responderMethod = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1)

    // RFC 5280 §5.2 and §5.3
    static let listNumber = ObjectIdentifier(2, 5, 29, 20)
    static let deltaIndicator = ObjectIdentifier(2, 5, 29, 27)
    static let issuingDistributionPoint = ObjectIdentifier(2, 5, 29, 28)
    static let reasonCode = ObjectIdentifier(2, 5, 29, 21)
    static let holdInstruction = ObjectIdentifier(2, 5, 29, 23)
    static let invalidityDate = ObjectIdentifier(2, 5, 29, 24)
    static let certificateIssuer = ObjectIdentifier(2, 5, 29, 29)

    // RFC 6960 §4.2.1, §4.2.2.2 and §4.4
    static let basicResponse = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 1)
    static let nonce = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 2)
    static let listReferences = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 3)
    static let noCheck = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 5)
    static let archiveCutoff = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 6)
    static let extendedRevoke = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 48, 1, 9)
    /// RFC 6962 §3.3.
    static let certificateTimestamps = ObjectIdentifier(1, 3, 6, 1, 4, 1, 11_129, 2, 4, 5)
    static let ocspSigning = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 9)
}
