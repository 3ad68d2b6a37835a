public import PathValidation

public import struct Foundation.Date

/// What vouched for an endpoint when it was last trusted: what a later change is measured by.
public struct EndpointVisit: Hashable, Sendable, Codable {
    /// When it was first seen so.
    public var since: Date
    /// Of the end entity certificate.
    public var issuer: String
    /// Of the trust anchor that the path ended in.
    public var anchor: String
    public var anchorSHA256: String
    /// An anchor that is no root stands for one issuing certificate only.
    public var anchorIsRoot: Bool
    /// `HOST:PORT` of the OCSP responders, lists and issuers that the path names.
    public var sources: [String]

    /// nil when the path was not valid.
    public init?(_ evidence: ConnectionEvidence) {
        guard let path = evidence.path?.best, path.isValid, let leaf = path.certificates.first, let last = path.certificates.last else {
            return nil
        }
        since = evidence.at
        issuer = leaf.issuer.description
        (anchor, anchorSHA256, anchorIsRoot) = (last.subject.description, last.sha256, last.subject == last.issuer)
        sources = path.sources
    }

    /// Whether the same vouched for it.
    public func isAs(_ other: EndpointVisit) -> Bool {
        issuer == other.issuer && anchorSHA256 == other.anchorSHA256 && sources == other.sources
    }
}

extension CandidatePath {
    /// `HOST:PORT` of all that its certificates name to ask about them.
    public var sources: [String] { Set(certificates.flatMap(\.evidenceURLs).compactMap { Endpoint($0)?.hostAndPort }).sorted() }
}
