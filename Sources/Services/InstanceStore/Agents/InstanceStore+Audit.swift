import GRDB

public import struct Foundation.Date

/// What a person did on the instance.
public struct AuditEntry: Hashable, Sendable {
    public var at: Date
    public var who: String
    public var action: String
    public var subject: String
    public var detail: String

    public init(at: Date, who: String, action: String, subject: String, detail: String) {
        (self.at, self.who, self.action, self.subject, self.detail) = (at, who, action, subject, detail)
    }
}

extension InstanceStore {
    /// Newest first.
    public func audit(limit: Int = 100) async throws(InstanceStoreError) -> [AuditEntry] {
        try await read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM audit ORDER BY ordinal DESC LIMIT ?", arguments: [limit]).map { row in
                AuditEntry(
                    at: (row["at"] as Timestamp).date, who: row["who"], action: row["action"], subject: row["subject"],
                    detail: row["detail"])
            }
        }
    }

    /// Writes down what concerns no single agent.
    public func record(_ entry: AuditEntry) async throws(InstanceStoreError) { try await write { try Self.audit(entry, in: $0) } }

    static func audit(_ entry: AuditEntry, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO audit (at, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
            arguments: [Timestamp(entry.at), entry.who, entry.action, entry.subject, entry.detail])
    }
}
