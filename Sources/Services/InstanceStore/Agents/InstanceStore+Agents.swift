public import AgentProtocol
import GRDB

public import struct Foundation.Date

extension InstanceStore {
    /// By name.
    public func agents() async throws(InstanceStoreError) -> [AgentRecord] {
        try await read { try Row.fetchAll($0, sql: "SELECT * FROM ecc_agent ORDER BY name").map(AgentRecord.init) }
    }

    public func agent(_ sysID: SysID) async throws(InstanceStoreError) -> AgentRecord? {
        try await read { try Self.agent(sysID, in: $0) }
    }

    public func agent(named name: String) async throws(InstanceStoreError) -> AgentRecord? {
        try await read { try Self.agent(named: name, in: $0) }
    }

    /// Throws `exists` when the name is taken.
    public func insertAgent(_ agent: AgentRecord) async throws(InstanceStoreError) {
        try await write { database in
            if try Self.agent(named: agent.name, in: database) != nil {
                throw InstanceStoreError.exists(kind: "ecc_agent", name: agent.name)
            }
            try agent.save(into: database)
        }
    }

    /// Changes the record and writes down who did so, in one transaction. `change` returns what the audit says; what it throws is returned
    /// as a failure, and nothing is written. Throws `absent` when no agent has the name. An agent that waits is woken.
    public func act<Refusal: Error & Sendable>(
        _ action: String, onAgentNamed name: String, by who: String, now: Date,
        _ change: @escaping @Sendable (inout AgentRecord) throws(Refusal) -> String
    ) async throws(InstanceStoreError) -> Result<AgentRecord, Refusal> {
        let result = try await write { database -> Result<AgentRecord, Refusal> in
            guard var agent = try Self.agent(named: name, in: database) else {
                throw InstanceStoreError.absent(kind: "ecc_agent", name: name)
            }
            let detail: String
            do throws(Refusal) { detail = try change(&agent) } catch { return .failure(error) }
            try agent.save(into: database)
            try Self.audit(AuditEntry(at: now, who: who, action: action, subject: name, detail: detail), in: database)
            return .success(agent)
        }
        signal.wake(agent: queueAgent(named: name))
        return result
    }

    /// Notes that the agent has been heard of.
    public func touch(_ agent: SysID, now: Date) async throws(InstanceStoreError) {
        try await write { database in
            try database.execute(
                sql: "UPDATE ecc_agent SET last_seen = ? WHERE sys_id = ?", arguments: [Timestamp(now), agent.description])
        }
    }

    /// Replaces what this agent has found; each element is one finding as JSON.
    public func replaceFindings(of agent: SysID, with findings: [String], now: Date) async throws(InstanceStoreError) {
        try await write { database in
            try database.execute(sql: "DELETE FROM agent_finding WHERE agent = ?", arguments: [agent.description])
            for (position, finding) in findings.enumerated() {
                try database.execute(
                    sql: "INSERT INTO agent_finding (agent, position, finding, reported_at) VALUES (?, ?, ?, ?)",
                    arguments: [agent.description, position, finding, Timestamp(now)])
            }
        }
    }

    /// In the order the agent gave: the root cause first.
    public func findings(of agent: SysID) async throws(InstanceStoreError) -> [String] {
        try await read {
            try String.fetchAll(
                $0, sql: "SELECT finding FROM agent_finding WHERE agent = ? ORDER BY position", arguments: [agent.description])
        }
    }

    static func agent(_ sysID: SysID, in database: Database) throws -> AgentRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM ecc_agent WHERE sys_id = ?", arguments: [sysID.description]).map(AgentRecord.init)
    }

    static func agent(named name: String, in database: Database) throws -> AgentRecord? {
        try Row.fetchOne(database, sql: "SELECT * FROM ecc_agent WHERE name = ?", arguments: [name]).map(AgentRecord.init)
    }
}
