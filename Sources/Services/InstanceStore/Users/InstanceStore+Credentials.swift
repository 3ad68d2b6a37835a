public import Foundation
import GRDB

/// A user name and a secret that jobs name by alias. Does not print its secret.
public struct Credential: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var alias: String
    public var userName: String
    public var secret: String

    public init(alias: String, userName: String, secret: String) {
        (self.alias, self.userName, self.secret) = (alias, userName, secret)
    }

    public var description: String { "credential \(alias) of \(userName)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["alias": alias, "userName": userName]) }
}

extension InstanceStore {
    /// Adds or replaces the credential of that alias.
    public func setCredential(_ credential: Credential, now: Date) async throws(InstanceStoreError) {
        let sealed: Data
        do { sealed = try secrets.seal(credential.secret, alias: credential.alias) } catch {
            throw InstanceStoreError(error, path: "credential")
        }
        try await write { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO credential (alias, user_name, sealed_secret, updated_at) VALUES (?, ?, ?, ?)",
                arguments: [credential.alias, credential.userName, sealed, Timestamp(now)])
        }
    }

    /// nil when there is none of that alias. Throws `secretUnreadable` when the key file is not the one it was sealed with.
    public func credential(_ alias: String) async throws(InstanceStoreError) -> Credential? {
        let box = secrets
        return try await read { database in
            guard let row = try Row.fetchOne(database, sql: "SELECT * FROM credential WHERE alias = ?", arguments: [alias]) else {
                return nil
            }
            return Credential(alias: alias, userName: row["user_name"], secret: try box.open(row["sealed_secret"], alias: alias))
        }
    }

    public func setting(_ name: String) async throws(InstanceStoreError) -> String? {
        try await read { try String.fetchOne($0, sql: "SELECT value FROM setting WHERE name = ?", arguments: [name]) }
    }

    /// - Parameter entry: who did so, written down in the same transaction.
    public func setSetting(_ name: String, to value: String, recording entry: AuditEntry? = nil) async throws(InstanceStoreError) {
        try await write { database in
            try database.execute(sql: "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", arguments: [name, value])
            if let entry { try Self.audit(entry, in: database) }
        }
    }
}
