import Diagnosis

/// One chain as people read it.
struct ChainText {
    var colours: Bool

    func render(_ report: ChainReport) -> String {
        var lines = ["\(report.file)  \(verdict(report.verdict))"]
        lines.append(
            "  checks for \(report.at): chain \(report.checks.chain.rawValue), name \(report.checks.hostname.rawValue), revocation \(report.checks.revocation.rawValue)"
        )
        for (index, certificate) in report.path.enumerated() {
            lines.append(
                "  \(String(repeating: "  ", count: index))\(index == 0 ? "" : "↳ ")\(certificate.subject), until \(certificate.notAfter)")
        }
        for status in report.revocation {
            lines.append("  revocation of \(status.certificate.prefix(16))…: \(status.status)\(status.source.map { " (\($0))" } ?? "")")
        }
        if !report.policies.isEmpty { lines.append("  policies: \(report.policies.joined(separator: ", "))") }
        for (index, candidate) in report.candidates.enumerated().dropFirst().prefix(8) {
            lines.append(
                "  path \(index + 1) of \(candidate.path.count) certificates: \(candidate.defects.map(\.cause).joined(separator: " "))")
        }
        if !report.findings.isEmpty { lines.append(FindingText(colours: colours).render(report.findings, indent: "  ")) }
        return lines.joined(separator: "\n")
    }

    private func verdict(_ verdict: ChainReport.Verdict) -> String {
        let code =
            switch verdict {
            case .trusted: "32"
            case .refused: "31"
            case .undetermined: "33"
            }
        return colours ? "\u{1B}[\(code)m\(verdict.rawValue)\u{1B}[0m" : verdict.rawValue
    }
}
