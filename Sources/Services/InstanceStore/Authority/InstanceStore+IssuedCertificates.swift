public import Foundation
import GRDB

/// A certificate that the instance's own authority has issued, and whether it has been taken back.
public struct IssuedCertificate: Hashable, Sendable {
    public struct Revocation: Hashable, Sendable {
        public var at: Date
        /// RFC 5280 §5.3.1; nil when none was given.
        public var reason: Int?

        public init(at: Date, reason: Int?) { (self.at, self.reason) = (at, reason) }
    }

    /// Which of the authority's certificates signed it: `root` or `issuing`.
    public var issuer: String
    /// Content bytes of the serial number, hexadecimal, lower case.
    public var serial: String
    public var subject: String
    public var certificate: [UInt8]
    public var notBefore: Date
    public var notAfter: Date
    public var revocation: Revocation?

    public init(issuer: String, serial: String, subject: String, certificate: [UInt8], notBefore: Date, notAfter: Date) {
        (self.issuer, self.serial, self.subject, self.certificate) = (issuer, serial, subject, certificate)
        (self.notBefore, self.notAfter, revocation) = (notBefore, notAfter, nil)
    }
}

extension InstanceStore {
    public func recordIssued(_ issued: IssuedCertificate) async throws(InstanceStoreError) {
        try await write { database in
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO issued_certificate (issuer, serial, subject, certificate, not_before, not_after)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    issued.issuer, issued.serial, issued.subject, Data(issued.certificate), Timestamp(issued.notBefore),
                    Timestamp(issued.notAfter),
                ])
        }
    }

    /// Throws `absent` when no such certificate was issued. A second revocation keeps the first date.
    public func revoke(issuer: String, serial: String, at time: Date, reason: Int?) async throws(InstanceStoreError) {
        try await write { database in
            try database.execute(
                sql: """
                    UPDATE issued_certificate SET revoked_at = COALESCE(revoked_at, ?),
                        revocation_reason = CASE WHEN revoked_at IS NULL THEN ? ELSE revocation_reason END
                    WHERE issuer = ? AND serial = ?
                    """, arguments: [Timestamp(time), reason, issuer, serial])
            if database.changesCount == 0 { throw InstanceStoreError.absent(kind: "issued_certificate", name: serial) }
        }
    }

    public func issued(issuer: String, serial: String) async throws(InstanceStoreError) -> IssuedCertificate? {
        try await read { database in
            let sql = "SELECT * FROM issued_certificate WHERE issuer = ? AND serial = ?"
            return try Row.fetchOne(database, sql: sql, arguments: [issuer, serial]).map(IssuedCertificate.init)
        }
    }

    /// What the issuer's revocation list must name: revoked and not yet past its end.
    public func revoked(issuer: String, now: Date) async throws(InstanceStoreError) -> [IssuedCertificate] {
        try await read { database in
            let sql =
                "SELECT * FROM issued_certificate WHERE issuer = ? AND revoked_at IS NOT NULL AND not_after >= ? ORDER BY revoked_at, serial"
            return try Row.fetchAll(database, sql: sql, arguments: [issuer, Timestamp(now)]).map(IssuedCertificate.init)
        }
    }
}

extension IssuedCertificate {
    init(_ row: Row) {
        self.init(
            issuer: row["issuer"], serial: row["serial"], subject: row["subject"], certificate: Array(row["certificate"] as Data),
            notBefore: (row["not_before"] as Timestamp).date, notAfter: (row["not_after"] as Timestamp).date)
        if let at = row["revoked_at"] as Timestamp? { revocation = Revocation(at: at.date, reason: row["revocation_reason"]) }
    }
}
