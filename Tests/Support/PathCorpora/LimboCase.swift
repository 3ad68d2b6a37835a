package import Foundation
package import PathValidation

/// One case in the schema of x509-limbo; the cases of bettertls come in it, too.
package struct LimboCase: Decodable, Sendable {
    struct Name: Decodable, Sendable {
        var kind: String
        var value: String
    }
    package var id: String
    var validation_kind: String
    var trusted_certs: [String]
    var untrusted_intermediates: [String]
    var peer_certificate: String
    var validation_time: String?
    var key_usage: [String]
    var extended_key_usage: [String]
    package var expected_result: String
    var expected_peer_name: Name?
    var expected_peer_names: [Name]?
    var max_chain_depth: Int?
    package var crls: [String]?

    package static func read(_ data: Data) throws -> [LimboCase] {
        struct Document: Decodable { var testcases: [LimboCase] }
        return try JSONDecoder().decode(Document.self, from: data).testcases
    }

    /// `bettertls::nameconstraints`, `rfc5280::nc`, `webpki`: everything before the last part.
    package var group: String {
        let parts = id.components(separatedBy: "::")
        return parts.dropLast().joined(separator: "::")
    }

    /// The rules that a case is about: `rfc5280::` and `webpki::` cases those of how certificates are made, all others path validation alone.
    var profile: ConformanceProfile {
        id.hasPrefix("rfc5280::") ? .rfc5280 : id.hasPrefix("webpki::") ? .webPKI : .pathValidation
    }

    /// - Parameter now: the time of cases that give none.
    package func result(now: Date) async -> CaseResult {
        let (actual, why) = await judge(now: now)
        return CaseResult(id: id, group: group, expected: expected_result, actual: actual, why: why)
    }

    private func judge(now: Date) async -> (String?, String) {
        guard let leaf = PEMCertificate.read(peer_certificate) else { return ("FAILURE", "the end entity cannot be read") }
        var rules = PathRules(at: validation_time.flatMap(Self.time) ?? now)
        rules.purpose = validation_kind == "CLIENT" ? .clientAuthentication : .serverAuthentication
        rules.profile = profile
        // Most certificates of the suite have CN=example.com beside other names; only the cases about common names mean it.
        if !id.hasPrefix("webpki::cn::") { rules.waived = [.commonNameNotAlternativeName] }
        rules.maximumIntermediates = max_chain_depth
        for name in key_usage {
            guard let usage = KeyUsages(named: name) else { return (nil, "key usage \(name)") }
            rules.keyUsage.insert(usage)
        }
        for name in extended_key_usage where !["serverAuth", "clientAuth"].contains(name) { return (nil, "extended key usage \(name)") }
        let outcome = PathBuilder().build(
            presented: [leaf] + untrusted_intermediates.compactMap(PEMCertificate.read),
            anchors: TrustAnchors(trusted_certs.compactMap(PEMCertificate.read)), rules: rules)
        guard outcome.isValid else { return ("FAILURE", outcome.best.reasons) }
        for name in (expected_peer_names ?? []) + (expected_peer_name.map { [$0] } ?? []) {
            let match: NameOutcome
            switch name.kind {
            case "DNS", "IP": match = matchName(name.value, against: leaf)
            case "RFC822": match = matchMailbox(name.value, against: leaf)
            default: return (nil, "names of kind \(name.kind)")
            }
            if !match.isMatch { return ("FAILURE", "\(name.value): \(match)") }
        }
        return await revocation(of: outcome.best, at: rules.at) ?? ("SUCCESS", "")
    }

    /// A certificate about which no list was given is not held against the chain; one about which the list that was given does not count is.
    private func revocation(of path: CandidatePath, at time: Date) async -> (String?, String)? {
        guard let crls, !crls.isEmpty else { return nil }
        var lists: [SourcedList] = []
        for pem in crls {
            guard let der = PEMCertificate.bytes(pem, "X509 CRL"), let list = try? CertificateRevocationList(der) else {
                return ("FAILURE", "a list cannot be read")
            }
            lists.append(SourcedList(list, source: id))
        }
        // The cases want what RFC 5280 asks of lists, their number included.
        let limits = EvidenceLimits(requiresListNumber: true)
        for status in await CRLPathChecker(lists: lists, limits: limits).check(path: path, at: time).map(\.status) {
            switch status {
            case .good: continue
            case .unknown(let why) where why.allSatisfy({ $0 == .noSource || $0 == .outOfScope(.crl, url: id) }): continue
            case .revoked, .unknown: return ("FAILURE", String("\(status)".prefix(300)))
            }
        }
        return nil
    }

    private static func time(_ text: String) -> Date? {
        let style = Date.ISO8601FormatStyle()
        return (try? Date(text, strategy: style))
            ?? (try? Date(text, strategy: style.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .colon)))
    }
}

package enum PEMCertificate {
    /// The first certificate of a PEM text, with lines of any length; nil when there is none that can be read.
    package static func read(_ pem: String) -> ParsedCertificate? {
        guard let der = bytes(pem, "CERTIFICATE") else { return nil }
        return try? ParsedCertificate(der: der)
    }

    /// Octet by octet, since some cases are large and what is timed is their validation.
    package static func bytes(_ pem: String, _ label: String) -> [UInt8]? {
        let text = Array(pem.utf8)
        guard let start = text.firstRange(of: Array("-----BEGIN \(label)-----".utf8)),
            let end = text[start.upperBound...].firstRange(of: Array("-----END".utf8))
        else { return nil }
        let space = UInt8(ascii: " ")
        return Data(base64Encoded: Data(text[start.upperBound..<end.lowerBound].filter { $0 > space })).map(Array.init)
    }
}

extension CandidatePath {
    /// In a few words, for the lists of results.
    package var reasons: String { String(defects.prefix(6).map { "\($0.index): \($0.failure)" }.joined(separator: "; ").prefix(600)) }
}
