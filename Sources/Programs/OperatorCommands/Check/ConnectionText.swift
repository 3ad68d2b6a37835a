import Diagnosis

/// One connection as people read it.
struct ConnectionText {
    var colours: Bool

    func render(_ report: ConnectionReport) -> String {
        var lines = ["\(report.url)  \(verdict(report.verdict))", "  decided by \(report.decidedBy)"]
        let stages = report.stages.map { "\($0.name) \($0.outcome == "passed" ? "\(rounded($0.milliseconds)) ms" : $0.outcome)" }
        if !stages.isEmpty { lines.append("  " + stages.joined(separator: " · ")) }
        lines.append(
            "  checks: chain \(report.checks.chain.rawValue), host name \(report.checks.hostname.rawValue), revocation \(report.checks.revocation.rawValue)"
        )
        for (index, certificate) in report.path.enumerated() {
            lines.append(
                "  \(String(repeating: "  ", count: index))\(index == 0 ? "" : "↳ ")\(certificate.subject), until \(certificate.notAfter)")
        }
        for status in report.revocation {
            lines.append("  revocation of \(status.certificate.prefix(16))…: \(status.status)\(status.source.map { " (\($0))" } ?? "")")
        }
        if !report.endpointsToOpen.isEmpty { lines.append("  to open in a firewall: \(report.endpointsToOpen.joined(separator: ", "))") }
        if !report.findings.isEmpty { lines.append(FindingText(colours: colours).render(report.findings, indent: "  ")) }
        return lines.joined(separator: "\n")
    }

    /// In a list: what came of it, and the first finding.
    func line(_ report: ConnectionReport) -> String {
        "\(verdict(report.verdict))  \(report.url)" + (report.findings.first.map { "  \($0.id)  \($0.summary)" } ?? "")
    }

    private func verdict(_ verdict: ConnectionReport.Verdict) -> String {
        let code =
            switch verdict {
            case .trusted: "32"
            case .refused: "31"
            case .undetermined, .unreachable: "33"
            }
        return colours ? "\u{1B}[\(code)m\(verdict.rawValue)\u{1B}[0m" : verdict.rawValue
    }

    private func rounded(_ milliseconds: Double) -> String { "\((milliseconds * 10).rounded() / 10)" }
}
