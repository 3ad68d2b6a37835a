import StrictDER

import struct FoundationEssentials.Date

/// All checks on a path, end entity first. Every defect is reported, not only the first.
struct PathChecks: Sendable {
    let rules: PathRules
    /// Seconds since 1970; a fraction of a second does not count, as certificates have none (RFC 5280 §4.1.2.5).
    private let now: Int64
    private let algorithms: AlgorithmCheck
    private let profile: ProfileCheck?
    private let usages: UsageCheck?

    init(_ rules: PathRules) {
        self.rules = rules
        // Dates far outside of what certificates can say are as good as the nearest that they can.
        now = Int64(min(max(rules.at.timeIntervalSince1970, -1e12), 1e12).rounded(.down))
        algorithms = AlgorithmCheck(rules: rules.algorithms)
        profile = ProfileCheck(rules)
        usages = UsageCheck(rules)
    }

    /// - Parameter budget: pays for name constraints.
    func defects(of path: [ParsedCertificate], budget: inout Budget) -> [PathDefect] {
        var defects = defectsOfCertificates(in: path, isAnchored: true)
        NameConstraintCheck(rules: rules).check(path, budget: &budget, into: &defects)
        let anchorCounts = rules.anchors.contains(.extensions)
        let policies = PolicyCheck(rules: rules.policies)
        if !policies.isIdle(on: path, anchorCounts: anchorCounts) {
            defects += policies.result(on: path, anchorCounts: anchorCounts).defects
        }
        return defects
    }

    /// Without name constraints and policies, which mean little on a path whose upper part is missing.
    /// - Parameter isAnchored: whether the last certificate is a trust anchor.
    func defectsOfCertificates(in path: [ParsedCertificate], isAnchored: Bool) -> [PathDefect] {
        var defects: [PathDefect] = []
        let last = path.count - 1
        // Authorities below the place that is looked at, self-issued ones not counted.
        var below = 0
        for (index, certificate) in path.enumerated() {
            let facts = certificate.facts
            // A trusted end entity is checked as an end entity.
            let isAnchor = isAnchored && index == last && last > 0
            func add(_ failure: PathFailure) { defects.append(PathDefect(failure, at: index)) }
            if !isAnchor || rules.anchors.contains(.validity), let failure = validity(facts) { add(failure) }
            if !isAnchor || rules.anchors.contains(.extensions) {
                contents(facts, add)
                if index > 0 { authority(facts, below: below, mayLackConstraints: isAnchor, add) }
                usages?.failures(facts, isEndEntity: index == 0).forEach(add)
            } else if rules.anchors.contains(.basicConstraints), facts.outline.version == 3, facts.isAuthority != true {
                add(.notACertificateAuthority)
            }
            let signatureCounts = index < last || !(isAnchored || facts.isSelfIssued)
            algorithms.failures(facts, signatureCounts: signatureCounts).forEach(add)
            if index == 0 { endEntity(facts, isTrusted: isAnchored && last == 0, add) }
            let isRoot = index > 0 && (isAnchor || (index == last && facts.isSelfIssued))
            for rule in profile?.failures(certificate, isEndEntity: index == 0, isAnchor: isRoot) ?? [] { add(.profile(rule)) }
            if index > 0, !isAnchor, !facts.isSelfIssued { below += 1 }
        }
        if isAnchored, let limit = rules.maximumIntermediates, below > limit {
            defects.append(PathDefect(.pathLengthExceeded(limit: limit, found: below), at: last))
        }
        return defects
    }

    /// Both ends included.
    func isValidNow(_ facts: CertificateFacts) -> Bool { facts.notBefore <= now && now <= facts.notAfter }

    /// Whether it could issue at all, for the order in which issuers are tried.
    func mayIssue(_ facts: CertificateFacts) -> Bool { facts.isAuthority == true && facts.keyUsage?.contains(.keyCertSign) ?? true }

    private func validity(_ facts: CertificateFacts) -> PathFailure? {
        if isValidNow(facts) { return nil }
        return facts.notBefore > now
            ? .notYetValid(until: .init(timeIntervalSince1970: Double(facts.notBefore)))
            : .expired(since: .init(timeIntervalSince1970: Double(facts.notAfter)))
    }

    private func contents(_ facts: CertificateFacts, _ add: (PathFailure) -> Void) {
        if !facts.algorithmsAgree { add(.malformed(reason: "its signature algorithm, which it names in two ways")) }
        for identifier in facts.unreadable { add(.malformedExtension(oid: ObjectIdentifier.dotted(identifier))) }
        for identifier in facts.unknownCritical {
            let oid = ObjectIdentifier.dotted(identifier)
            if !rules.processedExtensions.contains(oid) { add(.unknownCriticalExtension(oid: oid)) }
        }
    }

    private func authority(_ facts: CertificateFacts, below: Int, mayLackConstraints: Bool, _ add: (PathFailure) -> Void) {
        switch facts.isAuthority {
        case true?: break
        case false?: add(.notACertificateAuthority)
        case nil:
            // A version 1 root has no extensions to say what it is; being stored as an anchor says it.
            let isExempt = mayLackConstraints && (facts.outline.version != 3 || !rules.anchors.contains(.basicConstraints))
            if !isExempt { add(.notACertificateAuthority) }
        }
        if let limit = facts.pathLength, below > limit { add(.pathLengthExceeded(limit: limit, found: below)) }
        if let usage = facts.keyUsage, !usage.contains(.keyCertSign) { add(.keyUsage(required: "keyCertSign")) }
    }

    private func endEntity(_ facts: CertificateFacts, isTrusted: Bool, _ add: (PathFailure) -> Void) {
        if let usage = facts.keyUsage, !usage.isSuperset(of: rules.keyUsage) {
            add(.keyUsage(required: rules.keyUsage.subtracting(usage).description))
        }
        if rules.usageStrictness == .namedByEndEntity || rules.usageStrictness == .namedByAll, facts.isAuthority == true, !isTrusted {
            add(.profile(.endEntityIsAuthority))
        }
    }
}
