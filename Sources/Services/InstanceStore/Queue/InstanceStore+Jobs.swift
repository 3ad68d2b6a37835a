public import AgentProtocol
import GRDB

public import struct Foundation.Date

extension InstanceStore {
    /// Puts a job into its agent's queue and wakes the agent. A `sequence` of 0 becomes the time, so that jobs run in the order they came.
    /// Throws `exists` when a row has this identifier already.
    @discardableResult
    public func insertJob(_ record: QueueRecord, by user: String, now: Date) async throws(InstanceStoreError) -> QueueRecord {
        try await insertJobs([record], by: user, now: now)[0]
    }

    /// All or none.
    @discardableResult
    public func insertJobs(_ records: [QueueRecord], by user: String, now: Date) async throws(InstanceStoreError) -> [QueueRecord] {
        let jobs = records.map { record in
            var job = record
            (job.queue, job.state) = (.output, .ready)
            if job.sequence == 0 { job.sequence = Timestamp(now).milliseconds }
            return job
        }
        try await write { database in
            for job in jobs {
                if try Self.rowExists(job.sysID, in: database) {
                    throw InstanceStoreError.exists(kind: "ecc_queue", name: job.sysID.description)
                }
                try job.insert(into: database, by: user, now: now)
            }
        }
        for agent in Set(jobs.map(\.agent)) { signal.wake(agent: agent) }
        return jobs
    }

    public func entry(_ sysID: SysID) async throws(InstanceStoreError) -> QueueEntry? {
        try await read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM ecc_queue WHERE sys_id = ?", arguments: [sysID.description]).map(QueueEntry.init)
        }
    }

    /// Newest first. Rows of `payload`s may be large: ask for no more than you show.
    public func latestEntries(limit: Int) async throws(InstanceStoreError) -> [QueueEntry] {
        try await read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM ecc_queue ORDER BY ordinal DESC LIMIT ?", arguments: [limit]).map(
                QueueEntry.init)
        }
    }

    /// What agents have said to this job, oldest first.
    public func answers(to job: SysID) async throws(InstanceStoreError) -> [QueueEntry] {
        try await read { database in
            let sql = "SELECT * FROM ecc_queue WHERE response_to = ? AND queue = 'input' ORDER BY ordinal"
            return try Row.fetchAll(database, sql: sql, arguments: [job.description]).map(QueueEntry.init)
        }
    }

    /// Jobs per state, over all agents.
    public func jobCounts() async throws(InstanceStoreError) -> [QueueRecord.State: Int] {
        try await read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT state, COUNT(*) AS count FROM ecc_queue WHERE queue = 'output' GROUP BY state")
            return rows.reduce(into: [:]) { counts, row in
                if let state = QueueRecord.State(rawValue: row["state"]) { counts[state] = row["count"] }
            }
        }
    }

    static func rowExists(_ sysID: SysID, in database: Database) throws -> Bool {
        let statement = try database.cachedStatement(sql: "SELECT 1 FROM ecc_queue WHERE sys_id = ?")
        return try Int.fetchOne(statement, arguments: [sysID.description]) != nil
    }
}
