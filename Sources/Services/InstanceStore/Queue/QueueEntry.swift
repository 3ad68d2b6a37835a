public import AgentProtocol
import GRDB

public import struct Foundation.Date

/// A row of the queue with what the instance keeps beside the record.
public struct QueueEntry: Hashable, Sendable {
    public var record: QueueRecord
    public var createdAt: Date
    public var updatedAt: Date
    public var createdBy: String
    /// Fencing token of the newest claim; 0 when never claimed.
    public var token: Int64
    public var claims: Int
    /// Until when the claim holds; nil for a row that nobody claimed or that is done.
    public var leaseUntil: Date?
}

extension QueueEntry {
    init(_ row: Row) throws {
        record = try QueueRecord(row)
        createdAt = (row["created_at"] as Timestamp).date
        updatedAt = (row["updated_at"] as Timestamp).date
        createdBy = row["created_by"]
        token = row["token"]
        claims = row["claims"]
        leaseUntil = (row["lease_until"] as Timestamp?)?.date
    }
}

extension QueueRecord {
    init(_ row: Row) throws {
        guard let sysID = SysID(row["sys_id"] as String), let queue = Queue(rawValue: row["queue"]),
            let state = State(rawValue: row["state"]), let priority = Priority(rawValue: row["priority"])
        else { throw InstanceStoreError.database(path: "ecc_queue", code: -1, message: "a row that no version of this program wrote") }
        self.init(
            sysID: sysID, agent: row["agent"], queue: queue, state: state, topic: row["topic"], name: row["name"], source: row["source"],
            payload: row["payload"], priority: priority, sequence: row["sequence"],
            responseTo: (row["response_to"] as String?).flatMap { SysID($0) }, agentCorrelator: row["agent_correlator"],
            errorString: row["error_string"])
    }

    /// Inserts the row as it stands; the caller has checked that `sysID` is free.
    func insert(into database: Database, by user: String, now: Date, idempotencyKey: String? = nil) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO ecc_queue (sys_id, agent, queue, state, topic, name, source, payload, priority, sequence, response_to,
                    agent_correlator, error_string, created_at, updated_at, created_by, idempotency_key)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        let time = Timestamp(now)
        try statement.execute(arguments: [
            sysID.description, agent, queue.rawValue, state.rawValue, topic, name, source, payload, priority.rawValue, sequence,
            responseTo?.description, agentCorrelator, errorString, time, time, user, idempotencyKey,
        ])
    }
}
