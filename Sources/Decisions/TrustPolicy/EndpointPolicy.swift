public import PathValidation

public import struct Foundation.Date

/// A row of the policy table (`mid_cert_check_policy`): which checks the connections to some endpoints must pass.
public struct EndpointPolicy: Hashable, Sendable {
    public enum Category: String, Hashable, Sendable, CaseIterable { case overridden, instance, intranet, internet }
    public var name: String
    public var category: Category
    /// `host.example`, `*.example`, or an address range `10.0.0.0/8`.
    public var includes: [String]
    public var excludes: [String]
    public var checks: Checks
    /// Would-be refusals are noted, not enforced.
    public var reportOnly: Bool
    public var owner: String?
    public var reason: String?
    /// After this moment the row no longer counts.
    public var until: Date?

    public init(
        name: String, category: Category, includes: [String] = [], excludes: [String] = [], checks: Checks, reportOnly: Bool = false,
        owner: String? = nil, reason: String? = nil, until: Date? = nil
    ) {
        (self.name, self.category, self.includes, self.excludes, self.checks) = (name, category, includes, excludes, checks)
        (self.reportOnly, self.owner, self.reason, self.until) = (reportOnly, owner, reason, until)
    }
}

/// The three checks. A host-name check without a chain check is no combination: the name is read from a validated certificate.
public struct Checks: Hashable, Sendable {
    public enum Revocation: String, Hashable, Sendable, CaseIterable {
        case notChecked
        /// Revoked refuses; could not find out is a warning.
        case allowUnknown
        case denyUnknown
        /// As the vendor's agents do: a source that a certificate names must answer. One that names none passes with a warning.
        case denyUnanswered
    }
    public var chain: Bool
    public var hostname: Bool
    public var revocation: Revocation
    /// A common name counts when there is no SAN.
    public var commonNameFallback: Bool
    /// Who is asked about revocation, in this order.
    public var sources: [RevocationProof.Kind]
    public static let allSources: [RevocationProof.Kind] = [.crl, .ocsp]

    public init(
        chain: Bool, hostname: Bool, revocation: Revocation, commonNameFallback: Bool = false, sources: [RevocationProof.Kind] = allSources
    ) {
        (self.chain, self.hostname, self.revocation, self.commonNameFallback) = (chain, hostname, revocation, commonNameFallback)
        self.sources = sources
    }
    public static let all = Checks(chain: true, hostname: true, revocation: .allowUnknown)
}

/// Which row decides for an endpoint, and why that one.
public struct PolicyDecision: Hashable, Sendable {
    public var policy: EndpointPolicy
    public var because: String
    public init(policy: EndpointPolicy, because: String) { (self.policy, self.because) = (policy, because) }
}
