import AgentProtocol

/// Fetches jobs for all pools: asks for as many as they have room for, and lets the instance hold the request until there is one.
///
/// The instance lets one request of an agent wait: a newer one makes the older answer empty, without losing a job. That is used when a
/// pool that was full as the request went out has room again: an empty request ends the wait, and the next one asks for that pool too.
struct ClaimLoop: Sendable {
    let pools: [WorkerPool]
    /// Rings when a pool may have room.
    let room: Bell
    let client: InstanceClient
    let agent: SysID
    let session: String
    let pollInterval: Duration
    /// false where requests must not wait (`mid.disable_amb`).
    let push: Bool
    let held: HeldJobs
    let spool: Spool
    let log: AgentLog
    /// Open while jobs may be taken.
    let gate: Gate
    /// The instance says that a newer process of this agent takes the jobs.
    let superseded: @Sendable () -> Void

    private static let thread = "ECCQueueMonitor"

    /// Until cancelled.
    func run() async {
        var pace = ClaimPace.initial
        var failures = 0
        while !Task.isCancelled {
            await gate.passage()
            await untilRoom()
            if Task.isCancelled { return }
            guard gate.isOpen else { continue }
            let request = request(waiting: push ? pace.waitSeconds : 0)
            do throws(InstanceFailure) {
                let answer = try await claim(request)
                for claim in answer.claims { take(claim) }
                failures = 0
                pace = pace.after(.answered)
                if request.waitSeconds == 0, answer.claims.isEmpty { try? await Task.sleep(for: pollInterval) }
            } catch {
                if Task.isCancelled { return }
                failures += 1
                pace = note(error, pace)
                try? await Task.sleep(for: Backoff(first: .milliseconds(200), cap: .seconds(30)).delay(afterFailures: failures))
            }
        }
    }

    private func note(_ failure: InstanceFailure, _ pace: ClaimPace) -> ClaimPace {
        log.write(.warning, thread: Self.thread, "Unable to get jobs: \(failure.summary)")
        switch failure.kind {
        case .notAllowedYet, .unknownAgent: gate.close()  // the next heartbeat says when to go on
        case .conflict: superseded()
        default: break
        }
        guard case .interrupted = failure else { return pace }
        let next = pace.after(.interrupted)
        if case .push = pace, case .polling = next {
            log.write(.warning, thread: Self.thread, "Requests that wait are cut; polling every \(pollInterval) for a while")
        }
        return next
    }

    private func request(waiting seconds: Int) -> AgentMessages.ClaimRequest {
        func wanted(_ priority: Priority) -> Int { pools.filter { $0.priority == priority }.map(\.wanted).reduce(0, +) }
        return AgentMessages.ClaimRequest(
            interactive: wanted(.interactive), expedited: wanted(.expedited), standard: wanted(.standard), waitSeconds: seconds,
            session: session)
    }

    private func claim(_ request: AgentMessages.ClaimRequest) async throws(InstanceFailure) -> AgentMessages.ClaimAnswer {
        let full = pools.filter { request.places(for: $0.priority) == 0 }
        if request.waitSeconds == 0 || full.isEmpty { return try await client.claim(request, as: agent) }
        let answer = await withTaskGroup(of: Swift.Result<AgentMessages.ClaimAnswer, InstanceFailure>?.self) { group in
            group.addTask {
                do throws(InstanceFailure) { return .success(try await client.claim(request, as: agent)) } catch { return .failure(error) }
            }
            group.addTask {
                await untilRoom(in: full)
                // The two requests travel on different connections: this one may overtake the one that it is to end.
                var pause = Duration.milliseconds(10)
                while !Task.isCancelled {
                    await endWait()
                    try? await Task.sleep(for: pause)
                    pause = min(pause * 2, .seconds(1))
                }
                return nil
            }
            var answer: Swift.Result<AgentMessages.ClaimAnswer, InstanceFailure>?
            while answer == nil, let next = await group.next() { answer = next }
            group.cancelAll()
            return answer
        }
        return try answer?.get() ?? AgentMessages.ClaimAnswer(claims: [])
    }

    /// Failing is no harm: the wait ends by itself. In a task of its own, as cancelling a request costs its connection.
    private func endWait() async {
        let empty = AgentMessages.ClaimRequest(interactive: 0, expedited: 0, standard: 0, waitSeconds: 0, session: session)
        await Task { _ = try? await client.claim(empty, as: agent) }.value
    }

    private func untilRoom(in full: [WorkerPool]) async {
        while !Task.isCancelled {
            let seen = room.count
            if full.contains(where: { $0.wanted > 0 }) { return }
            await room.rung(after: seen)
        }
    }

    private func untilRoom() async {
        while !Task.isCancelled {
            let seen = room.count
            if spool.isFull {
                // Results leave as the instance takes them; no bell rings for "few enough".
                try? await Task.sleep(for: .seconds(1))
            } else if pools.contains(where: { $0.wanted > 0 }) {
                return
            } else {
                await room.rung(after: seen)
            }
        }
    }

    private func take(_ claim: AgentMessages.Claim) {
        guard let pool = pools.first(where: { $0.priority == claim.job.priority }) else { return }
        guard held.take(claim) == .new else {
            log.write(
                .warning, thread: Self.thread, "Job \(claim.job.sysID) came again while it runs; what runs counts for the newer claim")
            return
        }
        pool.submit(claim)
    }
}

extension AgentMessages.ClaimRequest {
    func places(for priority: Priority) -> Int {
        switch priority {
        case .interactive: interactive
        case .expedited: expedited
        case .standard: standard
        }
    }
}
