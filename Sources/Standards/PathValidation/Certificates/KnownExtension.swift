import StrictDER

/// The extensions that this module processes, each with a bit for "is there" and "is critical".
struct KnownExtensions: OptionSet, Hashable, Sendable {
    let rawValue: UInt32

    static let subjectKeyIdentifier = KnownExtensions(rawValue: 1 << 0)
    static let keyUsage = KnownExtensions(rawValue: 1 << 1)
    static let subjectAltName = KnownExtensions(rawValue: 1 << 2)
    static let issuerAltName = KnownExtensions(rawValue: 1 << 3)
    static let basicConstraints = KnownExtensions(rawValue: 1 << 4)
    static let nameConstraints = KnownExtensions(rawValue: 1 << 5)
    static let distributionPoints = KnownExtensions(rawValue: 1 << 6)
    static let certificatePolicies = KnownExtensions(rawValue: 1 << 7)
    static let policyMappings = KnownExtensions(rawValue: 1 << 8)
    static let authorityKeyIdentifier = KnownExtensions(rawValue: 1 << 9)
    static let policyConstraints = KnownExtensions(rawValue: 1 << 10)
    static let extendedKeyUsage = KnownExtensions(rawValue: 1 << 11)
    static let freshestCRL = KnownExtensions(rawValue: 1 << 12)
    static let inhibitAnyPolicy = KnownExtensions(rawValue: 1 << 13)
    static let authorityInfoAccess = KnownExtensions(rawValue: 1 << 14)

    /// The one with this identifier (content octets); empty for all others.
    init(identifier: ArraySlice<UInt8>) {
        let first = identifier.startIndex
        if identifier.count == 3, identifier[first] == 0x55, identifier[first + 1] == 0x1D {
            self = Self.arc(identifier[first + 2])
        } else {
            self = identifier.elementsEqual(Self.authorityInfoAccessIdentifier) ? .authorityInfoAccess : []
        }
    }

    init(rawValue: UInt32) { self.rawValue = rawValue }

    /// 2.5.29.n, RFC 5280 §4.2.1.
    private static func arc(_ number: UInt8) -> KnownExtensions {
        switch number {
        case 14: .subjectKeyIdentifier
        case 15: .keyUsage
        case 17: .subjectAltName
        case 18: .issuerAltName
        case 19: .basicConstraints
        case 30: .nameConstraints
        case 31: .distributionPoints
        case 32: .certificatePolicies
        case 33: .policyMappings
        case 35: .authorityKeyIdentifier
        case 36: .policyConstraints
        case 37: .extendedKeyUsage
        case 46: .freshestCRL
        case 54: .inhibitAnyPolicy
        default: []
        }
    }

    /// 1.3.6.1.5.5.7.1.1, RFC 5280 §4.2.2.1.
    private static let authorityInfoAccessIdentifier: [UInt8] = [0x2B, 6, 1, 5, 5, 7, 1, 1]
}
