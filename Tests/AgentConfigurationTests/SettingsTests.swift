import StrictXML
import Testing

@testable import AgentConfiguration

@Suite("Settings are what the file says, else the documented defaults, else an error that names the place") struct SettingsTests {
    static let least = ["url": "https://a.example/", "mid.instance.username": "u", "mid.instance.password": "p", "name": "n"]

    static func file(_ values: [String: String]) throws -> ConfigurationFile {
        let lines = values.sorted { $0.key < $1.key }.map {
            "<parameter name=\"\($0.key)\" value=\"\(XMLEscaping.attribute($0.value))\"/>\n"
        }
        return try ConfigurationFile(parsing: Array("<parameters>\n\(lines.joined())</parameters>".utf8))
    }
    static func settings(_ more: [String: String] = [:]) throws -> AgentSettings {
        try AgentSettings(file(least.merging(more) { $1 }))
    }

    @Test func defaults() throws {
        for settings in [
            try Self.settings(), try Self.settings(["threads.max": "", "mid.disable_amb": "", "mid_sys_id": "", "mid.log.level": ""]),
        ] {
            #expect(settings.url.description == "https://a.example/")
            #expect((settings.username, settings.password.reveal(), settings.name) == ("u", "p", "n"))
            #expect(settings.midSysID == nil && settings.keypairsMidID == nil && settings.registrationKey == nil && settings.proxy == nil)
            #expect(settings.bootstrap.chain == .init(isOn: true, isFromFile: false))
            #expect(settings.bootstrap.hostname == .init(isOn: true, isFromFile: false))
            #expect(settings.bootstrap.revocation == .init(isOn: false, isFromFile: false))
            #expect(settings.bootstrap.targetEndpoint == nil)
            #expect(!settings.useInstancePolicy && !settings.pushDisabled)
            #expect((settings.interactiveThreads, settings.expeditedThreads, settings.standardThreads) == (10, 20, 25))
            #expect((settings.pollSeconds, settings.logLevel) == (40, "info"))
        }
    }

    @Test func everythingFromTheFile() throws {
        let bootstrap = "mid.ssl.bootstrap.default."
        let settings = try Self.settings([
            "mid_sys_id": "id", "keypairs.mid_id": "key", "mid.midguard.registration_key": "once", bootstrap + "check_cert_chain": "false",
            bootstrap + "check_cert_hostname": "FALSE", bootstrap + "check_cert_revocation": "True",
            bootstrap + "target_endpoint": "a.example",
            "mid.ssl.use.instance.security.policy": "true", "mid.proxy.use_proxy": "true", "mid.proxy.host": "proxy",
            "mid.proxy.port": "3128",
            "mid.proxy.username": "pu", "mid.proxy.password": "pp", "threads.interactive.max": "1", "threads.expedited.max": "2",
            "threads.max": "3",
            "mid.poll.time": "4", "mid.disable_amb": "true", "mid.log.level": "debug",
        ])
        #expect((settings.midSysID, settings.keypairsMidID, settings.registrationKey?.reveal()) == ("id", "key", "once"))
        #expect(settings.bootstrap.chain == .init(isOn: false, isFromFile: true))
        #expect(settings.bootstrap.hostname == .init(isOn: false, isFromFile: true))
        #expect(settings.bootstrap.revocation == .init(isOn: true, isFromFile: true))
        #expect(settings.bootstrap.targetEndpoint == "a.example")
        #expect(settings.useInstancePolicy && settings.pushDisabled)
        #expect(settings.proxy == .init(host: "proxy", port: 3_128, username: "pu", password: Secret("pp")))
        #expect((settings.interactiveThreads, settings.expeditedThreads, settings.standardThreads) == (1, 2, 3))
        #expect((settings.pollSeconds, settings.logLevel) == (4, "debug"))
    }

