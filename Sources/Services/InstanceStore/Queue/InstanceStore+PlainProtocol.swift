public import AgentProtocol
import GRDB

public import struct Foundation.Date

/// What clients of the public queue tables need: rows by example, single rows written. No lease, no token: as the public semantics are.
extension InstanceStore {
    /// Bytes of payload in one page; a page may be shorter than asked for.
    public static let pageBytes = 64 << 20

    /// The page asked for and the number of all matches. Without an order the oldest row comes first. Throws `badQuery` for a column that
    /// the table has not: dropping such a part would widen what is selected.
    public func entries(
        matching query: EncodedQuery, limit: Int, offset: Int = 0
    ) async throws(InstanceStoreError) -> (page: [QueueEntry], total: Int) {
        let (condition, arguments) = try QueueSQL.condition(query)
        let order = try QueueSQL.order(query)
        return try await read { database in
            let total = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM ecc_queue WHERE \(condition)", arguments: arguments) ?? 0
            let sql = "SELECT * FROM ecc_queue WHERE \(condition) ORDER BY \(order) LIMIT ? OFFSET ?"
            let rows = try Row.fetchCursor(database, sql: sql, arguments: arguments + [max(0, limit), max(0, offset)])
            var page: [QueueEntry] = []
            var bytes = 0
            while bytes < Self.pageBytes, let row = try rows.next() {
                let entry = try QueueEntry(row)
                bytes += entry.record.payload.utf8.count
                page.append(entry)
            }
            return (page, total)
        }
    }

    /// An `input` row of the plain protocol. One with `responseTo` closes its job, as long as the job is the same agent's and open.
    @discardableResult
    public func insertInput(_ record: QueueRecord, by user: String, now: Date) async throws(InstanceStoreError) -> QueueRecord {
        try await write { database in
            var input = record
            input.queue = .input
            if input.sequence == 0 { input.sequence = Timestamp(now).milliseconds }
            if try Self.rowExists(input.sysID, in: database) {
                throw InstanceStoreError.exists(kind: "ecc_queue", name: input.sysID.description)
            }
            try input.insert(into: database, by: user, now: now)
            if let job = input.responseTo {
                let find =
                    "SELECT ordinal FROM ecc_queue WHERE sys_id = ? AND agent = ? AND queue = 'output' AND state IN ('ready', 'processing')"
                if let ordinal = try Int64.fetchOne(database, sql: find, arguments: [job.description, input.agent]) {
                    let state: QueueRecord.State = input.errorString.isEmpty ? .processed : .error
                    try Self.close(ordinal, as: state, errorString: input.errorString, now: now, in: database)
                }
            }
            return input
        }
    }

    /// Changes state and error text of one row; nil leaves a field as it is. False when there is no such row. Any lease on it ends.
    public func updateEntry(
        _ sysID: SysID, state: QueueRecord.State?, errorString: String?, now: Date
    ) async throws(InstanceStoreError) -> Bool {
        let agent: String?? = try await write { database -> String?? in
            let sql = """
                UPDATE ecc_queue SET state = COALESCE(?, state), error_string = COALESCE(?, error_string), lease_until = NULL,
                    claimed_by = NULL, token = token + 1, updated_at = ? WHERE sys_id = ?
                """
            try database.execute(sql: sql, arguments: [state?.rawValue, errorString, Timestamp(now), sysID.description])
            guard database.changesCount > 0 else { return .none }
            return .some(try String.fetchOne(database, sql: "SELECT agent FROM ecc_queue WHERE sys_id = ?", arguments: [sysID.description]))
        }
        guard let agent else { return false }
        if state == .ready, let agent { signal.wake(agent: agent) }
        return true
    }
}
