import Foundation
import PathValidation
import StrictDER
import SwiftASN1
import Testing

@Suite(
    "Lists and answers are judged as BoringSSL and OpenSSL do, but for what revocation-exceptions.json names",
    .enabled(if: RevocationCorpus.has("revocation-dev.json.gz")))
struct RevocationCorpusTests {
    struct Case: Decodable {
        var id: String
        var kind: String
        var certificate: String
        var issuer: String
        var issuer_of_issuer: String?
        var crl: String?
        var ocsp_response: String?
        var verification_time: String
        var max_age_seconds: Double?
        var expected_status: String

        func status() throws -> RevocationOutcome.Status {
            // Made long ago, with the keys and hashes of their time.
            let limits = EvidenceLimits(greatestAge: max_age_seconds, allowsInsecureSHA1: true, smallestRSAKey: 1024)
            let time = try Date(verification_time, strategy: .iso8601)
            guard let subject = CertificateOutline(pem: certificate), let authority = CertificateOutline(pem: issuer) else {
                return .unknown([.unsupported(.crl, url: id, "certificate")])
            }
            if let crl {
                let above = [authority] + (issuer_of_issuer.flatMap { CertificateOutline(pem: $0) }.map { [$0] } ?? [])
                return CertificateRevocationList.judge(Array(crl.utf8), for: subject, issuers: above, at: time, source: id, limits: limits)
            }
            let bytes = (try? PEMDocument(pemString: ocsp_response ?? ""))?.derBytes ?? []
            return OCSPResponse.judge(bytes, for: subject, issuer: authority, at: time, source: id, limits: limits)
        }
    }

    @Test func agree() throws {
        let cases: [Case] = try RevocationCorpus.cases("revocation-dev.json.gz")
        #expect(cases.count > 90)
        let results = try cases.map { (id: $0.id, expected: $0.expected_status, actual: try $0.status().word) }
        let complaints = try RevocationCorpus.compare(results, exceptionsFor: ["crl::", "ocsp::", "ossl-ocsp::"])
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }

    /// Not only that it is unknown, but why.
    @Test func reasons() throws {
        let cases: [Case] = try RevocationCorpus.cases("revocation-dev.json.gz")
        func obstacle(_ id: String) throws -> RevocationObstacle? { try cases.first { $0.id == id }?.status().obstacles.first }
        func isCritical(_ obstacle: RevocationObstacle?) -> Bool {
            if case .unknownCriticalExtension = obstacle { true } else { false }
        }
        #expect(try obstacle("ocsp::malformed_request") == .statusUnknown(url: "ocsp::malformed_request", "malformedRequest"))
        #expect(try obstacle("ocsp::multiple_response") == .contradictory(url: "ocsp::multiple_response"))
        #expect(try isCritical(obstacle("ocsp::has_critical_single_extension")))
        #expect(try isCritical(obstacle("crl::bad_fake_critical_crlentryextension")))
        #expect(try obstacle("ocsp::other_response") == .outOfScope(.ocsp, url: "ocsp::other_response"))
        #expect(try obstacle("ocsp::ocsp_sign_indirect_missing") == .signerNotAuthorised(.ocsp, url: "ocsp::ocsp_sign_indirect_missing"))
        #expect(try obstacle("crl::bad_signature") == .badSignature(.crl, url: "crl::bad_signature"))
        #expect(try obstacle("crl::bad_idp_contains_wrong_uri") == .outOfScope(.crl, url: "crl::bad_idp_contains_wrong_uri"))
        guard case .producedInFuture? = try obstacle("ocsp::produced_late_response") else {
            Issue.record("an answer from the future is not told apart")
            return
        }
    }
}

@Suite("Generated OCSP answers give what was meant", .enabled(if: RevocationCorpus.has("ocsp-generated-dev.json.gz")))
struct GeneratedOCSPTests {
    struct Case: Decodable {
        var id: String
        var root: String
        var leaf: String
        var response_hex: String
        var validation_time: String
        var expected_result: String

        func status() throws -> RevocationOutcome.Status {
            guard let subject = CertificateOutline(pem: leaf), let authority = CertificateOutline(pem: root) else {
                return .unknown([.unsupported(.ocsp, url: id, "certificate")])
            }
            return OCSPResponse.judge(
                bytes(hexadecimal: response_hex), for: subject, issuer: authority, at: try Date(validation_time, strategy: .iso8601),
                source: id)
        }
    }

    @Test func agree() throws {
        let cases: [Case] = try RevocationCorpus.cases("ocsp-generated-dev.json.gz")
        #expect(cases.count > 40)
        let results = try cases.map {
            (id: $0.id, expected: $0.expected_result, actual: try $0.status().word == "GOOD" ? "SUCCESS" : "FAILURE")
        }
        let complaints = try RevocationCorpus.compare(results, exceptionsFor: ["ocsp::p256", "ocsp::rsa2048"])
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
        // Those that are about revocation say so.
        let revoked = try cases.filter { $0.id.contains("status-revoked") }.map { try $0.status().word }
        #expect(revoked.count == 4 && Set(revoked) == ["REVOKED"])
    }
}

func bytes(hexadecimal text: String) -> [UInt8] {
    let digits = Array(text.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
    }
}