    @Test func olderNamesAreUnderstoodAndNewerOnesGoFirst() throws {
        let old = ["url": "https://a", "name": "n", "glide.glidesoap.username": "old", "glide.glidesoap.password": "op"]
        #expect(try AgentSettings(Self.file(old)).username == "old")
        #expect(try AgentSettings(Self.file(old)).password == Secret("op"))
        #expect(try Self.settings(["glide.glidesoap.username": "old"]).username == "u")
        #expect(try Self.settings(["mid.instance.use_proxy": "true", "mid.proxy.host": "p"]).proxy?.port == 80)
        #expect(try Self.settings(["mid.instance.use_proxy": "true", "mid.proxy.use_proxy": "false"]).proxy == nil)
    }

    @Test func lastDuplicateCounts() throws {
        let xml = "<parameters>\(try String(decoding: Self.file(Self.least).bytes, as: UTF8.self).dropFirst(12).dropLast(13))"
        let more =
            "<parameter name='name' value='second'/><parameter name='threads.max' value='7'/><parameter name='threads.max'/></parameters>"
        let settings = try AgentSettings(ConfigurationFile(parsing: Array((xml + more).utf8)))
        #expect((settings.name, settings.standardThreads) == ("second", 25))
    }

    struct Address: Sendable { var text: String, reads: String? }
    static let addresses = [
        Address(text: "https://a.example", reads: "https://a.example/"),
        Address(text: "HTTPS://A.Example:443/x?y#z", reads: "https://a.example/"),
        Address(text: "https://a:8443/", reads: "https://a:8443/"), Address(text: "https://[::1]/", reads: "https://[::1]/"),
        Address(text: "https://[2001:DB8::1]:8443", reads: "https://[2001:db8::1]:8443/"),
        Address(text: "https://10.0.0.1?x", reads: "https://10.0.0.1/"),
        Address(text: "https://", reads: nil), Address(text: "https:///x", reads: nil), Address(text: "a.example", reads: nil),
        Address(text: "ftp://a", reads: nil),
        Address(text: "https://a:0", reads: nil), Address(text: "https://a:65536", reads: nil), Address(text: "https://a:", reads: nil),
        Address(text: "https://a:+443", reads: nil), Address(text: "https://a:x", reads: nil),
        Address(text: "https://user:secret@a/", reads: nil),
        Address(text: "https://a b/", reads: nil), Address(text: " https://a/", reads: nil), Address(text: "https://::1/", reads: nil),
        Address(text: "https://[::1/", reads: nil), Address(text: "https://[a]/", reads: nil), Address(text: "https://[]/", reads: nil),
        Address(text: "https://[::1]x/", reads: nil), Address(text: "https://[a/", reads: nil), Address(text: "https://a]/", reads: nil),
    ]
    @Test(arguments: addresses) func instanceURL(_ row: Address) throws {
        if let reads = row.reads {
            #expect(try Self.settings(["url": row.text]).url.description == reads)
        } else {
            #expect(throws: SettingsError.badValue(name: "url", expected: "https://HOST/ or https://HOST:PORT/", at: Self.last)) {
                try Self.settings(["url": row.text])
            }
        }
    }

    /// Sorted by name, `url` stands behind the other three.
    static let last = XMLPosition(offset: 13 + 52 + 52 + 35, line: 5, column: 1)

    static let plain = [
        ("http://a.example/", "http://a.example/"), ("HTTP://a", "HTTP://a"), ("http://user:secret@a/", "http://a/"),
        ("http://user:se/c#r@et@a/", "http://a/"), ("http://a/x?token=secret", "http://a/x"),
    ]
    @Test(arguments: plain) func plainHTTPIsRefusedAndItsPasswordIsNotTold(_ url: String, _ told: String) {
        #expect(throws: SettingsError.plainHTTP(url: told, at: Self.last)) { try Self.settings(["url": url]) }
    }

    @Test(arguments: ["url", "mid.instance.username", "mid.instance.password", "name"]) func missing(_ name: String) {
        #expect(throws: SettingsError.missing(name: name)) { try AgentSettings(Self.file(Self.least.filter { $0.key != name })) }
        #expect(throws: SettingsError.missing(name: name)) { try Self.settings([name: ""]) }
    }

    struct Bad: Sendable {
        var name: String, value: String, expected: String
        init(_ name: String, _ value: String, _ expected: String) { (self.name, self.value, self.expected) = (name, value, expected) }
    }
    static let bad = [
        Bad("threads.max", "0", "a number from 1 to 200"), Bad("threads.max", "many", "a number from 1 to 200"),
        Bad("threads.expedited.max", "201", "a number from 1 to 200"), Bad("threads.interactive.max", " 5", "a number from 1 to 200"),
        Bad("mid.poll.time", "99999999999999999999", "a number from 1 to 3600"), Bad("mid.disable_amb", "yes", "true or false"),
        Bad("mid.ssl.bootstrap.default.check_cert_chain", "on", "true or false"),
        Bad("mid.ssl.use.instance.security.policy", "1", "true or false"),
        Bad("mid.proxy.use_proxy", "no", "true or false"), Bad("mid.instance.use_proxy", "no", "true or false"),
    ]
    @Test(arguments: bad) func badValue(_ row: Bad) throws {
        let file = try Self.file(Self.least.merging([row.name: row.value]) { $1 })
        let position = try #require(file.parameter(row.name)).position
        #expect(throws: SettingsError.badValue(name: row.name, expected: row.expected, at: position)) { try AgentSettings(file) }
    }

    /// Public facts: one of their own whatever `mid.upgrade.use_proxy` says, else the other one unless that is false.
    static let upgradeRoutes: [([String: String], String?)] = [
        ([:], nil), (["mid.upgrade.use_proxy": "false"], nil), (["mid.proxy.host": "p"], nil),
        (["mid.proxy.use_proxy": "true", "mid.proxy.host": "p"], "p:80"),
        (["mid.proxy.use_proxy": "true", "mid.proxy.host": "p", "mid.upgrade.use_proxy": "false"], nil),
        (
            ["glide.mid.autoupgrade.proxy_host": "u", "glide.mid.autoupgrade.proxy_port": "8080", "mid.upgrade.use_proxy": "false"],
            "u:8080"
        ),
        (["mid.proxy.use_proxy": "true", "mid.proxy.host": "p", "glide.glidesoap.proxy_host": "u"], "u:80"),
        (["glide.glidesoap.proxy_host": "u", "glide.glidesoap.proxy_username": "me", "glide.glidesoap.proxy_password": "w"], "me:w@u:80"),
    ]
    @Test(arguments: upgradeRoutes) func upgradesGoTheirWay(_ more: [String: String], _ way: String?) throws {
        let proxy = try AgentSettings.upgradeProxy(try Self.file(Self.least.merging(more) { $1 }))
        let user = proxy?.username.map { "\($0):\(proxy?.password?.reveal() ?? "")@" } ?? ""
        #expect(proxy.map { "\(user)\($0.host):\($0.port)" } == way)
    }

    @Test func aBadWayOfUpgradesKeepsNoAgentFromWorking() throws {
        let file = try Self.file(
            Self.least.merging(["glide.mid.autoupgrade.proxy_host": "http://u", "glide.mid.autoupgrade.proxy_port": "x"]) { $1 })
        _ = try AgentSettings(file)
        let position = try #require(file.parameter("glide.mid.autoupgrade.proxy_host")).position
        let url = SettingsError.proxyHostHasScheme(name: "glide.mid.autoupgrade.proxy_host", value: "http://u", at: position)
        #expect(throws: url) { try AgentSettings.upgradeProxy(file) }
    }

    @Test func proxyNeedsAHostAndNoURL() throws {
        #expect(throws: SettingsError.missing(name: "mid.proxy.host")) { try Self.settings(["mid.proxy.use_proxy": "true"]) }
        #expect(try Self.settings(["mid.proxy.host": "http://ignored", "mid.proxy.port": "x"]).proxy == nil)
        let file = try Self.file(Self.least.merging(["mid.proxy.use_proxy": "true", "mid.proxy.host": "http://u:secret@p:80"]) { $1 })
        let position = try #require(file.parameter("mid.proxy.host")).position
        #expect(throws: SettingsError.proxyHostHasScheme(name: "mid.proxy.host", value: "http://p:80", at: position)) {
            try AgentSettings(file)
        }
    }
}
