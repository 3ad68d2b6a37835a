import AgentConfiguration
import Testing

@Suite("A new agent's config.xml reads without a remark") struct ConfigurationTemplateTests {
    @Test(arguments: ["plain", "<a \"b\" & 'c'>", "é漢\u{1F512}", " --> ", "encrypted:QUJD"]) func template(_ text: String) throws {
        for key in [nil, Secret(text)] {
            let bytes = ConfigurationTemplate.render(
                url: "https://a.example:8443/", name: text, username: text, password: Secret(text), registrationKey: key)
            let file = try ConfigurationFile(parsing: bytes)
            #expect(file.remarks() == [])
            let settings = try AgentSettings(file)
            #expect(settings.url.description == "https://a.example:8443/")
            #expect((settings.name, settings.username, settings.password, settings.registrationKey) == (text, text, Secret(text), key))
            #expect(settings.midSysID == nil && settings.keypairsMidID == nil)
            #expect(settings.bootstrap.chain.isOn && settings.bootstrap.hostname.isOn && settings.bootstrap.revocation.isOn)
            #expect(file.parameters.filter(\.isSecure).count == (key == nil ? 1 : 2))
            let spent = try file.setting("mid_sys_id", to: "1").removing("mid.midguard.registration_key")
            #expect(spent.remarks() == [])
            #expect(try AgentSettings(spent).registrationKey == nil)
        }
    }
}

@Suite("Paths of a home follow the vendor's layout") struct HomeLayoutTests {
    @Test func paths() {
        let home = HomeLayout(home: "/opt/agent")
        #expect(home.configFile == "/opt/agent/config.xml")
        #expect(home.logsDirectory == "/opt/agent/logs")
        #expect(home.agentLog == "/opt/agent/logs/agent0.log.0")
        #expect(home.wrapperOverride == "/opt/agent/conf/wrapper-override.conf")
        #expect(home.keystores == ["/opt/agent/security/agent_keystore", "/opt/agent/keystore/agent_keystore.jks"])
        #expect(home.trustStores == ["/opt/agent/jre/lib/security/cacerts", "/opt/agent/security/cacerts"])
        #expect(home.backupDirectory == "/opt/agent/security_backup")
        #expect(home.backupTrail == "/opt/agent/security_backup/keystore_backup_audit_trail.log")
        #expect(home.spoolDirectory == "/opt/agent/work/monitors/ECCSender")
        #expect(home.pidFile == "/opt/agent/work/mid.pid")
        #expect(home.statusFile == "/opt/agent/work/midguard-status.json")
    }

    static let homes = [
        ("/a/b/", "/a/b/config.xml"), ("/a//", "/a/config.xml"), ("/", "/config.xml"), ("//", "/config.xml"), ("", "./config.xml"),
        (".", "./config.xml"),
        ("a", "a/config.xml"), ("../a é/", "../a é/config.xml"),
    ]
    @Test(arguments: homes) func trailingSlashes(_ home: String, _ file: String) { #expect(HomeLayout(home: home).configFile == file) }
}
