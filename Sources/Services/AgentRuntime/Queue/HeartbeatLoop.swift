import AgentProtocol

/// Tells the instance at intervals that the agent lives and which leases it holds. It shares nothing with the pools: a heartbeat waits
/// for no job.
struct HeartbeatLoop: Sendable {
    let client: InstanceClient
    let agent: SysID
    let session: String
    let held: HeldJobs
    let spool: Spool
    let log: AgentLog
    var interval = Duration.seconds(10)
    /// What a beat brought, or that the instance does not know this agent (any more).
    let report: @Sendable (Outcome) async -> Void

    enum Outcome: Sendable {
        case alive(AgentMessages.Validation, RekeyWish.Strength)
        case unknownAgent
        case failed(InstanceFailure)
    }

    private static func wish(_ answer: AgentMessages.HeartbeatAnswer) -> RekeyWish.Strength {
        answer.rekey == true ? (answer.replacesCustom == true ? .ofAny : .ofGenerated) : .none
    }

    /// Until cancelled.
    func run() async {
        var failures = 0
        while !Task.isCancelled {
            let jobs = held.all + spool.held
            do throws(InstanceFailure) {
                let answer = try await client.heartbeat(.init(session: session, holding: jobs, spooledResults: spool.count), as: agent)
                if failures > 0 { log.write(thread: "Heartbeat", "The instance answers again") }
                failures = 0
                for job in held.lose(answer.lost, reported: jobs) {
                    log.write(.warning, thread: "Heartbeat", "The lease of job \(job) is lost")
                }
                await report(.alive(answer.validation, Self.wish(answer)))
            } catch {
                if Task.isCancelled { return }
                failures += 1
                if failures == 1 || failures.isMultiple(of: 6) {
                    log.write(.warning, thread: "Heartbeat", "No heartbeat: \(error.summary)")
                }
                await report(error.kind == .unknownAgent ? .unknownAgent : .failed(error))
            }
            try? await Task.sleep(for: interval)
        }
    }
}
