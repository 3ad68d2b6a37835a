import Counterparts
import Foundation
import PathValidation
import Testing

@Suite(
    "Lists decide over paths as NIST's PKITS says (sections 4.4, 4.5, 4.7, 4.14 and 4.15)",
    .enabled(if: RevocationCorpus.has("pkits-dev.tar.gz")))
struct PKITSRevocationTests {
    struct Case: Decodable, Sendable {
        var id: String
        var name: String
        var section: String
        var trust_anchor: String
        var intermediates: [String]
        var end_entity: String
        var crls: [String]
        var validation_time: String
        var expected_result: String
    }

    static let sections = ["4.04", "4.05", "4.07", "4.14", "4.15"]

    @Test func agree() async throws {
        let folder = try TemporaryFolder()
        _ = try RevocationCorpus.output(
            "/bin/tar", ["-xzf", RevocationCorpus.folder.appendingPathComponent("pkits-dev.tar.gz").path, "-C", folder.url.path])
        let manifest = try Data(contentsOf: RevocationCorpus.folder.appendingPathComponent("pkits-dev-manifest.json"))
        let cases = try JSONDecoder().decode(RevocationCorpus.Document<Case>.self, from: manifest).cases.filter { item in
            Self.sections.contains { item.section.hasPrefix($0) }
        }
        #expect(cases.count > 50)
        var results: [(id: String, expected: String, actual: String)] = []
        for item in cases {
            let result = try await result(of: item, in: folder)
            results.append((id: "pkits::\(item.id)", expected: item.expected_result, actual: result))
        }
        let complaints = try RevocationCorpus.compare(results, exceptionsFor: ["pkits::"])
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }

    private func result(of item: Case, in folder: TemporaryFolder) async throws -> String {
        func certificate(_ name: String) throws -> ParsedCertificate { try ParsedCertificate(der: folder.read("pkits-dev/" + name)) }
        let anchor = try certificate(item.trust_anchor)
        let intermediates = try item.intermediates.map(certificate)
        let time = try Date(item.validation_time, strategy: .iso8601)
        let outcome = await PathBuilder().build(
            presented: [try certificate(item.end_entity)] + intermediates, anchors: TrustAnchors([anchor]), at: time, purpose: .any)
        // In these sections but for a few of 4.7 it is the lists that decide, so the path must hold.
        if !outcome.isValid { return item.section.hasPrefix("4.07") ? "FAILURE" : "no path: \(outcome.best.defects)" }
        let lists = item.crls.compactMap { name in
            (try? CertificateRevocationList(folder.read("pkits-dev/" + name))).map { SourcedList($0, source: name) }
        }
        let statuses = await CRLPathChecker(lists: lists, signers: intermediates).check(path: outcome.best, at: time)

        return statuses.allSatisfy { $0.status.word == "GOOD" } ? "SUCCESS" : "FAILURE"
    }
}
