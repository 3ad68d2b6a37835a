import AgentProtocol
import Synchronization

/// The jobs that this process has claimed and not finished, with the token that counts for each.
final class HeldJobs: Sendable {
    private let state = Mutex<[SysID: Held]>([:])
    private struct Held {
        var token: Int64
        /// The instance says the lease is no longer ours.
        var isLost = false
    }

    enum Taking: Equatable { case new, running }

    /// A job that comes again while it is held (its lease ran out during an outage) is not started twice: what runs counts for the newer
    /// claim.
    func take(_ claim: AgentMessages.Claim) -> Taking {
        state.withLock { jobs in
            let taking: Taking = jobs[claim.job.sysID] == nil ? .new : .running
            jobs[claim.job.sysID] = Held(token: max(claim.token, jobs[claim.job.sysID]?.token ?? claim.token))
            return taking
        }
    }

    /// false for a job that waited here until its lease was lost: whoever has it now does it.
    func mayStart(_ job: SysID) -> Bool { state.withLock { jobs in jobs[job].map { !$0.isLost } ?? false } }

    func token(of job: SysID) -> Int64? { state.withLock { $0[job]?.token } }

    func release(_ job: SysID) { state.withLock { $0[job] = nil } }

    /// Of `lost`, the jobs that are still held under the token that was reported: one that ended since, or came again, is not lost.
    func lose(_ lost: [SysID], reported: [AgentMessages.Heartbeat.Held]) -> [SysID] {
        let tokens = Dictionary(reported.map { ($0.job, $0.token) }) { max($0, $1) }
        return state.withLock { jobs in
            lost.filter { job in
                guard let held = jobs[job], held.token == tokens[job] else { return false }
                jobs[job]?.isLost = true
                return true
            }
        }
    }

    var all: [AgentMessages.Heartbeat.Held] { state.withLock { $0.map { .init(job: $0.key, token: $0.value.token) } } }
    var count: Int { state.withLock { $0.count } }
}
