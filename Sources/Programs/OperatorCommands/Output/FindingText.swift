import Diagnosis

/// Findings as people read them: what, why, how we know, how to mend it.
struct FindingText {
    var colours: Bool

    func render(_ findings: [Finding], indent: String = "") -> String {
        findings.map { render($0, indent: indent) }.joined(separator: "\n")
    }

    func render(_ finding: Finding, indent: String) -> String {
        var lines = ["\(indent)\(mark(finding.severity)) \(bold(finding.id)): \(finding.summary)"]
        let inner = indent + "    "
        lines.append("\(inner)\(finding.cause)")
        if let root = finding.consequenceOf { lines.append("\(inner)Follows from \(root).") }
        for (name, value) in finding.evidence.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
            lines.append("\(inner)\(name): \(value)")
        }
        for fix in finding.fixes {
            lines.append("\(inner)Fix: \(fix.effect)\(fix.safe ? "" : " (this weakens a check)")")
            if let command = fix.command { lines.append("\(inner)  $ \(command)") }
        }
        return lines.joined(separator: "\n")
    }

    private func mark(_ severity: Finding.Severity) -> String {
        switch severity {
        case .error: paint("[error]", "31")
        case .warning: paint("[warning]", "33")
        case .notice: paint("[notice]", "36")
        }
    }

    private func bold(_ text: String) -> String { paint(text, "1") }
    private func paint(_ text: String, _ code: String) -> String { colours ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }
}
