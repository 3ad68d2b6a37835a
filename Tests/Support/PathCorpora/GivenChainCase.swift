package import Foundation
import PathValidation

/// One case of BoringSSL's verify_certificate_chain tests: a chain as it is, end entity first, and how its last certificate is trusted.
package struct GivenChainCase: Decodable, Sendable {
    package var id: String
    var chain: [String]
    package var expected_result: String
    var last_cert_trust: String
    var utc_time: String
    var key_purpose: String
    var digest_policy: String?
    var initial_explicit_policy: Bool?
    var initial_policy_mapping_inhibit: Bool?
    var initial_inhibit_any_policy: Bool?
    var initial_user_policy_set: [String]?
    /// Identifiers with commas between them.
    var expected_user_constrained_policy_set: String?

    package static func read(_ data: Data) throws -> [GivenChainCase] {
        struct Document: Decodable { var cases: [GivenChainCase] }
        return try JSONDecoder().decode(Document.self, from: data).cases
    }

    /// - Parameter now: the time of cases that say DEFAULT: the moment BoringSSL's tests are run for.
    package func result(now: Date = Date(timeIntervalSince1970: 1_633_435_200)) -> CaseResult {
        let (actual, why) = judge(now: now)
        return CaseResult(id: id, group: id.components(separatedBy: "/").first ?? id, expected: expected_result, actual: actual, why: why)
    }

    private func judge(now: Date) -> (String?, String) {
        let certificates = chain.map(PEMCertificate.read)
        guard let last = certificates.last, let anchor = last, !certificates.contains(nil) else {
            return ("FAILURE", "a certificate cannot be read")
        }
        var rules = PathRules(at: utc_time == "DEFAULT" ? now : Self.time(utc_time) ?? now)
        // BoringSSL's policy for tests, unless a case wants another.
        rules.algorithms = AlgorithmRules(smallestRSA: 1_024, allowsInsecureSHA1: digest_policy != "STRONG")
        rules.anchors = .nameAndKey
        rules.policies = PolicyRules(
            acceptable: initial_user_policy_set.map(Set.init), requireExplicit: initial_explicit_policy ?? false,
            inhibitMapping: initial_policy_mapping_inhibit ?? false, inhibitAny: initial_inhibit_any_policy ?? false)
        guard setPurpose(of: &rules) else { return (nil, "purpose \(key_purpose)") }
        guard let anchors = anchors(anchor, &rules) else { return (nil, "trust \(last_cert_trust)") }
        let path = PathBuilder().check(certificates.compactMap { $0 }, anchors: anchors, rules: rules)
        guard path.isValid else { return ("FAILURE", path.reasons) }
        if let expected = expected_user_constrained_policy_set {
            let found = path.validPolicies(under: rules)
            let wanted = Set(expected.components(separatedBy: ",").map { $0.trimmingCharacters(in: .whitespaces) })
            if found != wanted { return ("OTHER POLICIES", found.sorted().joined(separator: ", ")) }
        }
        return ("SUCCESS", "")
    }

    private func setPurpose(of rules: inout PathRules) -> Bool {
        switch key_purpose {
        case "ANY_EKU": rules.purpose = .any
        case let name where name.hasPrefix("SERVER_AUTH"): rules.purpose = .serverAuthentication
        case let name where name.hasPrefix("CLIENT_AUTH"): rules.purpose = .clientAuthentication
        case "MLS_CLIENT_AUTH":
            // RCS clients (GSMA RCC.16): this usage alone, and two extensions that name the client, which its application reads.
            rules.purpose = .usage(oid: "2.23.146.2.1.3")
            rules.usageStrictness = .exclusive
            rules.processedExtensions = ["2.23.146.2.1.4", "2.23.146.2.1.5"]
            return true
        default: return false
        }
        rules.usageStrictness =
            key_purpose.hasSuffix("STRICT_LEAF") ? .namedByEndEntity : key_purpose.hasSuffix("STRICT") ? .namedByAll : .nested
        return true
    }

    private func anchors(_ anchor: ParsedCertificate, _ rules: inout PathRules) -> TrustAnchors? {
        // TRUSTED_ANCHOR, with WITH_EXPIRATION, WITH_CONSTRAINTS, … REQUIRE_BASIC_CONSTRAINTS behind it.
        if last_cert_trust.contains("_WITH_") {
            if last_cert_trust.contains("EXPIRATION") { rules.anchors.insert(.validity) }
            if last_cert_trust.contains("WITH_CONSTRAINTS") {
                rules.anchors.insert(.extensions)
                // Asked for alone it has nothing to apply to.
                if last_cert_trust.contains("REQUIRE_BASIC_CONSTRAINTS") { rules.anchors.insert(.basicConstraints) }
            }
        }
        switch last_cert_trust {
        case "DISTRUSTED": return TrustAnchors([], distrusted: [anchor])
        case "UNSPECIFIED": return TrustAnchors([])
        case "TRUSTED_LEAF": return TrustAnchors([anchor], role: .itself)
        case "TRUSTED_LEAF_REQUIRE_SELF_SIGNED": return TrustAnchors([anchor], role: .itselfSelfSigned)
        case let name where name.hasPrefix("TRUSTED_ANCHOR_OR_LEAF"): return TrustAnchors([anchor], role: .issuerOrItself)
        case let name where name.hasPrefix("TRUSTED_ANCHOR"): return TrustAnchors([anchor], role: .issuer)
        default: return nil
        }
    }

    /// UTCTime or GeneralizedTime.
    private static func time(_ text: String) -> Date? {
        let digits = text.hasSuffix("Z") ? String(text.dropLast()) : text
        let full = digits.count == 12 ? (digits.prefix(2) < "50" ? "20" : "19") + digits : digits
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "yyyyMMddHHmmss"
        return formatter.date(from: full)
    }
}
