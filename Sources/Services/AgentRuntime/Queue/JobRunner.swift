import AgentProtocol
import Diagnosis
import LocalFiles
import Synchronization

/// Does one job: finds its probe, gives it its time, and puts the result on disk.
struct JobRunner: Sendable {
    let surroundings: ProbeSurroundings
    let spool: Spool
    let held: HeldJobs
    let log: AgentLog
    let account: AgentAccount
    var probe: @Sendable (_ topic: String) -> (any Probe)? = ProbeKinds.handling

    func perform(_ claim: AgentMessages.Claim) async {
        let job = claim.job
        let source = Redaction.source(job.source)
        let thread = "Worker-\(job.priority.poolName):MIDWorker-\(job.sysID)"
        defer { held.release(job.sysID) }
        guard held.mayStart(job.sysID) else {
            return log.write(.warning, thread: thread, "Not started, the lease went to another claim: \(job.topic) source: \(source)")
        }
        let again = claim.earlierClaims > 0 ? " (claimed \(claim.earlierClaims) times before)" : ""
        log.write(thread: thread, "Worker starting: \(job.topic) source: \(source)\(again)")
        let facts = JobFacts(job: job.sysID, topic: job.topic, source: source, priority: job.priority)
        account.tell(.jobStarted(facts))

        let started = ContinuousClock.now
        let (report, parameters) = await report(for: claim)
        let duration = ContinuousClock.now - started
        // The agent is stopping: the lease goes back unanswered and the job is done elsewhere, or at the next start.
        if Task.isCancelled { return log.write(.warning, thread: thread, "Worker cancelled: \(job.topic) source: \(source)") }

        let token = held.token(of: job.sysID) ?? claim.token
        let record = QueueRecord(
            agent: job.agent, queue: .input, topic: job.topic, name: job.name, source: job.source,
            payload: report.payload(echoing: parameters, duration: duration), priority: job.priority, sequence: job.sequence,
            responseTo: job.sysID, agentCorrelator: job.agentCorrelator, errorString: report.errorString)
        do throws(FileFailure) {
            log.write(thread: thread, "Enqueuing: \(spool.folder)/ecc_queue.\(job.sysID).xml")
            // One result per claim: whatever comes twice with this key is the same.
            try await spool.append(.init(idempotencyKey: "\(job.sysID).\(token)", token: token, record: record))
        } catch {
            let finding = AgentFindings.diskTrouble(error)
            log.write(finding, thread: thread)
            account.tell(.findingRaised(finding))
            return  // not durable, so not done: the lease runs out and the job comes again
        }
        if !report.errorString.isEmpty { log.write(.warning, thread: thread, report.errorString) }
        log.write(thread: thread, "Worker completed: \(job.topic) source: \(source) time: \(Self.time(duration))")
        account.tell(
            .jobFinished(
                facts,
                JobOutcome(resultCode: report.resultCode, duration: duration, findings: report.findings, errorString: report.errorString)))
    }

    private func report(for claim: AgentMessages.Claim) async -> (ProbeReport, [JobPayload.Parameter]) {
        let job = claim.job
        guard let probe = probe(job.topic) else {
            let finding = AgentFindings.jobRefused(subject: job.topic, cause: "This agent has no probe for the topic \(job.topic).")
            return (ProbeReport.failure("No probe handles the topic \(job.topic)", findings: [finding]).withFindings(), [])
        }
        guard let parameters = (try? JobPayload(parsing: job.payload))?.parameters else {
            let finding = AgentFindings.jobRefused(subject: job.topic, cause: "The payload of the job is not the XML of parameters.")
            return (ProbeReport.failure("The job's payload cannot be read", findings: [finding]).withFindings(), [])
        }
        let work = ProbeJob(
            id: job.sysID, name: job.name, source: job.source,
            parameters: Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }), sealedSecrets: claim.sealedSecrets)
        var own = surroundings
        let thread = "Worker-\(job.priority.poolName):\(job.topic)-\(job.sysID)"
        own.log = { [log] in log.write(thread: thread, $0) }
        let surroundings = own
        if let report = await within(probe.deadline, { await probe.run(work, in: surroundings) }) { return (report, parameters) }
        return (.failure("\(job.topic) gave no result in \(probe.deadline) and was cancelled"), parameters)
    }

    /// `0:00:00.268`, as the vendor's log has it.
    static func time(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        func padded(_ number: Int64, _ width: Int) -> String {
            String(repeating: "0", count: max(0, width - String(number).count)) + String(number)
        }
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1_000)
        return "\(seconds / 3_600):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2)).\(padded(rest, 3))"
    }
}
