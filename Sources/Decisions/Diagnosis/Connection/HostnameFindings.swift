import PathValidation
import TrustPolicy

extension ConnectionFindings {
    static func hostname(_ evidence: ConnectionEvidence, context: FixContext) -> Finding? {
        let policy = evidence.decision.policy
        guard policy.checks.hostname, policy.checks.chain, let outcome = evidence.hostname, !policy.accepts(outcome) else { return nil }
        let endpoint = evidence.endpoint
        let host = endpoint.host
        let reissue = Finding.Fix("Ask the owner of \(host) for a certificate that names it")
        func finding(_ id: String, _ summary: String, _ cause: String, _ facts: [String: String], fixes: [Finding.Fix], _ reference: String)
            -> Finding
        {
            Finding(
                id: id, severity: .error, subject: evidence.subject, summary: summary, cause: cause,
                evidence: facts.merging(["host": host]) { $1 },
                fixes: fixes,
                vendorMessages: [
                    "Session contains no certificates - Untrusted", "No subject alternative DNS name matching \(host) found.",
                ],
                references: [reference])
        }
        switch outcome {
        case .matched:
            return nil
        case .mismatch(let names, let nearest):
            var fixes = [reissue]
            if let nearest, !nearest.contains("*") {
                let there = Endpoint(scheme: endpoint.scheme, host: nearest, port: endpoint.port)
                var dialing = context
                dialing.connect = context.connect ?? endpoint.hostAndPort
                fixes.insert(
                    .init(
                        "Use the name that the certificate has; this shows that it would be accepted",
                        command: dialing.command(["check", there.description], store: true, connecting: true)), at: 0)
            }
            return finding(
                "hostname.mismatch", "The certificate of \(host) is for other names: \(Words.list(names)).",
                "None of the names in the certificate is the one that was asked for.",
                ["names": Words.list(names, limit: 40), "nearest": nearest ?? ""], fixes: fixes, "RFC 9525 §6")
        case .commonNameOnly(let name):
            return finding(
                "hostname.common-name-only", "The certificate of \(host) has no subject alternative name, only the common name \(name).",
                "Common names do not count: anything may stand in them.", ["commonName": name], fixes: [reissue], "RFC 9525 §2")
        case .noNames(let name):
            return finding(
                "hostname.mismatch", "The certificate of \(host) names no host at all.", "It has no subject alternative name.",
                ["commonName": name ?? ""], fixes: [reissue], "RFC 9525 §6")
        case .addressNotListed(let names):
            return finding(
                "hostname.address-not-listed", "The certificate does not list the IP address \(host).",
                "A URL with an address needs an iPAddress entry in the subject alternative name.", ["names": Words.list(names, limit: 40)],
                fixes: [.init("Use a name that the certificate has: \(Words.list(names))"), reissue], "RFC 9525 §6.5")
        case .wildcardTooWide(let pattern):
            return finding(
                "hostname.wildcard-too-wide", "\(pattern) in the certificate does not reach \(host).",
                "A wildcard stands for exactly one label.",
                ["pattern": pattern], fixes: [reissue], "RFC 9525 §6.3")
        }
    }
}
