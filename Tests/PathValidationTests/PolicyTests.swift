import CertificateFactory
import PathValidation
import StrictDER
import SwiftASN1
import Testing
import X509

@Suite("Certificate policies go through a path as RFC 5280 §6.1 says")
struct PolicyTests {
    private static let (gold, silver, bronze) = ("1.3.6.1.4.1.99999.2.1", "1.3.6.1.4.1.99999.2.2", "1.3.6.1.4.1.99999.2.3")
    private static let any = "2.5.29.32.0"

    private static func oid(_ text: String) throws -> [UInt8] {
        let identifier = StrictDER.ObjectIdentifier(dotted: text)
        return StrictDER.DER.oid(try #require(identifier))
    }

    /// certificatePolicies
    private static func policies(_ policies: String...) throws -> Certificate.Extension {
        let value = StrictDER.DER.sequence(try policies.map { StrictDER.DER.sequence(try oid($0)) })
        return .init(oid: [2, 5, 29, 32], critical: true, value: value[...])
    }
    private static func mappings(_ pairs: [(String, String)]) throws -> Certificate.Extension {
        let value = StrictDER.DER.sequence(try pairs.map { StrictDER.DER.sequence(try oid($0.0), try oid($0.1)) })
        return .init(oid: [2, 5, 29, 33], critical: true, value: value[...])
    }
    /// policyConstraints
    private static func constraints(explicit: UInt8? = nil, mapping: UInt8? = nil) -> Certificate.Extension {
        let value = StrictDER.DER.sequence((explicit.map { [0x80, 1, $0] } ?? []) + (mapping.map { [0x81, 1, $0] } ?? []))
        return .init(oid: [2, 5, 29, 36], critical: true, value: value[...])
    }
    private static func inhibitAny(_ skip: Int) -> Certificate.Extension {
        .init(oid: [2, 5, 29, 54], critical: true, value: StrictDER.DER.integer(skip)[...])
    }

    private func outcome(
        _ rules: PolicyRules = .anything, anchors: AnchorRules = .constrained, root: [Certificate.Extension] = [],
        issuing: [Certificate.Extension] = [], leaf: [Certificate.Extension] = []
    ) throws -> (failures: [PathFailure], policies: Set<String>) {
        let authority = try TestAuthority.root { $0.extensions = root }
        let end = try authority.issueIntermediate("Issuing") { $0.extensions = issuing }.issueLeaf { $0.extensions = leaf }
        var path = PathRules(at: TestClock.now)
        (path.policies, path.anchors) = (rules, anchors)
        let best = PathBuilder().build(presented: try end.presented, anchors: TrustAnchors([try authority.issued.parsed]), rules: path).best
        return (best.failures, best.validPolicies(under: path))
    }

    @Test("what every certificate asserts is valid; nothing is required unless somebody requires it") func intersection() throws {
        let both = try outcome(issuing: [Self.policies(Self.gold, Self.silver)], leaf: [Self.policies(Self.silver, Self.bronze)])
        #expect(both.failures.isEmpty && both.policies == [Self.silver])
        let none = try outcome(leaf: [Self.policies(Self.gold)])
        #expect(none.failures.isEmpty && none.policies.isEmpty, "the authority asserts none")
    }

    @Test("a required policy must be an acceptable one") func explicit() throws {
        let required = PolicyRules(acceptable: [Self.gold], requireExplicit: true)
        #expect(try outcome(required, issuing: [Self.policies(Self.any)], leaf: [Self.policies(Self.gold)]).failures.isEmpty)
        let silver = try outcome(required, issuing: [Self.policies(Self.any)], leaf: [Self.policies(Self.silver)])
        #expect(silver.failures == [.noValidPolicy(acceptable: [Self.gold])])
        let byAuthority = try outcome(issuing: [Self.policies(Self.gold), Self.constraints(explicit: 0)], leaf: [])
        #expect(byAuthority.failures == [.noValidPolicy(acceptable: [])])
        let later = try outcome(issuing: [Self.policies(Self.gold), Self.constraints(explicit: 2)], leaf: [])
        #expect(later.failures.isEmpty, "only after two more certificates")
    }

    @Test("mapping translates; inhibited it ends the policy") func mapping() throws {
        let issuing = [try Self.policies(Self.gold), try Self.mappings([(Self.gold, Self.silver)])]
        let mapped = try outcome(
            .init(acceptable: [Self.gold], requireExplicit: true), issuing: issuing, leaf: [Self.policies(Self.silver)])
        #expect(mapped.failures.isEmpty && mapped.policies == [Self.gold], "in the words of the first authority")
        let inhibited = try outcome(
            .init(requireExplicit: true, inhibitMapping: true), issuing: issuing, leaf: [Self.policies(Self.silver)])
        #expect(inhibited.failures == [.noValidPolicy(acceptable: [])])
        let ofAny = try outcome(
            issuing: [Self.policies(Self.any), Self.mappings([(Self.any, Self.gold)])], leaf: [Self.policies(Self.gold)])
        #expect(ofAny.failures.contains(.policyMappingOfAnyPolicy))
    }

    @Test("anyPolicy stands for all until it is inhibited") func anyPolicy() throws {
        let explicit = PolicyRules(acceptable: [Self.gold], requireExplicit: true)
        #expect(try outcome(explicit, issuing: [Self.policies(Self.any)], leaf: [Self.policies(Self.any)]).policies == [Self.gold])
        let inhibited = try outcome(explicit, issuing: [Self.policies(Self.gold), Self.inhibitAny(0)], leaf: [Self.policies(Self.any)])
        #expect(inhibited.failures == [.noValidPolicy(acceptable: [Self.gold])])
        let atOnce = PolicyRules(requireExplicit: true, inhibitAny: true)
        #expect(try !outcome(atOnce, issuing: [Self.policies(Self.any)], leaf: [Self.policies(Self.gold)]).failures.isEmpty)
    }

    @Test("an anchor's policies count where its extensions do") func anchor() throws {
        let root = [try Self.policies(Self.silver), Self.constraints(explicit: 0)]
        let (issuing, leaf) = ([try Self.policies(Self.gold)], [try Self.policies(Self.gold)])
        #expect(try outcome(anchors: .nameAndKey, root: root, issuing: issuing, leaf: leaf).failures.isEmpty)
        #expect(try outcome(root: root, issuing: issuing, leaf: leaf).failures == [.noValidPolicy(acceptable: [])])
    }

    @Test("mappings that double a tree with every certificate take no time", .timeLimit(.minutes(1))) func growth() throws {
        // Each authority maps each of 30 policies to each of 30: a tree would have 30 to the tenth leaves.
        let all = (0..<30).map { "1.3.6.1.4.1.99999.3.\($0)" }
        let pairs = all.flatMap { one in all.map { (one, $0) } }
        let asserted = Certificate.Extension(
            oid: [2, 5, 29, 32], critical: true,
            value: StrictDER.DER.sequence(try all.map { StrictDER.DER.sequence(try Self.oid($0)) })[...])
        var authority = try TestAuthority.root()
        let root = authority
        for index in 0..<8 {
            let extensions = [asserted, try Self.mappings(pairs)]
            authority = try authority.issueIntermediate("Level \(index)") { $0.extensions = extensions }
        }
        var rules = PathRules(at: TestClock.now)
        rules.policies.requireExplicit = true
        let leaf = try authority.issueLeaf { $0.extensions = [asserted] }
        let best = PathBuilder().build(presented: try leaf.presented, anchors: TrustAnchors([try root.issued.parsed]), rules: rules).best
        #expect(best.isValid && best.validPolicies(under: rules).count == 30)
    }

    @Test("a policy twice, and an unknown qualifier in a critical extension, are refused") func refused() throws {
        #expect(try outcome(leaf: [Self.policies(Self.gold, Self.gold)]).failures == [.malformedExtension(oid: "2.5.29.32")])
        for isCritical in [true, false] {
            let qualifier = StrictDER.DER.sequence(StrictDER.DER.sequence(try Self.oid(Self.bronze), StrictDER.DER.null))
            let value = StrictDER.DER.sequence(StrictDER.DER.sequence(try Self.oid(Self.gold), qualifier))
            let found = try outcome(leaf: [.init(oid: [2, 5, 29, 32], critical: isCritical, value: value[...])]).failures
            #expect(found == (isCritical ? [.unknownCriticalExtension(oid: "2.5.29.32")] : []))
        }
    }
}
