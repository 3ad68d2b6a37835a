public import struct FoundationEssentials.Date

/// Why a certificate cannot stand in a path (RFC 5280 §6.1). A closed list: `Diagnosis` explains every case.
public enum PathFailure: Error, Hashable, Sendable {
    /// The bytes are not a certificate that we can read; `reason` is a field and where it lies.
    case malformed(reason: String)
    /// This extension cannot be read, is there twice, or stands in a certificate that may have none.
    case malformedExtension(oid: String)
    /// Nothing presented, stored or fetched is the issuer. `authorityKeyIdentifier` in lower-case hexadecimal.
    case issuerNotFound(issuer: String, authorityKeyIdentifier: String?, fetchURLs: [String])
    /// The path ends in a self-signed CA certificate that is no trust anchor.
    case rootNotTrusted(subject: String)
    /// The end-entity certificate is its own issuer and no trust anchor.
    case selfSignedNotTrusted
    /// It was named as not to be trusted.
    case distrusted
    case expired(since: Date)
    case notYetValid(until: Date)
    case badSignature
    case notACertificateAuthority
    /// pathLenConstraint, or the caller's limit at the anchor; self-issued certificates are not counted.
    case pathLengthExceeded(limit: Int, found: Int)
    /// keyUsage is there and leaves this out; names of RFC 5280 §4.2.1.3.
    case keyUsage(required: String)
    /// Dotted identifiers, or their names for TLS: `serverAuth`, `clientAuth`, `anyExtendedKeyUsage`.
    case extendedKeyUsage(required: String, found: [String])
    /// This extended key usage may not stand beside the one required.
    case extendedKeyUsageExcluded(String)
    case nameConstraint(name: String, constraint: String)
    /// No policy of the acceptable ones (dotted identifiers; empty: any) is valid for the path, and one is required.
    case noValidPolicy(acceptable: [String])
    /// policyMappings from or to anyPolicy.
    case policyMappingOfAnyPolicy
    case unknownCriticalExtension(oid: String)
    /// Key too small or hash too weak: `RSA-1024` where `RSA-2048` is required, `SHA-1` where `SHA-256` is.
    case weakAlgorithm(String, required: String)
    /// A signature algorithm or a kind of key that we do not verify with.
    case signatureAlgorithmUnsupported(oid: String)
    /// A rule of the profile that was asked for.
    case profile(ProfileRule)
    /// Work limit reached before an answer was found.
    case budgetExhausted(String)

    /// The dotted identifier of the extension that is at fault; nil when it is none.
    public var extensionOID: String? {
        switch self {
        case .malformedExtension(let oid), .unknownCriticalExtension(let oid): oid
        case .notACertificateAuthority, .pathLengthExceeded: "2.5.29.19"
        case .keyUsage: "2.5.29.15"
        case .extendedKeyUsage, .extendedKeyUsageExcluded: "2.5.29.37"
        case .nameConstraint: "2.5.29.30"
        case .noValidPolicy: "2.5.29.32"
        case .policyMappingOfAnyPolicy: "2.5.29.33"
        case .profile(let rule): rule.extensionOID
        case .malformed, .issuerNotFound, .rootNotTrusted, .selfSignedNotTrusted, .distrusted, .expired, .notYetValid, .badSignature,
            .weakAlgorithm, .signatureAlgorithmUnsupported, .budgetExhausted:
            nil
        }
    }
}

/// One objection, and the certificate of the path that it concerns (0 is the end entity).
public struct PathDefect: Hashable, Sendable {
    public var failure: PathFailure
    public var index: Int
    public init(_ failure: PathFailure, at index: Int) { (self.failure, self.index) = (failure, index) }
}

/// A path that was tried: end entity first, anchor last when one was reached.
public struct CandidatePath: Hashable, Sendable {
    public var certificates: [ParsedCertificate]
    /// Whether the last certificate is a trust anchor.
    public var isAnchored: Bool
    public var defects: [PathDefect]
    public var isValid: Bool { isAnchored && defects.isEmpty }
    public init(certificates: [ParsedCertificate], isAnchored: Bool, defects: [PathDefect]) {
        (self.certificates, self.isAnchored, self.defects) = (certificates, isAnchored, defects)
    }
}

/// What path building found: never empty, best first. A valid path, if there is one, stands first.
public struct PathOutcome: Hashable, Sendable {
    public var candidates: [CandidatePath]
    /// Certificates that were fetched over AIA because the peer did not send them.
    public var fetched: [ParsedCertificate]
    public var best: CandidatePath { candidates[0] }
    public var isValid: Bool { best.isValid }
    public init(candidates: [CandidatePath], fetched: [ParsedCertificate] = []) { (self.candidates, self.fetched) = (candidates, fetched) }
}

/// What comparing the certificate's names with the host asked for gave (RFC 9525).
public enum NameOutcome: Hashable, Sendable {
    case matched(by: String)
    /// Nothing in the SAN matches. `nearest` is the closest entry.
    case mismatch(names: [String], nearest: String?)
    /// No DNS name or address in a SAN; the common name would have matched.
    case commonNameOnly(String)
    /// No SAN, and no common name that matches.
    case noNames(commonName: String?)
    /// The host is an IP address and no iPAddress entry has it.
    case addressNotListed(names: [String])
    /// A wildcard covers the domain but stands for one label only.
    case wildcardTooWide(pattern: String)
    public var isMatch: Bool { if case .matched = self { true } else { false } }
}
