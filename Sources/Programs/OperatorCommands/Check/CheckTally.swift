import Diagnosis
import Synchronization

/// What came of many checks.
final class CheckTally: Sendable {
    private let isStrict: Bool
    private let state = Mutex(State())
    private struct State {
        var verdicts: [ConnectionReport.Verdict: Int] = [:]
        var warned = 0
        var worst: Int32 = 0
        var findings: [String: Int] = [:]
    }

    init(isStrict: Bool) { self.isStrict = isStrict }

    func count(_ report: ConnectionReport) {
        let code = exitCode(of: report)
        state.withLock { state in
            state.verdicts[report.verdict, default: 0] += 1
            if report.verdict == .trusted, report.findings.contains(where: { $0.severity == .warning }) { state.warned += 1 }
            state.worst = Self.graver(state.worst, code)
            if report.verdict != .trusted, let first = report.findings.first { state.findings[first.id, default: 0] += 1 }
        }
    }

    var exitCode: Int32 { state.withLock(\.worst) }

    /// `1000 checked: 990 trusted (4 with warnings), 8 refused, 2 unreachable`, and what most of the others have.
    var summary: String {
        let state = state.withLock { $0 }
        let parts = ConnectionReport.Verdict.allCases.compactMap { verdict -> String? in
            guard let count = state.verdicts[verdict] else { return nil }
            return "\(count) \(verdict.rawValue)" + (verdict == .trusted && state.warned > 0 ? " (\(state.warned) with warnings)" : "")
        }
        let total = state.verdicts.values.reduce(0, +)
        let causes = state.findings.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "  \($0.value) × \($0.key)" }
        return (["\(total) checked" + (parts.isEmpty ? "" : ": ") + parts.joined(separator: ", ")] + causes).joined(separator: "\n")
    }

    private func exitCode(of report: ConnectionReport) -> Int32 {
        switch report.verdict {
        case .unreachable, .undetermined: 3
        case .refused: 1
        case .trusted: isStrict && report.findings.contains { $0.severity == .warning } ? 4 : 0
        }
    }

    /// A refusal outweighs not knowing, which outweighs warnings.
    private static func graver(_ one: Int32, _ other: Int32) -> Int32 {
        let order: [Int32] = [0, 4, 3, 1]
        return (order.firstIndex(of: one) ?? 0) >= (order.firstIndex(of: other) ?? 0) ? one : other
    }
}
