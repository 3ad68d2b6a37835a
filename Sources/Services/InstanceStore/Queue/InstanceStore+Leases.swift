public import AgentProtocol
import GRDB

public import struct Foundation.Date

extension InstanceStore {
    /// Renews the leases that `session` still has and notes that the agent lives. Returns the jobs of `holding` that are no longer its
    /// own. A job whose result is stored under the same token is not lost: it is done.
    public func heartbeat(
        agent: AgentRecord, session: String, holding: [AgentMessages.Heartbeat.Held], spooledResults: Int, leaseSeconds: Int, now: Date
    ) async throws(InstanceStoreError) -> [SysID] {
        let until = Timestamp(now.addingTimeInterval(Double(leaseSeconds)))
        return try await write { database in
            try database.execute(
                sql: "UPDATE ecc_agent SET last_seen = ?, spooled_results = ? WHERE sys_id = ?",
                arguments: [Timestamp(now), spooledResults, agent.sysID.description])
            let find = try database.cachedStatement(
                sql: "SELECT ordinal, state, token, claimed_by FROM ecc_queue WHERE sys_id = ? AND queue = 'output' AND agent = ?")
            let renew = try database.cachedStatement(sql: "UPDATE ecc_queue SET lease_until = ? WHERE ordinal = ?")
            var lost: [SysID] = []
            for held in holding {
                let row = try Row.fetchOne(find, arguments: [held.job.description, queueAgent(named: agent.name)])
                guard let row, (row["token"] as Int64) == held.token, (row["claimed_by"] as String?) == session else {
                    lost.append(held.job)
                    continue
                }
                if (row["state"] as String) == QueueRecord.State.processing.rawValue {
                    try renew.execute(arguments: [until, row["ordinal"] as Int64])
                }
            }
            return lost
        }
    }
}
