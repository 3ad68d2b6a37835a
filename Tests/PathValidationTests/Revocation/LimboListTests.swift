import Foundation
import PathValidation
import SwiftASN1
import Testing

@Suite("Lists that come with a chain decide as x509-limbo says", .enabled(if: LimboCorpus.isPresent))
struct LimboListTests {
    @Test func agree() async throws {
        let cases = try LimboCorpus.cases().filter { $0.id.hasPrefix("crl::") }
        #expect(cases.count > 4)
        var complaints: [String] = []
        for item in cases {
            let result = try await result(of: item)
            if result != item.expected_result { complaints.append("\(item.id): expected \(item.expected_result), got \(result)") }
        }
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }

    private func parse(_ pem: String) throws -> ParsedCertificate { try ParsedCertificate(der: PEMDocument(pemString: pem).derBytes) }

    /// A certificate about which no list was given is not held against the chain; one about which the list that was given does not count is.
    private func result(of item: LimboCase) async throws -> String {
        let time = try Date(item.validation_time ?? "2026-01-01T00:00:00Z", strategy: .iso8601)
        let outcome = await PathBuilder().build(
            presented: try ([item.peer_certificate] + item.untrusted_intermediates).map(parse),
            anchors: TrustAnchors(try item.trusted_certs.map(parse)), at: time)
        guard outcome.isValid else { return "FAILURE" }
        let lists = (item.crls ?? []).compactMap { pem in
            (try? CertificateRevocationList(Array(pem.utf8))).map { SourcedList($0, source: item.id) }
        }
        let checker = CRLPathChecker(lists: lists, limits: EvidenceLimits(requiresListNumber: true))
        let isGood = await checker.check(path: outcome.best, at: time).allSatisfy { outcome in
            switch outcome.status {
            case .good: true
            case .revoked: false
            case .unknown(let why): why.allSatisfy { $0 == .noSource || $0 == .outOfScope(.crl, url: item.id) }
            }
        }
        return isGood ? "SUCCESS" : "FAILURE"
    }
}
