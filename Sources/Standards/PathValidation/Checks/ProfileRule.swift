/// Rules for how certificates are made. Path validation does not need them; a profile may ask for them.
public enum ProfileRule: String, Hashable, Sendable, CaseIterable {
    // RFC 5280 §4
    case serialNumberNotPositive, serialNumberTooLong
    case authorityWithoutSubject, issuerEmpty
    case authorityKeyIdentifierMissing, authorityKeyIdentifierCritical
    case subjectKeyIdentifierMissing, subjectKeyIdentifierCritical
    case authorityInfoAccessCritical
    case basicConstraintsMissing, basicConstraintsNotCritical
    /// keyCertSign and cA do not go together.
    case keyUsageInconsistent
    case nameConstraintsNotCritical, nameConstraintsInEndEntity, nameConstraintsLeadingPeriod
    case policyConstraintsNotCritical, inhibitAnyPolicyNotCritical
    case alternativeNamesMissing, alternativeNamesNotCritical
    /// A dNSName that is not in preferred name syntax (RFC 1034 §3.5), or an address.
    case alternativeNameMalformed
    // Baseline Requirements §7.1
    case versionNot3
    case endEntityIsAuthority
    case extendedKeyUsageMissing, extendedKeyUsageAny, extendedKeyUsageCritical, extendedKeyUsageInRoot
    case authorityKeyIdentifierNamesCertificate, authorityKeyIdentifierMismatch
    case alternativeNamesCritical
    case commonNameNotAlternativeName
    case wildcardOfTopLevelDomain
    case keyNotPermitted, keySizeNotMultipleOf8

    /// The dotted identifier of the extension that the rule is about; nil when it is none.
    var extensionOID: String? {
        switch self {
        case .authorityKeyIdentifierMissing, .authorityKeyIdentifierCritical, .authorityKeyIdentifierNamesCertificate,
            .authorityKeyIdentifierMismatch:
            "2.5.29.35"
        case .subjectKeyIdentifierMissing, .subjectKeyIdentifierCritical: "2.5.29.14"
        case .authorityInfoAccessCritical: "1.3.6.1.5.5.7.1.1"
        case .basicConstraintsMissing, .basicConstraintsNotCritical, .endEntityIsAuthority: "2.5.29.19"
        case .keyUsageInconsistent: "2.5.29.15"
        case .nameConstraintsNotCritical, .nameConstraintsInEndEntity, .nameConstraintsLeadingPeriod: "2.5.29.30"
        case .policyConstraintsNotCritical: "2.5.29.36"
        case .inhibitAnyPolicyNotCritical: "2.5.29.54"
        case .alternativeNamesMissing, .alternativeNamesNotCritical, .alternativeNamesCritical, .alternativeNameMalformed,
            .commonNameNotAlternativeName, .wildcardOfTopLevelDomain:
            "2.5.29.17"
        case .extendedKeyUsageMissing, .extendedKeyUsageAny, .extendedKeyUsageCritical, .extendedKeyUsageInRoot: "2.5.29.37"
        case .serialNumberNotPositive, .serialNumberTooLong, .authorityWithoutSubject, .issuerEmpty, .versionNot3, .keyNotPermitted,
            .keySizeNotMultipleOf8:
            nil
        }
    }

    /// Where the rule stands.
    public var source: String {
        switch self {
        case .serialNumberNotPositive, .serialNumberTooLong: "RFC 5280 §4.1.2.2"
        case .issuerEmpty: "RFC 5280 §4.1.2.4"
        case .authorityWithoutSubject: "RFC 5280 §4.1.2.6"
        case .authorityKeyIdentifierMissing, .authorityKeyIdentifierCritical: "RFC 5280 §4.2.1.1"
        case .subjectKeyIdentifierMissing, .subjectKeyIdentifierCritical: "RFC 5280 §4.2.1.2"
        case .keyUsageInconsistent: "RFC 5280 §4.2.1.3"
        case .alternativeNamesMissing, .alternativeNamesNotCritical, .alternativeNameMalformed: "RFC 5280 §4.2.1.6"
        case .basicConstraintsMissing, .basicConstraintsNotCritical: "RFC 5280 §4.2.1.9"
        case .nameConstraintsNotCritical, .nameConstraintsInEndEntity, .nameConstraintsLeadingPeriod: "RFC 5280 §4.2.1.10"
        case .policyConstraintsNotCritical: "RFC 5280 §4.2.1.11"
        case .inhibitAnyPolicyNotCritical: "RFC 5280 §4.2.1.14"
        case .authorityInfoAccessCritical: "RFC 5280 §4.2.2.1"
        case .versionNot3: "Baseline Requirements §7.1.1"
        case .authorityKeyIdentifierNamesCertificate, .authorityKeyIdentifierMismatch: "Baseline Requirements §7.1.2.1.3"
        case .extendedKeyUsageInRoot: "Baseline Requirements §7.1.2.1.2"
        case .endEntityIsAuthority: "Baseline Requirements §7.1.2.7.8"
        case .extendedKeyUsageMissing, .extendedKeyUsageAny, .extendedKeyUsageCritical: "Baseline Requirements §7.1.2.7.10"
        case .alternativeNamesCritical, .wildcardOfTopLevelDomain: "Baseline Requirements §7.1.2.7.12"
        case .commonNameNotAlternativeName: "Baseline Requirements §7.1.4.3"
        case .keyNotPermitted, .keySizeNotMultipleOf8: "Baseline Requirements §6.1.5"
        }
    }
}
