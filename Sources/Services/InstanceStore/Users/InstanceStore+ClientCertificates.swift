public import Foundation
import GRDB

/// A client certificate that logs in as a user (mutual TLS).
public struct ClientCertificateMapping: Hashable, Sendable {
    /// Of the DER, hexadecimal, lower case.
    public var sha256: String
    public var userName: String
    public var subject: String
    public var notAfter: Date
    /// When the instance's own authority issued it: its serial number.
    public var serial: String?

    public init(sha256: String, userName: String, subject: String, notAfter: Date, serial: String? = nil) {
        (self.sha256, self.userName, self.subject) = (sha256, userName, subject)
        (self.notAfter, self.serial) = (notAfter, serial)
    }
}

extension InstanceStore {
    /// DER of the authorities whose client certificates are looked at, besides the instance's own.
    public func clientAuthorities() async throws(InstanceStoreError) -> [[UInt8]] {
        try await read { try Data.fetchAll($0, sql: "SELECT certificate FROM client_authority ORDER BY added_at").map { Array($0) } }
    }

    public func addClientAuthority(
        sha256: String, certificate: [UInt8], by who: String, now: Date
    ) async throws(InstanceStoreError) {
        try await write { database in
            try database.execute(
                sql: "INSERT OR IGNORE INTO client_authority (sha256, certificate, added_at) VALUES (?, ?, ?)",
                arguments: [sha256, Data(certificate), Timestamp(now)])
            try Self.audit(AuditEntry(at: now, who: who, action: "authority-add", subject: sha256, detail: ""), in: database)
        }
    }

    /// Throws `absent` when it is not there.
    public func removeClientAuthority(sha256: String, by who: String, now: Date) async throws(InstanceStoreError) {
        try await write { database in
            try database.execute(sql: "DELETE FROM client_authority WHERE sha256 = ?", arguments: [sha256])
            if database.changesCount == 0 { throw InstanceStoreError.absent(kind: "client_authority", name: sha256) }
            try Self.audit(AuditEntry(at: now, who: who, action: "authority-remove", subject: sha256, detail: ""), in: database)
        }
    }

    public func clientCertificates() async throws(InstanceStoreError) -> [ClientCertificateMapping] {
        try await read {
            try Row.fetchAll($0, sql: "SELECT * FROM client_certificate ORDER BY added_at").map(ClientCertificateMapping.init)
        }
    }

    public func clientCertificate(sha256: String) async throws(InstanceStoreError) -> ClientCertificateMapping? {
        try await read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM client_certificate WHERE sha256 = ?", arguments: [sha256])
                .map(ClientCertificateMapping.init)
        }
    }

    /// In the place of an earlier mapping of the same certificate. Throws `absent` when there is no such user.
    public func mapClientCertificate(_ mapping: ClientCertificateMapping, by who: String, now: Date) async throws(InstanceStoreError) {
        try await write { database in
            guard try Int.fetchOne(database, sql: "SELECT 1 FROM sys_user WHERE user_name = ?", arguments: [mapping.userName]) != nil else {
                throw InstanceStoreError.absent(kind: "sys_user", name: mapping.userName)
            }
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO client_certificate (sha256, user_name, subject, not_after, serial, added_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    mapping.sha256, mapping.userName, mapping.subject, Timestamp(mapping.notAfter), mapping.serial, Timestamp(now),
                ])
            try Self.audit(
                AuditEntry(
                    at: now, who: who, action: "certificate-map", subject: mapping.userName, detail: "certificate \(mapping.sha256)"),
                in: database)
        }
    }

    /// Throws `absent` when it is not there.
    public func unmapClientCertificate(sha256: String, by who: String, now: Date) async throws(InstanceStoreError) {
        try await write { database in
            try database.execute(sql: "DELETE FROM client_certificate WHERE sha256 = ?", arguments: [sha256])
            if database.changesCount == 0 { throw InstanceStoreError.absent(kind: "client_certificate", name: sha256) }
            try Self.audit(AuditEntry(at: now, who: who, action: "certificate-unmap", subject: sha256, detail: ""), in: database)
        }
    }
}

extension ClientCertificateMapping {
    init(_ row: Row) {
        self.init(
            sha256: row["sha256"], userName: row["user_name"], subject: row["subject"], notAfter: (row["not_after"] as Timestamp).date,
            serial: row["serial"])
    }
}
