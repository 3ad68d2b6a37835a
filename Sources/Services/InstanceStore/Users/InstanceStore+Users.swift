public import Foundation
import GRDB

/// What a user may do.
public enum UserRole: String, Hashable, Sendable, CaseIterable {
    /// Console, validation, every table.
    case admin
    /// Acts for the agent that it is recorded with.
    case midServer = "mid_server"
}

public struct UserRecord: Hashable, Sendable {
    public var name: String
    public var roles: Set<UserRole>

    public init(name: String, roles: Set<UserRole>) { (self.name, self.roles) = (name, roles) }
}

extension InstanceStore {
    /// Throws `exists` when the name is taken.
    public func createUser(_ user: UserRecord, password: String, now: Date) async throws(InstanceStoreError) {
        try await saveUser(user, password: password, now: now, replacing: false)
    }

    /// Creates the user or gives an existing one this password and these roles.
    public func setUser(_ user: UserRecord, password: String, now: Date) async throws(InstanceStoreError) {
        try await saveUser(user, password: password, now: now, replacing: true)
    }

    private func saveUser(_ user: UserRecord, password: String, now: Date, replacing: Bool) async throws(InstanceStoreError) {
        let hash: PasswordHash
        do { hash = try PasswordHash(of: password) } catch { throw InstanceStoreError(error, path: "sys_user") }
        try await write { database in
            let taken = try Int.fetchOne(database, sql: "SELECT 1 FROM sys_user WHERE user_name = ?", arguments: [user.name]) != nil
            if taken && !replacing { throw InstanceStoreError.exists(kind: "sys_user", name: user.name) }
            try database.execute(
                sql: "INSERT OR REPLACE INTO sys_user (user_name, salt, rounds, hash, roles, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    user.name, Data(hash.salt), hash.rounds, Data(hash.hash), user.roles.map(\.rawValue).sorted().joined(separator: ","),
                    Timestamp(now),
                ])
        }
    }

    public func userExists(_ name: String) async throws(InstanceStoreError) -> Bool {
        try await read { try Int.fetchOne($0, sql: "SELECT 1 FROM sys_user WHERE user_name = ?", arguments: [name]) != nil }
    }

    /// Whoever proves to be that user in another way than by a password.
    public func user(named name: String) async throws(InstanceStoreError) -> UserRecord? {
        try await read { database in
            try String.fetchOne(database, sql: "SELECT roles FROM sys_user WHERE user_name = ?", arguments: [name]).map {
                UserRecord(name: name, roles: Self.roles($0))
            }
        }
    }

    private static func roles(_ names: String) -> Set<UserRole> {
        Set(names.split(separator: ",").compactMap { UserRole(rawValue: String($0)) })
    }

    /// The user, if name and password are right. Takes as long for a name that does not exist. Slow on purpose: remember the answer.
    public func user(_ name: String, password: String) async throws(InstanceStoreError) -> UserRecord? {
        let found = try await read { database -> (PasswordHash, String)? in
            guard let row = try Row.fetchOne(database, sql: "SELECT * FROM sys_user WHERE user_name = ?", arguments: [name]) else {
                return nil
            }
            let hash = PasswordHash(salt: Array(row["salt"] as Data), rounds: row["rounds"], hash: Array(row["hash"] as Data))
            return (hash, row["roles"])
        }
        guard let (stored, roleNames) = found else {
            _ = try? PasswordHash(of: password)
            return nil
        }
        guard stored.matches(password) else { return nil }
        return UserRecord(name: name, roles: Self.roles(roleNames))
    }
}
