import StrictDER

/// Certificate policies (RFC 5280 §6.1.2 to §6.1.5), anchor first.
struct PolicyCheck {
    var rules: PolicyRules

    /// user_constrained_policy_set of a path, as dotted identifiers, and what is wrong with it.
    struct Result {
        var policies: Set<String>
        var defects: [PathDefect]
    }

    /// Whether nothing can come of it but a set that nobody asked for.
    func isIdle(on path: [ParsedCertificate], anchorCounts: Bool) -> Bool {
        rules == .anything
            && !path.enumerated().contains { index, certificate in
                guard anchorCounts || index < path.count - 1 || path.count == 1, let extensions = certificate.facts.policies else {
                    return false
                }
                return extensions.requireExplicit != nil || !extensions.mappings.isEmpty
            }
    }

    /// - Parameter anchorCounts: whether the extensions of the anchor, which is the last, apply.
    func result(on path: [ParsedCertificate], anchorCounts: Bool) -> Result {
        var certificates = Array(path.enumerated().reversed())
        // A trusted end entity is no authority: it is processed as the path's only certificate.
        if path.count > 1, !anchorCounts || path.last?.facts.policies == nil { certificates.removeFirst() }
        var counters = Counters(rules, certificates.count)
        var graph = PolicyGraph()
        var defects: [PathDefect] = []
        for (position, (index, certificate)) in certificates.enumerated() {
            let isLast = position == certificates.count - 1
            let extensions = certificate.facts.policies ?? PolicyExtensions()
            let isAnchor = index == path.count - 1 && path.count > 1
            if !(isAnchor && extensions.policies == nil) {
                // An anchor without policies leaves all of them open (RFC 5937 §3.2); any other certificate without them ends them.
                graph.add(extensions.policies, anyCounts: counters.inhibitAny > 0 || (!isLast && certificate.isSelfIssued))
            }
            if counters.explicit <= 0, graph.isEmpty {
                defects.append(PathDefect(.noValidPolicy(acceptable: rules.acceptable?.sorted() ?? []), at: index))
                return Result(policies: [], defects: defects)
            }
            if isLast {
                counters.finish(extensions)
            } else {
                if extensions.mappings.contains(where: { $0.issuer.elementsEqual(Self.any) || $0.subject.elementsEqual(Self.any) }) {
                    defects.append(PathDefect(.policyMappingOfAnyPolicy, at: index))
                }
                graph.map(extensions.mappings, allowed: counters.mapping > 0)
                counters.prepare(extensions, isSelfIssued: certificate.isSelfIssued)
            }
        }
        let policies = graph.userConstrained(rules.acceptableContents)
        if counters.explicit <= 0, policies.isEmpty {
            defects.append(PathDefect(.noValidPolicy(acceptable: rules.acceptable?.sorted() ?? []), at: 0))
        }
        return Result(policies: Set(policies.map { ObjectIdentifier.dotted($0) }), defects: defects)
    }

    private static let any = PolicyExtensions.anyPolicy

    /// explicit_policy, policy_mapping and inhibit_anyPolicy.
    private struct Counters {
        var explicit, mapping, inhibitAny: Int

        init(_ rules: PolicyRules, _ count: Int) {
            explicit = rules.requireExplicit ? 0 : count + 1
            mapping = rules.inhibitMapping ? 0 : count + 1
            inhibitAny = rules.inhibitAny ? 0 : count + 1
        }

        /// §6.1.4 (h), (i), (j)
        mutating func prepare(_ extensions: PolicyExtensions, isSelfIssued: Bool) {
            if !isSelfIssued { (explicit, mapping, inhibitAny) = (max(0, explicit - 1), max(0, mapping - 1), max(0, inhibitAny - 1)) }
            explicit = min(explicit, extensions.requireExplicit ?? explicit)
            mapping = min(mapping, extensions.inhibitMapping ?? mapping)
            inhibitAny = min(inhibitAny, extensions.inhibitAny ?? inhibitAny)
        }

        /// §6.1.5 (a), (b)
        mutating func finish(_ extensions: PolicyExtensions) {
            explicit = max(0, explicit - 1)
            if extensions.requireExplicit == 0 { explicit = 0 }
        }
    }
}
