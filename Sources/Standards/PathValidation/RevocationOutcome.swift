public import struct Foundation.Date

/// What could be learnt about one certificate of a path.
public struct RevocationOutcome: Hashable, Sendable {
    public enum Status: Hashable, Sendable {
        case good(RevocationProof)
        case revoked(RevocationProof, at: Date, reason: RevocationReason?)
        /// Never empty: what was tried and why it gave nothing.
        case unknown([RevocationObstacle])
    }
    public var certificate: ParsedCertificate
    public var status: Status
    public init(certificate: ParsedCertificate, status: Status) { (self.certificate, self.status) = (certificate, status) }
}

/// Signed evidence that decided.
public struct RevocationProof: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable { case ocsp, crl }
    public var kind: Kind
    public var source: String
    public var thisUpdate: Date
    public var nextUpdate: Date?
    /// When the answer was signed; nil for a list.
    public var producedAt: Date?
    public var signer: EvidenceSigner
    public init(
        kind: Kind, source: String, thisUpdate: Date, nextUpdate: Date?, producedAt: Date? = nil, signer: EvidenceSigner = .issuer
    ) {
        (self.kind, self.source, self.thisUpdate, self.nextUpdate) = (kind, source, thisUpdate, nextUpdate)
        (self.producedAt, self.signer) = (producedAt, signer)
    }
}

/// Who vouches for evidence.
public enum EvidenceSigner: Hashable, Sendable {
    /// The authority that issued the certificate: the one of the path, or the same name with another key.
    case issuer
    /// A responder that the issuer authorised (RFC 6960 §4.2.2.2). `isExemptFromChecks`: it bears id-pkix-ocsp-nocheck; of others the status
    /// is not asked either, but could be.
    case delegate(subject: String, sha256: String, isExemptFromChecks: Bool)
    /// Somebody else whom the certificate names as cRLIssuer (RFC 5280 §4.2.1.13).
    case listIssuer(subject: String, sha256: String)
}

/// CRLReason, RFC 5280 §5.3.1.
public enum RevocationReason: Int, Hashable, Sendable {
    case unspecified = 0, keyCompromise = 1, cACompromise = 2, affiliationChanged = 3, superseded = 4, cessationOfOperation = 5
    case certificateHold = 6, removeFromCRL = 8, privilegeWithdrawn = 9, aACompromise = 10
}

/// Why a source gave no usable answer. A closed list: `Diagnosis` explains every case.
public enum RevocationObstacle: Hashable, Sendable {
    /// The certificate names neither responder nor list.
    case noSource
    /// The issuer's certificate, needed to ask and to verify, is neither sent nor stored.
    case issuerMissing
    case unreachable(RevocationProof.Kind, url: String, FetchFailure)
    /// An HTTP status instead of an answer; `via` names the proxy that says so, if one does.
    case httpStatus(RevocationProof.Kind, url: String, status: Int, via: String?)
    /// HTML or other bytes. `beginning` is printable ASCII, at most 80 characters.
    case notAnAnswer(RevocationProof.Kind, url: String, beginning: String)
    /// OCSP error status (`tryLater`, `unauthorized` …) or certificate status `unknown`.
    case statusUnknown(url: String, String)
    case stale(RevocationProof.Kind, url: String, nextUpdate: Date?)
    case notYetValid(RevocationProof.Kind, url: String, thisUpdate: Date)
    case signerNotAuthorised(RevocationProof.Kind, url: String)
    case badSignature(RevocationProof.Kind, url: String)
    /// A critical extension, or a form of list, that we do not understand.
    case unsupported(RevocationProof.Kind, url: String, String)
    /// The answer is about another certificate, or the list's scope leaves this one out.
    case outOfScope(RevocationProof.Kind, url: String)
    /// "MUST NOT use that CRL to determine the status of certificates", RFC 5280 §5.2; the same for answers, RFC 6960 §4.4. `oid` in dots.
    case unknownCriticalExtension(RevocationProof.Kind, url: String, oid: String)
    /// The answer says that it will be signed later than now.
    case producedInFuture(url: String, producedAt: Date)
    /// The answer is to another request than ours, or leaves out the nonce that was required.
    case nonceMismatch(url: String)
    /// One answer says two things about the certificate, neither of them that it was revoked.
    case contradictory(url: String)
    /// The lists that count are partitioned by reason, and none covers these.
    case reasonsNotCovered(url: String, missing: [RevocationReason])
}

/// Asked by validation for bytes that it lacks. Answers are hostile until verified.
public protocol EvidenceSource: Sendable {
    func fetch(_ request: EvidenceRequest) async -> EvidenceAnswer
}

public struct EvidenceRequest: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// POST of a DER OCSPRequest.
        case ocsp(request: [UInt8])
        case crl
        /// caIssuers: a certificate (DER, PEM) or a certs-only PKCS#7.
        case issuer
    }
    public var kind: Kind
    public var url: String
    public init(kind: Kind, url: String) { (self.kind, self.url) = (kind, url) }
}

public enum EvidenceAnswer: Hashable, Sendable {
    /// Any HTTP answer, whatever its status.
    case answered(status: Int, contentType: String?, via: String?, body: [UInt8])
    case failed(FetchFailure)
}

/// Why no HTTP answer came.
public enum FetchFailure: Hashable, Sendable {
    case nameNotFound, refused, reset
    case timeout(seconds: Double)
    case overLimit(bytes: Int)
    case unsupportedScheme(String)
    case proxy(String)
    /// It is known to fail and is left alone for a while.
    case backingOff
    case other(String)
}
