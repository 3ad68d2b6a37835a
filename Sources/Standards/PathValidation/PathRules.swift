import StrictDER

public import struct FoundationEssentials.Date

/// What a path must satisfy: the inputs of RFC 5280 §6.1.1 and what stands on top of them.
public struct PathRules: Hashable, Sendable {
    /// The moment for which validity is judged.
    public var at: Date
    public var purpose: PathPurpose
    public var usageStrictness = UsageStrictness.nested
    /// Usages that the end entity's keyUsage must allow, where it has one.
    public var keyUsage: KeyUsages = []
    public var anchors = AnchorRules.constrained
    public var profile = ConformanceProfile.pathValidation
    /// Rules of the profile that are not to count.
    public var waived: Set<ProfileRule> = []
    public var algorithms = AlgorithmRules.standard
    public var policies = PolicyRules.anything
    /// Certificates between end entity and anchor, self-issued ones not counted (RFC 5280 §6.1.2 (k)); nil: only the budget limits them.
    public var maximumIntermediates: Int?
    /// Whether name constraints apply to an end entity's common name that looks like a host and stands beside no dNSName or iPAddress. Off
    /// only where nobody will let a common name count.
    public var commonNameCounts = true
    /// Critical extensions (dotted identifiers) that the caller processes itself.
    public var processedExtensions: Set<String> = []

    public init(at: Date, purpose: PathPurpose = .serverAuthentication) { (self.at, self.purpose) = (at, purpose) }
}

/// What the end entity is to be used for.
public enum PathPurpose: Hashable, Sendable {
    case serverAuthentication
    case clientAuthentication
    /// The extended key usage with this dotted identifier.
    case usage(oid: String)
    /// No extended key usage is required.
    case any

    /// nil for `.any`.
    public var oid: String? {
        switch self {
        case .serverAuthentication: "1.3.6.1.5.5.7.3.1"
        case .clientAuthentication: "1.3.6.1.5.5.7.3.2"
        case .usage(let oid): oid
        case .any: nil
        }
    }
}

/// How extended key usages are read. With each, one that is there must allow the purpose, in every certificate below the anchor.
public enum UsageStrictness: Hashable, Sendable {
    /// Absent or anyExtendedKeyUsage allows everything (RFC 5280 §4.2.1.12).
    case nested
    /// The end entity must name its purpose, may not sign code, OCSP answers or time stamps, and may be no authority.
    case namedByEndEntity
    /// Also every authority below the anchor must name the purpose.
    case namedByAll
    /// Every certificate below the anchor names the purpose and nothing else.
    case exclusive
}

/// What of an anchor counts besides its name and key. RFC 5280 §6.1.1 (d) knows only these two; RFC 5937 lets the anchor's extensions count.
public struct AnchorRules: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// An anchor outside of its validity ends no path.
    public static let validity = AnchorRules(rawValue: 1)
    /// The anchor's extensions apply: constraints, usages, path length, policies, critical ones.
    public static let extensions = AnchorRules(rawValue: 2)
    /// An anchor of version 3 must say in basicConstraints that it is an authority.
    public static let basicConstraints = AnchorRules(rawValue: 4)

    /// Name and key, to the letter of RFC 5280.
    public static let nameAndKey: AnchorRules = []
    /// Everything that the anchor says about itself, as in Java and in browsers.
    public static let constrained: AnchorRules = [.validity, .extensions, .basicConstraints]
}

/// Rules on how certificates are made, on top of path validation (RFC 5280 §6).
public enum ConformanceProfile: String, Hashable, Sendable, CaseIterable {
    /// None: what path validation needs, and no more. Private authorities seldom keep all others.
    case pathValidation
    /// RFC 5280 §4: what "conforming CAs MUST".
    case rfc5280
    /// The above and the CA/Browser Forum's Baseline Requirements for TLS server certificates, §7.1, as far as a certificate shows them.
    case webPKI
}

/// Keys and hashes that are strong enough.
public struct AlgorithmRules: Hashable, Sendable {
    /// Bits. NIST SP 800-131A: RSA below 2048 bits is disallowed. Below 1024 no signature is verified whatever stands here.
    public var smallestRSA: Int
    /// SHA-1 signatures can be forged at a price.
    public var allowsInsecureSHA1: Bool

    public init(smallestRSA: Int = 2_048, allowsInsecureSHA1: Bool = false) {
        (self.smallestRSA, self.allowsInsecureSHA1) = (smallestRSA, allowsInsecureSHA1)
    }
    public static let standard = AlgorithmRules()
}
