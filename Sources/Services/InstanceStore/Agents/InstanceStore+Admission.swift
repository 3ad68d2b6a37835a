public import AgentProtocol
import Crypto
public import Foundation
import GRDB

/// A one-time key that validates an agent without a person at the console. The key itself is not stored, only its SHA-256.
public struct RegistrationKeyFacts: Hashable, Sendable {
    /// nil: any agent.
    public var agentName: String?
    public var expiresAt: Date
    public var spentAt: Date?
    public var spentBy: SysID?

    public init(agentName: String?, expiresAt: Date, spentAt: Date? = nil, spentBy: SysID? = nil) {
        (self.agentName, self.expiresAt, self.spentAt, self.spentBy) = (agentName, expiresAt, spentAt, spentBy)
    }
}

/// What the tables say when an agent announces itself.
public struct AdmissionFacts: Hashable, Sendable {
    public var agentOfThatName: AgentRecord?
    public var agentOfThatSysID: AgentRecord?
    /// nil: no key was given, or none such exists.
    public var registrationKey: RegistrationKeyFacts?
    /// Names of other agents with the same user; the first few.
    public var othersOfThatUser: [String] = []

    public init(agentOfThatName: AgentRecord?, agentOfThatSysID: AgentRecord?, registrationKey: RegistrationKeyFacts?) {
        (self.agentOfThatName, self.agentOfThatSysID, self.registrationKey) = (agentOfThatName, agentOfThatSysID, registrationKey)
    }
}

/// What is written, and what the agent is told.
public struct AdmissionDecision<Answer: Sendable>: Sendable {
    public var save: AgentRecord?
    public var spendRegistrationKey: Bool
    public var answer: Answer

    public init(save: AgentRecord?, spendRegistrationKey: Bool, answer: Answer) {
        (self.save, self.spendRegistrationKey, self.answer) = (save, spendRegistrationKey, answer)
    }
}

extension InstanceStore {
    public func addRegistrationKey(_ key: String, for agentName: String?, expiresAt: Date) async throws(InstanceStoreError) {
        try await write { database in
            try database.execute(
                sql: "INSERT INTO registration_key (hash, agent_name, expires_at) VALUES (?, ?, ?)",
                arguments: [Self.hash(ofKey: key), agentName, Timestamp(expiresAt)])
        }
    }

    /// Whether the key is this very agent's and not over. One that was spent on this very certificate still says whose it is: the answer to
    /// its announcement may have been lost.
    public func registrationKey(
        _ key: String, opensFor agent: AgentRecord, with certificate: [UInt8], at now: Date
    ) async throws(InstanceStoreError) -> Bool {
        try await read { database in
            guard
                let row = try Row.fetchOne(
                    database, sql: "SELECT * FROM registration_key WHERE hash = ?", arguments: [Self.hash(ofKey: key)])
            else { return false }
            let facts = RegistrationKeyFacts(row)
            return facts.agentName == agent.name && facts.expiresAt > now
                && (facts.spentAt == nil || facts.spentBy == agent.sysID && agent.certificate == certificate)
        }
    }

    /// Reads the facts, asks `decide` and writes its decision in one transaction: two agents cannot spend the same key.
    public func admit<Answer: Sendable>(
        name: String, userName: String, sysID: SysID?, registrationKey: String?, now: Date,
        decide: @escaping @Sendable (AdmissionFacts) -> AdmissionDecision<Answer>
    ) async throws(InstanceStoreError) -> Answer {
        let keyHash = registrationKey.map(Self.hash(ofKey:))
        return try await write { database in
            let key = try keyHash.flatMap {
                try Row.fetchOne(database, sql: "SELECT * FROM registration_key WHERE hash = ?", arguments: [$0])
            }
            var facts = AdmissionFacts(
                agentOfThatName: try Self.agent(named: name, in: database),
                agentOfThatSysID: try sysID.flatMap { try Self.agent($0, in: database) },
                registrationKey: key.map(RegistrationKeyFacts.init))
            facts.othersOfThatUser = try String.fetchAll(
                database, sql: "SELECT name FROM ecc_agent WHERE user_name = ? AND name <> ? ORDER BY name LIMIT 5",
                arguments: [userName, name])
            let decision = decide(facts)
            try decision.save?.save(into: database)
            if decision.spendRegistrationKey, let keyHash {
                try database.execute(
                    sql: "UPDATE registration_key SET spent_at = ?, spent_by = ? WHERE hash = ?",
                    arguments: [Timestamp(now), decision.save?.sysID.description, keyHash])
            }
            return decision.answer
        }
    }

    /// The key has 192 random bits; a plain hash cannot be searched.
    private static func hash(ofKey key: String) -> Data { Data(SHA256.hash(data: Array(key.utf8))) }
}

extension RegistrationKeyFacts {
    init(_ row: Row) {
        self.init(
            agentName: row["agent_name"], expiresAt: (row["expires_at"] as Timestamp).date, spentAt: (row["spent_at"] as Timestamp?)?.date,
            spentBy: (row["spent_by"] as String?).flatMap { SysID($0) })
    }
}
