public import AgentConfiguration
import FoundationEssentials
import JavaKeystore
import LocalFiles
import PathValidation
import TrustedTransport

/// What `agent setup` is told.
public struct AgentSetUp: Sendable {
    public var url: String
    public var name: String
    public var username: String
    public var password: Secret
    public var registrationKey: Secret?
    /// PEM; the anchors that the new trust store begins with. nil for none.
    public var machineBundle: String? = "/etc/ssl/certs/ca-certificates.crt"
    /// PEM, DER inside PEM armour, or Java stores: anchors of one's own.
    public var trust: [String]

    public init(
        url: String, name: String, username: String, password: Secret, registrationKey: Secret? = nil, trust: [String] = []
    ) {
        (self.url, self.name, self.username, self.password) = (url, name, username, password)
        (self.registrationKey, self.trust) = (registrationKey, trust)
    }

    public struct Report: Sendable {
        public var configuration: String
        public var trustStore: String
        public var certificates: Int
        /// Entries of the given files that are no certificates we can read.
        public var unreadable: [String]
    }
}

extension AgentHome {
    /// Makes a home: folders, a trust store, and config.xml last, so that an interrupted set-up can be repeated. The key pair is made by
    /// the agent's first start.
    ///
    /// The password stands in config.xml in clear (marked `secure`), as in a new vendor's home: the file has mode 0600. Everything is read
    /// and checked before the first file is written. Throws `.alreadySetUp` when there is a config.xml.
    public static func setUp(_ path: String, _ wanted: AgentSetUp) throws(HomeFailure) -> AgentSetUp.Report {
        let layout = HomeLayout(home: path)
        guard !Files.exists(layout.configFile) else { throw .alreadySetUp(path: layout.configFile) }
        let configuration = ConfigurationTemplate.render(
            url: wanted.url, name: wanted.name, username: wanted.username, password: wanted.password,
            registrationKey: wanted.registrationKey)
        try check(configuration, layout.configFile)
        let trustStore = layout.home + "/security/cacerts"
        let (store, report) = try trust(wanted, existing: trustStore, configuration: layout.configFile)
        do throws(FileFailure) {
            for folder in [
                layout.logsDirectory, layout.home + "/security", layout.home + "/work", layout.spoolDirectory, layout.backupDirectory,
            ] {
                try Files.makeFolder(folder)
            }
            try Files.replace(trustStore, with: store)
            try Files.replace(layout.configFile, with: configuration)
        } catch {
            throw .file(error)
        }
        return report
    }

    private static func check(_ configuration: [UInt8], _ path: String) throws(HomeFailure) {
        let file: ConfigurationFile
        do throws(ConfigurationError) { file = try ConfigurationFile(parsing: configuration) } catch {
            throw .configurationMalformed(path: path, error)
        }
        do throws(SettingsError) { _ = try AgentSettings(file) } catch { throw .settings(path: path, error) }
    }

    /// A store that is there already, from a set-up that was interrupted or made by hand, keeps its certificates.
    private static func trust(
        _ wanted: AgentSetUp, existing: String, configuration: String
    ) throws(HomeFailure) -> (bytes: [UInt8], AgentSetUp.Report) {
        let password = KeystorePassword(trustStorePassword)
        var keystore = Keystore()
        var known: Set<String> = []
        var report = AgentSetUp.Report(configuration: configuration, trustStore: existing, certificates: 0, unreadable: [])
        let own = wanted.trust.map { (path: $0, prefix: "midguard") }
        let sources =
            (Files.exists(existing) ? [(existing, "kept")] : []) + (wanted.machineBundle.map { [($0, "machine")] } ?? []) + own
        for (path, prefix) in sources {
            let file: TrustStoreFile
            do throws(TrustStoreError) { file = try TrustStoreFile(path: path, password: password) } catch {
                throw .trust(TrustUnavailable(findings: [error.finding]))
            }
            report.unreadable += file.unreadable.map { "\(path): \($0)" }
            for certificate in file.certificates where known.insert(certificate.sha256).inserted {
                keystore = keystore.setting(
                    .init(
                        alias: "\(prefix)-\(certificate.sha256.prefix(16))", created: Date(),
                        content: .trustedCertificate(StoredCertificate(der: certificate.der))))
            }
        }
        report.certificates = keystore.entries.count
        guard !keystore.entries.isEmpty else { throw .trust(TrustUnavailable(findings: [HomeFindings.noAnchors])) }
        do throws(KeystoreError) { return (try JKS.write(keystore, password: password), report) } catch {
            throw .trust(TrustUnavailable(findings: [TrustStoreError.keystore(path: existing, error).finding]))
        }
    }
}
