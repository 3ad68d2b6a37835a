import Diagnosis
import LocalFiles
import Synchronization
import TrustPolicy

/// `logs/agent0.log.0` in the shape that people grep for: `MM/dd/yy HH:mm:ss (SSS) Thread [LEVEL *** WORD ***] message`.
///
/// Secrets never come here: callers hand over names, identifiers and redacted sources. What was read from outside is stripped of control
/// characters, so that no input can forge a line.
final class AgentLog: Sendable {
    enum Level: Int, Comparable, Sendable {
        case debug, info, warning, severe
        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
        var mark: String {
            switch self {
            case .debug: "DEBUG "
            case .info: ""
            case .warning: "WARNING *** WARNING *** "
            case .severe: "SEVERE *** ERROR *** "
            }
        }
    }

    /// The vendor's size and number of files.
    static let fileBytes = 10 << 20
    static let kept = 5
    static let lineLimit = 4_096

    private let folder: String
    private let fileBytes: Int
    private let state: Mutex<State>
    private struct State {
        var file: OpenFile?
        var length: Int
        var threshold: Level
    }

    init(folder: String, threshold: Level = .info, fileBytes: Int = AgentLog.fileBytes) throws(FileFailure) {
        try Files.makeFolder(folder)
        let file = try OpenFile(folder + "/agent0.log.0", for: .append)
        (self.folder, self.fileBytes) = (folder, fileBytes)
        state = Mutex(State(file: file, length: (try? file.length()) ?? 0, threshold: threshold))
    }

    var threshold: Level {
        get { state.withLock { $0.threshold } }
        set { state.withLock { $0.threshold = newValue } }
    }

    func write(_ level: Level = .info, thread: String, _ message: String) {
        guard level >= threshold else { return }
        append("\(Machine.logStamp()) \(thread) \(level.mark)\(Self.oneLine(message))\n")
    }

    /// A block: what happened in the vendor's words where there are any, then the finding's identifier and what mends it.
    func write(_ finding: Finding, thread: String) {
        let level: Level = finding.severity == .error ? .severe : finding.severity == .warning ? .warning : .info
        guard level >= threshold else { return }
        var lines = ["\(Machine.logStamp()) \(thread) \(level.mark)\(Self.oneLine(finding.vendorMessages.first ?? finding.summary))"]
        if !finding.vendorMessages.isEmpty { lines.append("    \(Self.oneLine(finding.summary))") }
        lines.append("    \(Self.oneLine(finding.cause))")
        lines.append("    finding: \(finding.id)")
        for fix in finding.fixes {
            lines.append("    fix: \(Self.oneLine(fix.effect))" + (fix.command.map { ": " + Self.oneLine($0) } ?? ""))
        }
        append(lines.joined(separator: "\n") + "\n")
    }

    /// A log that cannot be written must not stop the work: the line is lost.
    private func append(_ text: String) {
        let bytes = Array(text.utf8)
        state.withLock { state in
            if state.length + bytes.count > fileBytes { rotate(&state) }
            guard (try? state.file?.write(bytes)) != nil else { return }
            state.length += bytes.count
        }
    }

    private func rotate(_ state: inout State) {
        let name = folder + "/agent0.log."
        for number in stride(from: Self.kept - 1, through: 1, by: -1) {
            try? Files.move(name + String(number - 1), to: name + String(number))
        }
        guard let fresh = try? OpenFile(name + "0", for: .append) else { return }
        (state.file, state.length) = (fresh, (try? fresh.length()) ?? 0)
    }

    /// Control characters become spaces, and an end is set to what somebody else wrote.
    static func oneLine(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == lineLimit { return String(result) + "…" }
            let isControl = scalar.value < 32 || (127...159).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
            result.append(isControl ? " " : scalar)
        }
        return String(result)
    }
}

extension AgentLog {
    /// Who said what on a connection; at the finest level only.
    func trace(_ evidence: ConnectionEvidence) {
        guard threshold == .debug else { return }
        for line in ConnectionTrace.lines(evidence) { write(.debug, thread: "TLS", line) }
    }
}
