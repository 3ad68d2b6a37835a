import StrictDER

public import struct FoundationEssentials.Date

/// Builds and checks paths from an end entity to a trust anchor (RFC 5280 §6.1).
///
/// An expired or odd alternative never hides a good path, and every path that was tried is kept, with why it failed.
public struct PathBuilder: Sendable {
    public init() {}

    /// Candidates kept as evidence.
    static let candidateLimit = 32

    /// Under the standard rules, with constrained anchors.
    /// - Parameters:
    ///   - presented: not empty, end entity first; the order of the others does not matter.
    ///   - source: asked for issuers over AIA when one is missing; nil asks nobody.
    public func build(
        presented: [ParsedCertificate], anchors: TrustAnchors, at time: Date, purpose: PathPurpose = .serverAuthentication,
        budget: Budget = .standard, source: (any EvidenceSource)? = nil
    ) async -> PathOutcome {
        await build(presented: presented, anchors: anchors, rules: PathRules(at: time, purpose: purpose), budget: budget, source: source)
    }

    /// - Parameter source: asked for issuers over AIA when one is missing; nil asks nobody.
    public func build(
        presented: [ParsedCertificate], anchors: TrustAnchors, rules: PathRules, budget: Budget = .standard,
        source: (any EvidenceSource)?
    ) async -> PathOutcome {
        guard let leaf = presented.first else { return Self.nothingPresented }
        var search = PathSearch(presented: presented, anchors: anchors, rules: rules, budget: budget)
        search.run(from: leaf)
        guard let source else { return search.outcome }
        while !search.hasFound, let url = search.nextLocation() {
            guard case .answered(200, _, _, let body) = await source.fetch(EvidenceRequest(kind: .issuer, url: url)) else { continue }
            if search.add(FetchedIssuers.certificates(in: body)) { search.run(from: leaf) }
        }
        return search.outcome
    }

    /// From what is at hand, without asking anybody.
    public func build(
        presented: [ParsedCertificate], anchors: TrustAnchors, rules: PathRules, budget: Budget = .standard
    ) -> PathOutcome {
        guard let leaf = presented.first else { return Self.nothingPresented }
        var search = PathSearch(presented: presented, anchors: anchors, rules: rules, budget: budget)
        search.run(from: leaf)
        return search.outcome
    }

    /// Checks one path as it is, end entity first, anchor last, without looking for another.
    public func check(
        _ path: [ParsedCertificate], anchors: TrustAnchors, rules: PathRules, budget: Budget = .standard
    ) -> CandidatePath {
        guard !path.isEmpty else { return Self.nothingPresented.best }
        var search = PathSearch(presented: path, anchors: anchors, rules: rules, budget: budget)
        return search.check(path)
    }

    private static var nothingPresented: PathOutcome {
        let defect = PathDefect(.malformed(reason: "no certificate was presented"), at: 0)
        return PathOutcome(candidates: [CandidatePath(certificates: [], isAnchored: false, defects: [defect])])
    }
}

extension CandidatePath {
    /// user_constrained_policy_set (RFC 5280 §6.1.6) of this path under these rules, as dotted identifiers; anyPolicy stands for all.
    public func validPolicies(under rules: PathRules) -> Set<String> {
        guard isAnchored, !certificates.isEmpty else { return [] }
        return PolicyCheck(rules: rules.policies).result(on: certificates, anchorCounts: rules.anchors.contains(.extensions)).policies
    }
}

extension ParsedCertificate {
    /// Whether the key of `issuer` made the signature on this certificate. Names are not compared. Of authorities' certificates the answer is
    /// remembered when it is yes.
    func isSigned(by issuer: ParsedCertificate) -> Bool {
        guard facts.isAuthority == true else { return isSigned(withKeyOf: issuer) }
        let pair = CertificateMemory.Signature(content: digest, key: issuer.keyDigest)
        if CertificateMemory.shared.knows(pair) { return true }
        let isGood = isSigned(withKeyOf: issuer)
        if isGood { CertificateMemory.shared.remember(pair) }
        return isGood
    }

    private func isSigned(withKeyOf issuer: ParsedCertificate) -> Bool {
        issuer.verificationKey?.verifies(facts.outline.signature, over: facts.outline.signed, facts.algorithm) ?? false
    }
}
