public import AgentProtocol
import GRDB

public import struct Foundation.Date

/// Free places in the agent's three pools.
public struct ClaimLimits: Hashable, Sendable {
    /// No claim takes more than this per pool, whatever was asked for.
    public static let most = 1000

    public var interactive: Int, expedited: Int, standard: Int

    public init(interactive: Int, expedited: Int, standard: Int) {
        (self.interactive, self.expedited, self.standard) = (interactive, expedited, standard)
    }

    func places(_ priority: Priority) -> Int {
        let asked =
            switch priority {
            case .interactive: interactive
            case .expedited: expedited
            case .standard: standard
            }
        return min(max(0, asked), Self.most)
    }
}

/// A job in the hands of one process of an agent, until the lease ends.
public struct ClaimedJob: Hashable, Sendable {
    public var record: QueueRecord
    /// Grows with each claim of the job: whoever holds an older one has lost it.
    public var token: Int64
    public var earlierClaims: Int

    public init(record: QueueRecord, token: Int64, earlierClaims: Int) {
        (self.record, self.token, self.earlierClaims) = (record, token, earlierClaims)
    }
}

extension InstanceStore {
    /// Takes jobs for `agent` (`mid.server.…`), most urgent first, then by sequence.
    ///
    /// Free are: jobs that are `ready`, jobs whose lease is over, and jobs held by an earlier session of the same agent: a session is one
    /// process, and the first claim of a new one says that the earlier ones are gone. Its jobs are taken over at once, and should it be
    /// alive after all, its next claim throws `sessionSuperseded`. Jobs fetched by the plain protocol carry no lease and stay its own.
    public func claim(
        agent: String, limits: ClaimLimits, session: String, leaseSeconds: Int, now: Date
    ) async throws(InstanceStoreError) -> [ClaimedJob] {
        let mustWrite = try await read { database in
            guard try Self.newestSession(of: agent, in: database) == session else { return true }
            return try Self.freeJobs(database, agent, limits, session, now, columns: "1", stopAtFirst: true).isEmpty == false
        }
        guard mustWrite else { return [] }
        let (jobs, isNew) = try await write { database in
            let isNew = try Self.enter(session, of: agent, now: now, in: database)
            let jobs = try Self.freeJobs(database, agent, limits, session, now, columns: "*", stopAtFirst: false).map { row in
                try Self.lease(row, to: session, until: now.addingTimeInterval(Double(leaseSeconds)), now: now, in: database)
            }
            return (jobs, isNew)
        }
        // Whoever still waits in the name of the earlier process learns that it is over.
        if isNew { signal.wake(agent: agent) }
        return jobs
    }

    private static func newestSession(of agent: String, in database: Database) throws -> String? {
        let statement = try database.cachedStatement(sql: "SELECT session FROM agent_session WHERE agent = ? ORDER BY ordinal DESC LIMIT 1")
        return try String.fetchOne(statement, arguments: [agent])
    }

    /// Makes an unknown session the newest; true then.
    private static func enter(_ session: String, of agent: String, now: Date, in database: Database) throws -> Bool {
        if try newestSession(of: agent, in: database) == session { return false }
        let known = "SELECT 1 FROM agent_session WHERE agent = ? AND session = ?"
        guard try Int.fetchOne(database, sql: known, arguments: [agent, session]) == nil else {
            throw InstanceStoreError.sessionSuperseded(agent: agent)
        }
        try database.execute(
            sql: "INSERT INTO agent_session (agent, session, since) VALUES (?, ?, ?)", arguments: [agent, session, Timestamp(now)])
        // A process older than a month does not come back.
        let month = Timestamp(now.addingTimeInterval(-30 * 86400))
        try database.execute(
            sql: "DELETE FROM agent_session WHERE agent = ? AND since < ? AND session <> ?", arguments: [agent, month, session])
        return true
    }

    private static func freeJobs(
        _ database: Database, _ agent: String, _ limits: ClaimLimits, _ session: String, _ now: Date, columns: String, stopAtFirst: Bool
    ) throws -> [Row] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(columns) FROM ecc_queue
                WHERE agent = ? AND queue = 'output' AND state IN ('ready', 'processing') AND priority = ?
                    AND (state = 'ready' OR lease_until <= ? OR claimed_by <> ?)
                ORDER BY sequence, ordinal LIMIT ?
                """)
        var rows: [Row] = []
        for priority in Priority.allCases where limits.places(priority) > 0 {
            let most = stopAtFirst ? 1 : limits.places(priority)
            rows += try Row.fetchAll(statement, arguments: [agent, priority.rawValue, Timestamp(now), session, most])
            if stopAtFirst && !rows.isEmpty { break }
        }
        return rows
    }

    private static func lease(_ row: Row, to session: String, until: Date, now: Date, in database: Database) throws -> ClaimedJob {
        let statement = try database.cachedStatement(
            sql: """
                UPDATE ecc_queue SET state = 'processing', token = token + 1, claims = claims + 1, claimed_by = ?, lease_until = ?,
                    updated_at = ? WHERE ordinal = ?
                """)
        try statement.execute(arguments: [session, Timestamp(until), Timestamp(now), row["ordinal"] as Int64])
        var record = try QueueRecord(row)
        record.state = .processing
        return ClaimedJob(record: record, token: (row["token"] as Int64) + 1, earlierClaims: row["claims"])
    }
}
