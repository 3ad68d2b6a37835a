public import AgentConfiguration
import LocalFiles
public import TrustPolicy

/// An agent's home directory with its configuration, as it was read.
public struct AgentHome: Sendable {
    public let layout: HomeLayout
    public let settings: AgentSettings
    public let configuration: ConfigurationFile
    /// Parameters whose value is encrypted and could not be opened.
    public let closedSecrets: [String]
    /// All three checks for everyone, or the rows of the home's own table; for the instance what the bootstrap parameters say, where they say
    /// something and the table has no row for it.
    public let policies: PolicyTable

    /// Reads config.xml. Throws `.configurationMissing`, `.configurationMalformed`, `.settings` or `.file`.
    public init(path: String) throws(HomeFailure) {
        layout = HomeLayout(home: path)
        configuration = try Self.read(layout.configFile)
        trustStoreInForce = TrustStoreInForce(layout)
        let secrets = ConfigurationSecrets(configuration, layout: layout)
        closedSecrets = secrets.closed
        do throws(SettingsError) {
            settings = try AgentSettings(secrets.opened)
        } catch {
            throw .settings(path: layout.configFile, error)
        }
        policies = try Self.policies(settings, in: Self.policyFile(layout))
    }

    /// The rows of a table, and for the instance what the bootstrap parameters say where the table has no row for it.
    func completing(_ table: PolicyTable) -> PolicyTable { Self.completing(table, with: Self.bootstrapped(settings)) }

    public var path: String { layout.home }

    /// The trust store in force: the Java runtime's if the home has one, or another one where its start says so.
    public var trustStore: String { trustStoreInForce.path }
    public let trustStoreInForce: TrustStoreInForce

    /// Where further certificates to trust may lie, one or more to a file.
    public var furtherAnchors: String { layout.home + "/security/anchors.d" }

    /// Java's own default. A store with another password cannot be opened, and the finding says so.
    static let trustStorePassword = "changeit"

    /// The identity's keystore: the one that is there, or where a new one goes.
    public var keystore: String { Self.keystore(layout) }

    package static func keystore(_ layout: HomeLayout) -> String {
        first(of: layout.keystores, orElse: layout.home + "/security/agent_keystore")
    }

    /// Where the home's own table of policies is, if it has one.
    public var policyFile: String { Self.policyFile(layout) }

    private static func policyFile(_ layout: HomeLayout) -> String { layout.home + "/security/midguard_policies.json" }

    private static func bootstrapped(_ settings: AgentSettings) -> PolicyTable {
        func isOn(_ check: AgentSettings.Bootstrap.Check) -> Bool { !check.isFromFile || check.isOn }
        let bootstrap = settings.bootstrap
        let chain = isOn(bootstrap.chain)
        let checks = Checks(
            chain: chain, hostname: chain && isOn(bootstrap.hostname), revocation: isOn(bootstrap.revocation) ? .allowUnknown : .notChecked)
        let hosts = [settings.url.host] + (bootstrap.targetEndpoint.map { [$0] } ?? [])
        return PolicyTable.standard(instanceHosts: hosts, instanceChecks: checks)
    }

    private static func completing(_ table: PolicyTable, with bootstrapped: PolicyTable) -> PolicyTable {
        // One that names nobody decides for nobody.
        let rows = table.rows.filter { $0.category != .instance || !$0.includes.isEmpty }
        let hasInstance = rows.contains { $0.category == .instance }
        return PolicyTable(rows: rows + (hasInstance ? [] : bootstrapped.rows.filter { $0.category == .instance }))
    }

    private static func policies(_ settings: AgentSettings, in file: String) throws(HomeFailure) -> PolicyTable {
        let bootstrapped = bootstrapped(settings)
        guard Files.exists(file) else { return bootstrapped }
        do throws(PolicyFileFailure) { return completing(try Self.policies(in: file), with: bootstrapped) } catch {
            throw .policies(error)
        }
    }

