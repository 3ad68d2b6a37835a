package import Foundation
import PathValidation

/// One list or answer, and the certificate that it is asked about: BoringSSL's and OpenSSL's vectors.
package struct RevocationCase: Decodable, Sendable {
    package var id: String
    var certificate: String
    var issuer: String
    var issuer_of_issuer: String?
    var crl: String?
    var ocsp_response: String?
    var verification_time: String
    var max_age_seconds: Double?
    package var expected_status: String

    package static func read(_ data: Data) throws -> [RevocationCase] {
        struct Document: Decodable { var cases: [RevocationCase] }
        return try JSONDecoder().decode(Document.self, from: data).cases
    }

    package func result() -> CaseResult {
        let status = status()
        return CaseResult(
            id: id, group: id.components(separatedBy: "::").first ?? id, expected: expected_status, actual: status.word,
            why: String("\(status)".prefix(400)))
    }

    private func status() -> RevocationOutcome.Status {
        // Made long ago, with the keys and hashes of their time.
        let limits = EvidenceLimits(greatestAge: max_age_seconds, allowsInsecureSHA1: true, smallestRSAKey: 1_024)
        guard let subject = PEMCertificate.read(certificate), let authority = PEMCertificate.read(issuer),
            let time = try? Date(verification_time, strategy: .iso8601)
        else { return .unknown([.issuerMissing]) }
        if let crl {
            let above = [authority] + (issuer_of_issuer.flatMap(PEMCertificate.read).map { [$0] } ?? [])
            return CertificateRevocationList.judge(Array(crl.utf8), for: subject, issuers: above, at: time, source: id, limits: limits)
        }
        let bytes = PEMCertificate.bytes(ocsp_response ?? "", "OCSP RESPONSE") ?? []
        return OCSPResponse.judge(bytes, for: subject, issuer: authority, at: time, source: id, limits: limits)
    }
}

/// One OCSP answer made for the corpora.
package struct OCSPCase: Decodable, Sendable {
    package var id: String
    var root: String
    var leaf: String
    var response_hex: String
    var validation_time: String
    var expected_result: String
    var section: String?

    package static func read(_ data: Data) throws -> [OCSPCase] {
        struct Document: Decodable { var cases: [OCSPCase] }
        return try JSONDecoder().decode(Document.self, from: data).cases
    }

    package func result() -> CaseResult {
        func result(_ actual: String, _ why: String) -> CaseResult {
            CaseResult(id: id, group: section ?? "ocsp", expected: expected_result, actual: actual, why: why)
        }
        let digits = Array(response_hex.utf8)
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
        }
        guard let subject = PEMCertificate.read(leaf), let authority = PEMCertificate.read(root),
            let time = try? Date(validation_time, strategy: .iso8601)
        else { return result("FAILURE", "a certificate cannot be read") }
        let status = OCSPResponse.judge(bytes, for: subject, issuer: authority, at: time, source: id)
        return result(status.word == "GOOD" ? "SUCCESS" : "FAILURE", String("\(status)".prefix(400)))
    }
}

extension RevocationOutcome.Status {
    fileprivate var word: String {
        switch self {
        case .good: "GOOD"
        case .revoked: "REVOKED"
        case .unknown: "UNKNOWN"
        }
    }
}
