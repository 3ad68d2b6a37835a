import PathValidation
import TrustPolicy

/// What changed since the endpoint was last trusted.
extension ConnectionFindings {
    /// The authorities' servers are others now: a firewall that lists them by name has to learn of them, at best before it matters.
    static func sourcesMoved(_ evidence: ConnectionEvidence, isCause: Bool, context: FixContext) -> Finding? {
        guard let last = evidence.lastVisit, let path = evidence.path, path.isValid,
            evidence.decision.policy.checks.revocation != .notChecked
        else { return nil }
        let new = path.best.sources.filter { !last.sources.contains($0) }
        guard !new.isEmpty, !last.sources.isEmpty else { return nil }
        let places = Words.list(new)
        return Finding(
            id: "revocation.source-moved", severity: isCause ? severity(true) : .warning, subject: evidence.subject,
            summary: "The certificates of \(evidence.endpoint.host) now name \(places) for revocation.",
            cause:
                "Another authority, or another server of it, vouches for the endpoint than before. A firewall that allows only the former "
                + "ones blocks the question.",
            evidence: [
                "new": places, "before": Words.list(last.sources), "beforeSince": Words.time(last.since), "issuer": path.best.issuerText,
                "issuerBefore": last.issuer,
            ],
            fixes: [
                .init("Ask for the firewall to be opened for \(places), by name and not by address"),
                .init("Look again", command: context.command(["check", evidence.subject], store: true, connecting: true)),
            ], vendorMessages: isCause ? ["OCSP revoke check IOException for"] : [], references: ["RFC 5280 §4.2.2.1"])
    }

    /// Whether a device that was trusted before now issues from another key: its name was known then, and names the same maker or owner now.
    static func rotatedInterceptor(_ evidence: ConnectionEvidence, issuers: [String]) -> EndpointVisit? {
        // The same issuer under the same name, or the very anchor again: then the store changed, and not the device.
        guard let last = evidence.lastVisit, !evidence.presented.contains(where: { $0.sha256 == last.anchorSHA256 }),
            evidence.presented.first?.issuer.description != last.issuer
                || evidence.presented.contains(where: { $0.subject == $0.issuer })
        else { return nil }
        let before = [last.issuer, last.anchor]
        let signs = (InterceptionSigns.sign(in: before), InterceptionSigns.sign(in: issuers))
        if signs.0 != nil, signs.1 != nil { return last }
        // Without a telling name: an issuing certificate that was trusted by itself, and another one of the same owner now.
        guard !last.anchorIsRoot else { return nil }
        let owners = Set(before.compactMap(organization))
        return issuers.compactMap(organization).contains(where: owners.contains) ? last : nil
    }

    /// The value of `O=` in a name as RFC 4514 writes it.
    private static func organization(_ name: String) -> String? {
        var isEscaped = false
        var parts: [String] = [""]
        for character in name {
            if character == ",", !isEscaped { parts.append("") } else { parts[parts.count - 1].append(character) }
            isEscaped = character == "\\" && !isEscaped
        }
        return parts.first { $0.hasPrefix("O=") }.map { String($0.dropFirst(2)).lowercased() }
    }
}

extension CandidatePath {
    fileprivate var issuerText: String { certificates.first?.issuer.description ?? "" }
}
