import PathValidation

/// Findings on names that a certificate does not have, without a connection to mend.
enum NameFindings {
    /// nil when the name matched.
    static func finding(_ outcome: NameOutcome, name: String, subject: String) -> Finding? {
        let (id, cause, names): (String, String, [String])
        switch outcome {
        case .matched: return nil
        case .mismatch(let found, _): (id, cause, names) = ("hostname.mismatch", "None of its names is the one that was asked for.", found)
        case .commonNameOnly(let commonName):
            (id, cause, names) = (
                "hostname.common-name-only", "Only its common name would match, and common names do not count.", [commonName]
            )
        case .noNames(let commonName):
            (id, cause, names) = ("hostname.mismatch", "It has no subject alternative name to compare.", commonName.map { [$0] } ?? [])
        case .addressNotListed(let found):
            (id, cause, names) = (
                "hostname.address-not-listed", "An address needs an iPAddress entry in the subject alternative name.", found
            )
        case .wildcardTooWide(let pattern):
            (id, cause, names) = ("hostname.wildcard-too-wide", "A wildcard stands for exactly one label.", [pattern])
        }
        return Finding(
            id: id, severity: .error, subject: subject, summary: "The certificate does not name \(name).", cause: cause,
            evidence: ["asked": name, "names": Words.list(names, limit: 40)],
            fixes: [.init("Ask its owner for a certificate that names \(name)")], references: ["RFC 9525 §6"])
    }
}

/// Findings on what given lists and answers say of one certificate.
enum GivenRevocationFindings {
    static func findings(_ outcome: RevocationOutcome, _ scene: PathFindings.Scene) -> [Finding] {
        let named = outcome.certificate.subject.description
        var facts = ["certificate": named, "serial": outcome.certificate.serialText, "sha256": outcome.certificate.sha256]
        switch outcome.status {
        case .good: return []
        case .revoked(let proof, let moment, let reason):
            facts["revoked"] = Words.time(moment)
            facts["source"] = proof.source
            facts["reason"] = reason.map { "\($0)" }
            return [
                Finding(
                    id: "revocation.revoked", severity: .error, subject: scene.subject, summary: "\(named) was revoked.",
                    cause: "Its issuer has taken it back, and says so in \(proof.source).", evidence: facts,
                    fixes: [.init("Ask the owner of \(scene.owner) for a new certificate")], references: ["RFC 5280 §6.3"])
            ]
        case .unknown(let obstacles):
            facts["obstacles"] = Words.list(obstacles.map { "\($0)" })
            return [
                Finding(
                    id: "revocation.status-unknown", severity: .warning, subject: scene.subject,
                    summary: "What was given does not say whether \(named) was revoked.",
                    cause: "No list and no answer about it counts.", evidence: facts,
                    fixes: [.init("Fetch the list or the answer again, and give it with --crl or --ocsp")], references: ["RFC 5280 §6.3"])
            ]
        }
    }
}
