import SwiftASN1
import X509

/// A critical extension that is not processed forbids use of the certificate (RFC 5280 §4.2).
enum CriticalExtensionCheck {
    /// What this module processes. Certificate policies count because the initial set is any-policy and none is required; policy
    /// constraints, mappings and inhibitAnyPolicy are not processed yet, so they are refused when critical.
    private static let processed: Set<ASN1ObjectIdentifier> = [
        .X509ExtensionID.basicConstraints, .X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage, .X509ExtensionID.nameConstraints,
        .X509ExtensionID.subjectAlternativeName, .X509ExtensionID.authorityKeyIdentifier, .X509ExtensionID.subjectKeyIdentifier,
        .X509ExtensionID.authorityInformationAccess,
        [2, 5, 29, 32],  // certificatePolicies
        [2, 5, 29, 31],  // cRLDistributionPoints
        [2, 5, 29, 18],  // issuerAltName
    ]

    static func failures(_ certificate: Certificate) -> [PathFailure] {
        certificate.extensions.filter { $0.critical && !processed.contains($0.oid) }.map {
            .unknownCriticalExtension(oid: $0.oid.description)
        }
    }
}
