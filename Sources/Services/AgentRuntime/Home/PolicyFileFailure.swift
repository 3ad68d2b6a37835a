public import Diagnosis
public import LocalFiles
public import TrustPolicy

/// Why a policy file is not taken.
public enum PolicyFileFailure: Error, Sendable {
    case file(FileFailure)
    case content(path: String, PolicyFile.Failure)

    /// Nothing is known about its content.
    public var isUnreadable: Bool { if case .file = self { true } else { false } }

    public var finding: Finding {
        switch self {
        case .file(let failure): return FileFindings.explaining(failure)
        case .content(let path, let failure):
            func finding(_ id: String, _ summary: String, _ cause: String, _ evidence: [String: String], fix: String) -> Finding {
                Finding(
                    id: id, severity: .error, subject: path, summary: summary, cause: cause,
                    evidence: evidence.merging(["file": path]) { first, _ in first }, fixes: [.init(fix)])
            }
            switch failure {
            case .notJSON(let why):
                return finding(
                    "config.malformed", "\(path) is no policy table: \(why).", "The file was edited by hand, or is another one.",
                    ["found": why],
                    fix: "Correct the file, or take back the dated copy that lies beside it")
            case .overLimit(let why):
                return finding(
                    "config.bad-value", "\(path) is too large for a policy table.", "It holds \(why).", ["found": why],
                    fix: "Join rows: one row takes any number of endpoints")
            case .field(let row, let field, let why):
                return finding(
                    "config.bad-value", "In \(path), row \(row): \(field) \(why).",
                    "The row cannot be taken as it stands, so none of the table is.",
                    ["row": row, "field": field], fix: "Correct the field")
            case .combination(let row):
                return finding(
                    "policy.combination", "In \(path), row \(row) checks host names without checking chains.",
                    "The name is read from a certificate that the chain check has validated; without that check anybody can write any name.",
                    ["row": row], fix: "Switch the chain check on, or the host-name check off")
            case .duplicate(let row):
                return finding(
                    "config.bad-value", "In \(path) two rows are called \(row).", "Nobody could say which of them decides.", ["row": row],
                    fix: "Rename or remove one of them")
            }
        }
    }
}
