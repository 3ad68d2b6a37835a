import AgentConfiguration
import AgentIdentity
import ArgumentParser
import Diagnosis
import JavaKeystore

struct IdentityShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show an agent's key pair and certificate, and what is wrong with them.",
        discussion:
            "The certificate is printed as Java-based agents log it. Exit code: 0 fine, 1 findings of severity error, 3 no config.xml.")

    @OptionGroup var identity: IdentityOptions

    func run() throws {
        try identity.on { home in
            let inspection = IdentityInspection(home)
            let findings = IdentityReview.findings(on: inspection.evidence, at: Clock.seconds)
            let report = IdentityReport(home: home, inspection: inspection, findings: findings)
            var result = ResultStream()
            if identity.output.isJSON {
                result.json(report.json)
                result.text("\n")
            } else {
                for line in report.lines { result.line(Printable.line(line)) }
                if !findings.isEmpty { result.line(FindingText(colours: !identity.output.noColor && Console.colours).render(findings)) }
            }
            result.flush()
            if findings.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
        }
    }
}

/// What `identity show` prints.
struct IdentityReport {
    let home: IdentityHome
    let inspection: IdentityInspection
    let findings: [Finding]

    private var entry: Keystore.Entry? { inspection.store?.reading.keystore.identity }
    private var leaf: CertificateRow? { entry?.content.certificates.first.map { CertificateRow($0) } }

    /// One word: `ready`, `missing`, `out-of-sync`, `unreadable` or `unusable`.
    private var state: String {
        switch inspection.evidence.store {
        case .missing: "missing"
        case .unreadable: "unreadable"
        case .damaged: "unusable"
        case .identifierMissing, .identifierWrong, .altered, .undecided: "out-of-sync"
        case .opens:
            switch inspection.evidence.pair {
            case .missing: "missing"
            case .unusable: "unusable"
            case .present: "ready"
            }
        }
    }

    private var location: String {
        home.keystorePath == home.layout.keystores.last ? "until Quebec" : "since Rome"
    }

    var json: JSONText {
        let store = inspection.store
        let others = inspection.evidence.otherKeys
        let fields: [(String, JSONText)] = [
            ("home", .string(home.path)), ("keystore", .string(home.keystorePath)), ("location", .string(location)),
            ("format", .optional(store?.format.rawValue)), ("state", .string(state)),
            ("midIdPresent", .bool(!home.midID.isEmpty)), ("alias", .optional(entry.flatMap { store?.shown($0) })),
            ("custom", entry.map { .bool($0.isCustom) } ?? .null), ("certificate", leaf?.json ?? .null),
            ("chain", .array((entry?.content.certificates ?? []).map { .object([("sha256", .string(CertificateRow($0).sha256))]) })),
            ("dump", .strings(leaf.flatMap { CertificateDump.lines(of: $0.stored.der) } ?? [])), ("otherKeys", .strings(others)),
            ("findings", .array(findings.map { JSONText($0) })),
        ]
        return .object(fields)
    }

    var lines: [String] {
        var lines = [
            "\(home.keystorePath): \(state)", "  location: \(location)\(inspection.store.map { ", \($0.format.javaName)" } ?? "")",
        ]
        lines.append(
            "  keypairs.mid_id: \(home.midID.isEmpty ? "none" : inspection.store == nil ? "does not open the keystore" : "opens the keystore")"
        )
        if let entry, let leaf {
            lines.append("  alias: \(inspection.store?.shown(entry) ?? entry.alias), \(entry.isCustom ? "custom" : "generated")")
            lines.append("  SHA-256: \(leaf.sha256)")
            if let end = leaf.notAfter { lines.append("  ends: \(Moments.rfc3339(end)), in \((end - Clock.seconds) / 86_400) days") }
            if entry.content.certificates.count > 1 { lines.append("  chain of \(entry.content.certificates.count)") }
            lines += (CertificateDump.lines(of: leaf.stored.der) ?? []).map { "  " + $0 }
        }
        if !inspection.evidence.otherKeys.isEmpty { lines.append("  other keys: \(inspection.evidence.otherKeys.joined(separator: ", "))") }
        return lines
    }
}
