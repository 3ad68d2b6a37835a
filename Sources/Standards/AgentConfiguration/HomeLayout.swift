/// Where things lie in an agent's home directory: the vendor's layout. Paths only; nothing is looked at.
public struct HomeLayout: Hashable, Sendable {
    public let home: String

    /// Slashes at the end are dropped; an empty home is the working directory.
    public init(home: String) {
        let trimmed = home.prefix(home.count - home.reversed().prefix { $0 == "/" }.count)
        self.home = home.isEmpty ? "." : trimmed.isEmpty ? "/" : String(trimmed)
    }

    public var configFile: String { inside("config.xml") }
    public var logsDirectory: String { inside("logs") }
    public var agentLog: String { inside("logs/agent0.log.0") }
    public var wrapperConfiguration: String { inside("conf/wrapper.conf") }
    public var wrapperOverride: String { inside("conf/wrapper-override.conf") }
    /// The identity's keystore: since Rome, then until Quebec.
    public var keystores: [String] { [inside("security/agent_keystore"), inside("keystore/agent_keystore.jks")] }
    /// The Java runtime's trust store, then the one of a home without a runtime.
    public var trustStores: [String] { [inside("jre/lib/security/cacerts"), inside("security/cacerts")] }
    public var backupDirectory: String { inside("security_backup") }
    public var backupTrail: String { inside("security_backup/keystore_backup_audit_trail.log") }
    public var spoolDirectory: String { inside("work/monitors/ECCSender") }
    public var pidFile: String { inside("work/mid.pid") }
    public var statusFile: String { inside("work/midguard-status.json") }

    private func inside(_ path: String) -> String { (home == "/" ? "" : home) + "/" + path }
}
