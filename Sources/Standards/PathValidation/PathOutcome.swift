public import struct Foundation.Date

/// Why a certificate cannot stand in a path (RFC 5280 §6.1). A closed list: `Diagnosis` explains every case.
public enum PathFailure: Error, Hashable, Sendable {
    /// The bytes are not a certificate that we can read.
    case malformed(reason: String)
    /// Nothing presented, stored or fetched is the issuer. `authorityKeyIdentifier` in lower-case hexadecimal.
    case issuerNotFound(issuer: String, authorityKeyIdentifier: String?, fetchURLs: [String])
    /// The path ends in a self-signed CA certificate that is no trust anchor.
    case rootNotTrusted(subject: String)
    /// The end-entity certificate is its own issuer and no trust anchor.
    case selfSignedNotTrusted
    case expired(since: Date)
    case notYetValid(until: Date)
    case badSignature
    case notACertificateAuthority
    case pathLengthExceeded(limit: Int, found: Int)
    /// A CA without keyCertSign, or another usage missing.
    case keyUsage(required: String)
    case extendedKeyUsage(required: String, found: [String])
    case nameConstraint(name: String, constraint: String)
    case unknownCriticalExtension(oid: String)
    /// Key too small or hash too weak.
    case weakAlgorithm(String, required: String)
    case signatureAlgorithmUnsupported(oid: String)
    /// Work limit reached before an answer was found.
    case budgetExhausted(String)
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