    /// The rows of a policy file.
    public static func policies(in path: String) throws(PolicyFileFailure) -> PolicyTable {
        let bytes: [UInt8]
        do throws(FileFailure) { bytes = try Files.read(path, limit: PolicyFile.sizeLimit) } catch { throw .file(error) }
        do throws(PolicyFile.Failure) { return try PolicyFile.read(bytes) } catch { throw .content(path: path, error) }
    }

    /// Where answers about revocation are kept for outages.
    public var evidenceFolder: String { layout.home + "/work/midguard_evidence" }

    /// The proxy that config.xml names; nil when none is to be used.
    public var proxy: ProxyRoute? { settings.proxy.map(Self.route) }

    /// The proxy that downloads of upgrades go through; nil when they go directly. Throws `.settings`.
    public func upgradeProxy() throws(HomeFailure) -> ProxyRoute? {
        do throws(SettingsError) {
            return try AgentSettings.upgradeProxy(ConfigurationSecrets(configuration, layout: layout).opened).map(Self.route)
        } catch {
            throw .settings(path: layout.configFile, error)
        }
    }

    /// A password that could not be opened is not sent as it stands.
    private static func route(_ proxy: AgentSettings.Proxy) -> ProxyRoute {
        let password = proxy.password?.reveal() ?? ""
        return ProxyRoute(
            host: proxy.host, port: proxy.port,
            credentials: ConfigurationSecrets.isClosed(password)
                ? nil : proxy.username.map { ProxyCredentials(username: $0, password: password) },
            exclusions: ProxyRoute.exclusions(in: proxy.exclusions ?? ""))
    }

    package static func read(_ path: String) throws(HomeFailure) -> ConfigurationFile {
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try Files.read(path, limit: ConfigurationFile.sizeLimit)
        } catch {
            if case .missing = error { throw .configurationMissing(path: path) }
            throw .file(error)
        }
        do throws(ConfigurationError) { return try ConfigurationFile(parsing: bytes) } catch {
            throw .configurationMalformed(path: path, error)
        }
    }

    private static func first(of paths: [String], orElse other: String) -> String { paths.first(where: Files.exists) ?? other }
}

/// What the agent itself writes into config.xml.
package struct ConfigurationEditing: Sendable {
    package let layout: HomeLayout

    package init(layout: HomeLayout) { self.layout = layout }

    /// Sets parameters in the file as it is now, which a person may have edited since the start, and returns when it is on the medium. nil
    /// removes a parameter.
    package func set(_ changes: [(name: String, value: String?)]) throws(HomeFailure) {
        let old = try AgentHome.read(layout.configFile)
        var file = old
        do throws(ConfigurationError) {
            for (name, value) in changes {
                if let value { file = try file.setting(name, to: value) } else { file = try file.removing(name) }
            }
        } catch {
            throw .configurationMalformed(path: layout.configFile, error)
        }
        guard file != old else { return }
        do throws(FileFailure) { try Files.replace(layout.configFile, with: file.bytes) } catch { throw .file(error) }
    }
}

/// The one process that works with a home: holds the lock and the log.
struct Tenancy: Sendable {
    let lock: ProcessLock
    let log: AgentLog

    /// Writes nothing unless there is a config.xml: a mistyped path must not become a home.
    init(_ layout: HomeLayout) throws(HomeFailure) {
        guard Files.exists(layout.configFile) else { throw .configurationMissing(path: layout.configFile) }
        do throws(FileFailure) {
            lock = try ProcessLock(home: layout.home)
            log = try AgentLog(folder: layout.logsDirectory)
        } catch {
            guard case .locked(let path) = error else { throw .file(error) }
            let pid = (try? Files.read(path, limit: 64)).map { String(decoding: $0.prefix { $0 != 10 }, as: UTF8.self) }
            throw .alreadyRunning(home: layout.home, pid: pid ?? "unknown")
        }
    }
}
