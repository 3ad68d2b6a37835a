public import AgentProtocol
import GRDB

public import struct Foundation.Date

extension InstanceStore {
    /// Stores results of `agent`'s jobs and closes the jobs: `processed`, or `error` when the result carries an error text.
    ///
    /// One outcome per result, in order. The same result sent again is a `duplicate`; a result under an older claim, for a job that is
    /// closed, or for one that was not claimed this way, is `stale`; jobs of other agents are `unknownJob`.
    public func storeResults(
        _ results: [AgentMessages.Result], agent: String, by user: String, now: Date
    ) async throws(InstanceStoreError) -> [AgentMessages.ResultOutcome] {
        guard !results.isEmpty else { return [] }
        return try await write { database in
            try results.map { try Self.store($0, agent: agent, by: user, now: now, in: database) }
        }
    }

    private static func store(
        _ result: AgentMessages.Result, agent: String, by user: String, now: Date, in database: Database
    ) throws -> AgentMessages.ResultOutcome {
        guard let jobID = result.record.responseTo else { return .unknownJob }
        let find = try database.cachedStatement(
            sql: "SELECT ordinal, state, token, priority FROM ecc_queue WHERE sys_id = ? AND queue = 'output' AND agent = ?")
        guard let job = try Row.fetchOne(find, arguments: [jobID.description, agent]) else { return .unknownJob }

        let keyOwner = try database.cachedStatement(sql: "SELECT response_to FROM ecc_queue WHERE idempotency_key = ?")
        if let owner = try String.fetchOne(keyOwner, arguments: [result.idempotencyKey]) {
            return owner == jobID.description ? .duplicate : .stale
        }
        guard (job["state"] as String) == QueueRecord.State.processing.rawValue, result.token > 0, (job["token"] as Int64) == result.token
        else { return .stale }

        var input = result.record
        if try rowExists(input.sysID, in: database) { input.sysID = .random() }
        (input.agent, input.queue) = (agent, .input)
        input.state = input.errorString.isEmpty ? .processed : .error
        if input.sequence == 0 { input.sequence = Timestamp(now).milliseconds }
        try input.insert(into: database, by: user, now: now, idempotencyKey: result.idempotencyKey)
        try close(job["ordinal"], as: input.state, errorString: input.errorString, now: now, in: database)
        return .stored
    }

    static func close(_ ordinal: Int64, as state: QueueRecord.State, errorString: String, now: Date, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "UPDATE ecc_queue SET state = ?, error_string = ?, lease_until = NULL, updated_at = ? WHERE ordinal = ?")
        try statement.execute(arguments: [state.rawValue, errorString, Timestamp(now), ordinal])
    }
}
