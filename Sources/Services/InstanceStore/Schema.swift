import GRDB

/// The tables, by migration. A migration that has shipped is never edited; the next one is appended.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 queue") { try $0.execute(sql: queue) }
        migrator.registerMigration("1 agents") { try $0.execute(sql: agents) }
        migrator.registerMigration("1 users") { try $0.execute(sql: users) }
        migrator.registerMigration("1 authority") { try $0.execute(sql: authority) }
        migrator.registerMigration("2 rotation") { try $0.execute(sql: rotation) }
        migrator.registerMigration("3 client certificates") { try $0.execute(sql: clientCertificates) }
        migrator.registerMigration("4 governance") { try $0.execute(sql: governance) }
        return migrator
    }

    /// `ordinal` breaks ties of `sequence` in the order of insertion. `token` and `claims` belong to the lease, `idempotency_key` to a
    /// result that came with one: of those a job has at most one, whereas the plain protocol may answer a job in many rows. Of `agent_session` the newest row per agent is the process that
    /// counts.
    private static let queue = """
        CREATE TABLE ecc_queue (
            ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
            sys_id TEXT NOT NULL UNIQUE,
            agent TEXT NOT NULL,
            queue TEXT NOT NULL,
            state TEXT NOT NULL,
            topic TEXT NOT NULL,
            name TEXT NOT NULL,
            source TEXT NOT NULL,
            payload TEXT NOT NULL,
            priority INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            response_to TEXT,
            agent_correlator TEXT NOT NULL,
            error_string TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            token INTEGER NOT NULL DEFAULT 0,
            claims INTEGER NOT NULL DEFAULT 0,
            claimed_by TEXT,
            lease_until INTEGER,
            idempotency_key TEXT
        );
        CREATE INDEX ecc_queue_open ON ecc_queue (agent, priority, sequence, ordinal)
            WHERE queue = 'output' AND state IN ('ready', 'processing');
        CREATE INDEX ecc_queue_by_agent ON ecc_queue (agent, queue, state);
        CREATE INDEX ecc_queue_answers ON ecc_queue (response_to) WHERE response_to IS NOT NULL;
        CREATE UNIQUE INDEX ecc_queue_one_result ON ecc_queue (response_to) WHERE idempotency_key IS NOT NULL;
        CREATE UNIQUE INDEX ecc_queue_idempotency ON ecc_queue (idempotency_key) WHERE idempotency_key IS NOT NULL;
        CREATE TABLE agent_session (
            ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
            agent TEXT NOT NULL,
            session TEXT NOT NULL,
            since INTEGER NOT NULL,
            UNIQUE (agent, session)
        );
        """

    private static let agents = """
        CREATE TABLE ecc_agent (
            sys_id TEXT PRIMARY KEY NOT NULL,
            name TEXT NOT NULL UNIQUE,
            user_name TEXT NOT NULL,
            validated TEXT NOT NULL,
            certificate BLOB,
            host_name TEXT NOT NULL,
            home_dir TEXT NOT NULL,
            version TEXT NOT NULL,
            nonce TEXT NOT NULL,
            last_seen INTEGER,
            spooled_results INTEGER NOT NULL DEFAULT 0,
            created_at INTEGER NOT NULL
        );
        CREATE TABLE registration_key (
            hash BLOB PRIMARY KEY NOT NULL,
            agent_name TEXT,
            expires_at INTEGER NOT NULL,
            spent_at INTEGER,
            spent_by TEXT
        );
        CREATE TABLE agent_finding (
            agent TEXT NOT NULL REFERENCES ecc_agent (sys_id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            finding TEXT NOT NULL,
            reported_at INTEGER NOT NULL,
            PRIMARY KEY (agent, position)
        );
        """

    private static let users = """
        CREATE TABLE sys_user (
            user_name TEXT PRIMARY KEY NOT NULL,
            salt BLOB NOT NULL,
            rounds INTEGER NOT NULL,
            hash BLOB NOT NULL,
            roles TEXT NOT NULL,
            created_at INTEGER NOT NULL
        );
        CREATE TABLE credential (
            alias TEXT PRIMARY KEY NOT NULL,
            user_name TEXT NOT NULL,
            sealed_secret BLOB NOT NULL,
            updated_at INTEGER NOT NULL
        );
        CREATE TABLE setting (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
        """

    /// `audit` only grows.
    private static let rotation = """
        ALTER TABLE ecc_agent ADD COLUMN pending_certificate BLOB;
        ALTER TABLE ecc_agent ADD COLUMN rekey_requested_at INTEGER;
        ALTER TABLE ecc_agent ADD COLUMN rekey_replaces_custom INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE audit (
            ordinal INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            who TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL
        );
        """

    /// Whose certificates may log in, and as whom. `serial`: of those that our own authority issued.
    private static let clientCertificates = """
        CREATE TABLE client_authority (
            sha256 TEXT PRIMARY KEY NOT NULL,
            certificate BLOB NOT NULL,
            added_at INTEGER NOT NULL
        );
        CREATE TABLE client_certificate (
            sha256 TEXT PRIMARY KEY NOT NULL,
            user_name TEXT NOT NULL,
            subject TEXT NOT NULL,
            not_after INTEGER NOT NULL,
            serial TEXT,
            added_at INTEGER NOT NULL
        );
        """

    /// `inactivity_days`: of this agent; NULL as for all.
    private static let governance = """
        ALTER TABLE ecc_agent ADD COLUMN inactivity_days INTEGER;
        ALTER TABLE ecc_agent ADD COLUMN auto_invalidated_at INTEGER;
        """

    private static let authority = """
        CREATE TABLE issued_certificate (
            issuer TEXT NOT NULL,
            serial TEXT NOT NULL,
            subject TEXT NOT NULL,
            certificate BLOB NOT NULL,
            not_before INTEGER NOT NULL,
            not_after INTEGER NOT NULL,
            revoked_at INTEGER,
            revocation_reason INTEGER,
            PRIMARY KEY (issuer, serial)
        );
        """
}
