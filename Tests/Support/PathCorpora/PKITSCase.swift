package import Foundation
import PathValidation

/// One run of NIST's Public Key Interoperability Test Suite, from the manifest beside its archive.
package struct PKITSCase: Decodable, Sendable {
    package var id: String
    var section: String
    var trust_anchor: String
    var intermediates: [String]
    var end_entity: String
    package var crls: [String]
    var validation_time: String
    var initial_policy_set: [String]
    var initial_explicit_policy: Bool
    var initial_policy_mapping_inhibit: Bool
    var initial_inhibit_any_policy: Bool
    package var expected_result: String
    var expected_user_constrained_policy_set: [String]
    package var needs: [String]

    package static func read(_ data: Data) throws -> [PKITSCase] {
        struct Document: Decodable { var cases: [PKITSCase] }
        return try JSONDecoder().decode(Document.self, from: data).cases
    }

    /// What the case is asked with, or nil when a file is not in the archive or cannot be read.
    private struct Question {
        var presented: [ParsedCertificate]
        var anchor: ParsedCertificate
        var rules: PathRules
        var lists: [[UInt8]]
    }

    private func question(_ files: [String: [UInt8]]) -> Question? {
        func certificate(_ name: String) -> ParsedCertificate? { files[name].flatMap { try? ParsedCertificate(der: $0) } }
        guard let leaf = certificate(end_entity), let anchor = certificate(trust_anchor),
            let time = try? Date(validation_time, strategy: .iso8601)
        else { return nil }
        var rules = PathRules(at: time, purpose: .any)
        rules.anchors = .nameAndKey
        rules.policies = PolicyRules(
            acceptable: Set(initial_policy_set), requireExplicit: initial_explicit_policy, inhibitMapping: initial_policy_mapping_inhibit,
            inhibitAny: initial_inhibit_any_policy)
        return Question(
            presented: [leaf] + intermediates.compactMap(certificate), anchor: anchor, rules: rules, lists: crls.compactMap { files[$0] })
    }

    /// - Parameter files: the archive's, by name. Every certificate below the anchor is looked up in the case's lists.
    package func result(_ files: [String: [UInt8]]) async -> CaseResult {
        func result(_ actual: String?, _ why: String) -> CaseResult {
            CaseResult(id: id, group: section, expected: expected_result, actual: actual, why: why)
        }
        guard let question = question(files) else { return result("FAILURE", "a certificate cannot be read") }
        let outcome = PathBuilder().build(presented: question.presented, anchors: TrustAnchors([question.anchor]), rules: question.rules)
        guard outcome.isValid else { return result("FAILURE", outcome.best.reasons) }
        let policies = outcome.best.validPolicies(under: question.rules)
        let wanted = Set(expected_user_constrained_policy_set)
        if expected_result == "SUCCESS", policies != wanted {
            return result("OTHER POLICIES", "\(policies.sorted()), expected \(wanted.sorted())")
        }
        let lists = question.lists.enumerated().compactMap { index, der in
            (try? CertificateRevocationList(der)).map { SourcedList($0, source: crls.indices.contains(index) ? crls[index] : "") }
        }
        let checker = CRLPathChecker(lists: lists, signers: Array(question.presented.dropFirst()))
        for outcome in await checker.check(path: outcome.best, at: question.rules.at) {
            guard case .good = outcome.status else {
                return result("FAILURE", String("\(outcome.certificate.subject): \(outcome.status)".prefix(400)))
            }
        }
        return result("SUCCESS", "")
    }
}

/// Reads a POSIX tar archive (ustar): regular files by name, without the archive's top folder.
package enum TarArchive {
    package static func files(in data: Data) -> [String: [UInt8]] {
        let bytes = Array(data)
        var files: [String: [UInt8]] = [:]
        var position = 0
        while position + 512 <= bytes.count {
            let header = bytes[position..<position + 512]
            guard header.first != 0 else { break }
            func text(_ from: Int, _ count: Int) -> String {
                String(decoding: header[(position + from)..<(position + from + count)].prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let size = Int(text(124, 12).trimmingCharacters(in: .whitespaces), radix: 8), size >= 0,
                position + 512 + size <= bytes.count
            else { break }
            let prefix = text(345, 155)
            let name = (prefix.isEmpty ? "" : prefix + "/") + text(0, 100)
            if header[position + 156] == UInt8(ascii: "0") || header[position + 156] == 0 {
                files[name.components(separatedBy: "/").dropFirst().joined(separator: "/")] = Array(
                    bytes[(position + 512)..<(position + 512 + size)])
            }
            position += 512 + (size + 511) / 512 * 512
        }
        return files
    }
}
