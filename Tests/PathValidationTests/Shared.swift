import CertificateFactory
import Foundation
import PathValidation
import SwiftASN1
import X509

/// A path from these certificates to these anchors, at a fixed moment.
func path(
    _ presented: [ParsedCertificate], to anchors: [TestAuthority], at time: Date = TestClock.now,
    purpose: PathPurpose = .serverAuthentication,
    budget: Budget = .standard, source: (any EvidenceSource)? = nil
) async throws -> PathOutcome {
    try await PathBuilder().build(
        presented: presented, anchors: TrustAnchors(anchors.map { try $0.issued.parsed }), at: time, purpose: purpose, budget: budget,
        source: source)
}

extension CandidatePath {
    var failures: [PathFailure] { defects.map(\.failure) }
}

/// Answers from a table, and remembers what it was asked.
actor TableSource: EvidenceSource {
    private let answers: [String: EvidenceAnswer]
    private(set) var asked: [EvidenceRequest] = []

    init(_ answers: [String: EvidenceAnswer]) { self.answers = answers }

    func fetch(_ request: EvidenceRequest) async -> EvidenceAnswer {
        asked.append(request)
        return answers[request.url] ?? .failed(.nameNotFound)
    }
}

extension EvidenceAnswer {
    static func ok(_ body: [UInt8]) -> EvidenceAnswer { .answered(status: 200, contentType: nil, via: nil, body: body) }
}

extension ParsedCertificate {
    init?(pem: String) {
        guard let document = try? PEMDocument(pemString: pem), let parsed = try? ParsedCertificate(der: document.derBytes) else {
            return nil
        }
        self = parsed
    }
}
