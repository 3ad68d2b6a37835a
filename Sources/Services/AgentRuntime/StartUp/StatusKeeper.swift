import Diagnosis
import FoundationEssentials
import LocalFiles

/// Keeps `midguard-status.json` true, and the findings that stand: each is logged and told once, until it is settled.
actor StatusKeeper {
    private(set) var status = AgentStatusReport()
    private let home: String
    private let log: AgentLog
    private let account: AgentAccount

    init(home: String, log: AgentLog, account: AgentAccount) {
        (self.home, self.log, self.account) = (home, log, account)
        status.pid = Machine.processID
    }

    private var reported: [Finding]?

    /// The findings that stand, when the instance has not been told of them yet; nil when it has.
    func unreported() -> [Finding]? {
        if status.findings == reported { return nil }
        reported = status.findings
        return status.findings
    }

    func reportFailed() { reported = nil }

    /// A status that cannot be written is no reason to stop.
    func update(_ change: @Sendable (inout AgentStatusReport) -> Void) {
        let before = status
        change(&status)
        if status != before { write() }
    }

    /// Logs and tells a finding that does not stand yet.
    func raise(_ findings: [Finding], thread: String) {
        let new = findings.filter { finding in !status.findings.contains { $0.id == finding.id && $0.subject == finding.subject } }
        for finding in new {
            log.write(finding, thread: thread)
            account.tell(.findingRaised(finding))
        }
        if new.isEmpty { return }
        status.findings += new
        write()
    }

    /// What these identifiers said holds no more.
    func settle(_ isSettled: @Sendable (Finding) -> Bool) {
        let standing = status.findings.filter { !isSettled($0) }
        if standing.count == status.findings.count { return }
        status.findings = standing
        write()
    }

    func write() {
        do throws(FileFailure) { try status.write(home: home) } catch {
            log.write(.warning, thread: "main", "The status file cannot be written: \(AgentFindings.diskTrouble(error).summary)")
        }
    }

    /// RFC 3339, UTC, whole seconds.
    static func time(_ date: Date) -> String { date.formatted(.iso8601) }
}
