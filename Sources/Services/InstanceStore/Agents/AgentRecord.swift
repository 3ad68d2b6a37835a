public import AgentProtocol
public import Foundation
import GRDB

/// An agent as the instance knows it (`ecc_agent`).
public struct AgentRecord: Hashable, Sendable {
    /// An agent silent for longer is shown as Down. Three heartbeats of 30 seconds.
    public static let silenceUntilDown: Double = 90

    public var sysID: SysID
    public var name: String
    /// The one user that may act for it.
    public var userName: String
    public var validation: AgentMessages.Validation
    /// DER of the identity certificate; nil until the agent has announced itself.
    public var certificate: [UInt8]?
    /// The one that the certificate's key vouches for: good, too, until it announces itself and takes the other's place.
    public var pendingCertificate: [UInt8]?
    /// Since when the agent is asked for a new key pair.
    public var rekeyRequestedAt: Date?
    /// Whether that one takes a custom certificate's place, too.
    public var rekeyReplacesCustom = false
    /// Days of silence after which it is not trusted any more; 0 never, nil as for all agents.
    public var inactivityDays: Int?
    /// When that happened; nil once somebody has validated it again.
    public var autoInvalidatedAt: Date?
    public var hostName: String
    public var homeDirectory: String
    public var version: String
    /// What the next continuity proof must contain.
    public var nonce: String
    public var lastSeen: Date?
    /// Results that the agent holds on its own disk, by its last heartbeat.
    public var spooledResults: Int
    public var createdAt: Date

    public init(sysID: SysID = .random(), name: String, userName: String, nonce: String = SysID.random().description, createdAt: Date) {
        (self.sysID, self.name, self.userName, self.nonce, self.createdAt) = (sysID, name, userName, nonce, createdAt)
        (validation, certificate, hostName, homeDirectory, version) = (.no, nil, "", "", "")
        (lastSeen, spooledResults, pendingCertificate, rekeyRequestedAt) = (nil, 0, nil, nil)
    }

    public func isUp(at now: Date) -> Bool { lastSeen.map { now.timeIntervalSince($0) <= Self.silenceUntilDown } ?? false }
}

extension AgentRecord {
    init(_ row: Row) throws {
        guard let sysID = SysID(row["sys_id"] as String), let validation = AgentMessages.Validation(rawValue: row["validated"]) else {
            throw InstanceStoreError.database(path: "ecc_agent", code: -1, message: "a row that no version of this program wrote")
        }
        self.init(
            sysID: sysID, name: row["name"], userName: row["user_name"], nonce: row["nonce"],
            createdAt: (row["created_at"] as Timestamp).date)
        self.validation = validation
        certificate = (row["certificate"] as Data?).map(Array.init)
        pendingCertificate = (row["pending_certificate"] as Data?).map(Array.init)
        rekeyRequestedAt = (row["rekey_requested_at"] as Timestamp?)?.date
        rekeyReplacesCustom = row["rekey_replaces_custom"]
        inactivityDays = row["inactivity_days"]
        autoInvalidatedAt = (row["auto_invalidated_at"] as Timestamp?)?.date
        (hostName, homeDirectory, version) = (row["host_name"], row["home_dir"], row["version"])
        lastSeen = (row["last_seen"] as Timestamp?)?.date
        spooledResults = row["spooled_results"]
    }

    func save(into database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO ecc_agent (sys_id, name, user_name, validated, certificate, host_name, home_dir, version, nonce, last_seen,
                    spooled_results, created_at, pending_certificate, rekey_requested_at, rekey_replaces_custom,
                    inactivity_days, auto_invalidated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (sys_id) DO UPDATE SET name = excluded.name, user_name = excluded.user_name, validated = excluded.validated,
                    certificate = excluded.certificate, host_name = excluded.host_name, home_dir = excluded.home_dir,
                    version = excluded.version, nonce = excluded.nonce, last_seen = excluded.last_seen,
                    spooled_results = excluded.spooled_results, pending_certificate = excluded.pending_certificate,
                    rekey_requested_at = excluded.rekey_requested_at, rekey_replaces_custom = excluded.rekey_replaces_custom,
                    inactivity_days = excluded.inactivity_days, auto_invalidated_at = excluded.auto_invalidated_at
                """,
            arguments: [
                sysID.description, name, userName, validation.rawValue, certificate.map { Data($0) }, hostName, homeDirectory, version,
                nonce,
                lastSeen.map { Timestamp($0) }, spooledResults, Timestamp(createdAt), pendingCertificate.map { Data($0) },
                rekeyRequestedAt.map { Timestamp($0) }, rekeyReplacesCustom, inactivityDays, autoInvalidatedAt.map { Timestamp($0) },
            ])
    }
}
