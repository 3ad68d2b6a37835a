/// The valid policies of a path (RFC 5280 §6.1.2 to §6.1.5).
///
/// RFC 5280 draws a tree, whose nodes an attacker can double with every certificate. At one depth, nodes with the same policy have the same
/// expected policies, so they are one node with several parents here: the graph grows with what is written in the certificates.
struct PolicyGraph {
    typealias Policy = ArraySlice<UInt8>

    private struct Node {
        /// Policies of the depth above that this one follows from.
        var parents: Set<Policy>
        /// expected_policy_set: what the next certificate may assert.
        var expected: Set<Policy>
    }

    private static let any = PolicyExtensions.anyPolicy[...]
    /// One level per certificate; the first is the root node, anyPolicy. Empty levels end the tree.
    private var levels: [[Policy: Node]] = [[PolicyGraph.any: Node(parents: [], expected: [PolicyGraph.any])]]

    /// valid_policy_tree is NULL.
    private(set) var isEmpty = false

    /// §6.1.3 (d) and (e). - Parameter anyCounts: whether anyPolicy in the certificate stands for every policy.
    mutating func add(_ policies: [Policy]?, anyCounts: Bool) {
        guard !isEmpty, let policies, let above = levels.last else {
            isEmpty = true
            return
        }
        var level: [Policy: Node] = [:]
        var expecting: [Policy: Set<Policy>] = [:]
        for (policy, node) in above {
            for expected in node.expected { expecting[expected, default: []].insert(policy) }
        }
        for policy in policies where policy != Self.any {
            if let parents = expecting[policy] {
                level[policy] = Node(parents: parents, expected: [policy])
            } else if above[Self.any] != nil {
                level[policy] = Node(parents: [Self.any], expected: [policy])
            }
        }
        if anyCounts, policies.contains(Self.any) {
            for (expected, parents) in expecting {
                level[expected, default: Node(parents: [], expected: [expected])].parents.formUnion(parents)
            }
        }
        levels.append(level)
        isEmpty = level.isEmpty
    }

    /// §6.1.4 (b): what a certificate's issuer calls by one name its subject calls by another.
    /// - Parameter allowed: whether mapping is still allowed; otherwise mapped policies end.
    mutating func map(_ mappings: [(issuer: Policy, subject: Policy)], allowed: Bool) {
        guard !isEmpty, !mappings.isEmpty, var level = levels.popLast() else { return }
        var subjects: [Policy: Set<Policy>] = [:]
        for mapping in mappings { subjects[mapping.issuer, default: []].insert(mapping.subject) }
        for (issuer, subject) in subjects {
            if !allowed {
                level[issuer] = nil
            } else if level[issuer] != nil {
                level[issuer]?.expected = subject
            } else if level[Self.any] != nil {
                level[issuer] = Node(parents: [Self.any], expected: subject)
            }
        }
        levels.append(level)
        isEmpty = level.isEmpty
    }

    /// The policies of the last certificate in the words of the first authority: the nodes right below anyPolicy that reach the last level,
    /// and anyPolicy itself when it does.
    private var authorityConstrained: Set<Policy> {
        guard !isEmpty, var reached = levels.last.map({ Set($0.keys) }) else { return [] }
        var found: Set<Policy> = reached.contains(Self.any) ? [Self.any] : []
        for level in levels.dropFirst().reversed() {
            var above: Set<Policy> = []
            for policy in reached {
                guard let node = level[policy] else { continue }
                if policy != Self.any, node.parents.contains(Self.any) { found.insert(policy) }
                above.formUnion(node.parents)
            }
            reached = above
        }
        return found
    }

    /// §6.1.5 (g): user_constrained_policy_set. - Parameter initial: user-initial-policy-set; nil is any policy.
    func userConstrained(_ initial: Set<Policy>?) -> Set<Policy> {
        let found = authorityConstrained
        guard let initial else { return found }
        return found.contains(Self.any) ? initial : found.intersection(initial)
    }
}
