import Counterparts
import Foundation
import Testing

/// Squid between us and an endpoint of openssl's.
@Suite("Proxies are gone through, and what they say no with is told apart", .timeLimit(.minutes(15)))
struct ProxyTests {
    /// A host that only the proxy knows.
    static let hidden = "only.behind.example"

    final class Site: Sendable {
        let folder: TemporaryFolder
        let store: String
        let server: OpenSSLServer

        init() throws {
            let authority = try CheckTests.Authority()
            let (chain, key) = try authority.leaf("good", hosts: "DNS:localhost,DNS:\(ProxyTests.hidden)")
            folder = authority.folder
            store = authority.folder.path("root.pem")
            server = try OpenSSLServer(chainPEM: chain, keyPEM: key)
        }

        func check(_ more: [String], host: String = "localhost") throws -> (CheckTests.Report, Int32) {
            try CheckTests.check("https://\(host):\(server.port)", store: store, more)
        }
    }

    @Test func aTunnelLeadsToTheEndpoint() throws {
        let (site, proxy) = (try Site(), try SquidProxy(names: [Self.hidden: "127.0.0.1"]))
        let (report, code) = try site.check(["--proxy", "http://127.0.0.1:\(proxy.port)"], host: Self.hidden)
        #expect(report.verdict == "trusted" && code == 0)
        #expect(report.stages.map(\.name).prefix(4) == ["resolve", "connect", "proxy", "handshake"])
        // Whom the list leaves out is reached directly, or not at all.
        let (direct, _) = try site.check(
            ["--proxy", "http://127.0.0.1:\(proxy.port)", "--no-proxy", "*.behind.example"], host: Self.hidden)
        #expect(direct.findings.first?.id == "network.name-not-found")
    }

    /// P24: an inner proxy's own URL, through another proxy that cannot get there.
    @Test func aProxyBeforeAProxy() throws {
        let site = try Site()
        let outer = try ScriptedServer { connection in
            _ = connection.read(until: "\r\n\r\n")
            connection.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        }
        defer { outer.stop() }
        let (report, code) = try site.check(["--proxy", "http://127.0.0.1:\(outer.port)"])
        #expect(code == 3 && report.findings.first?.id == "proxy.double", "\(report.findings.map(\.id))")
        let direct = try #require(report.findings.first?.fixes.compactMap(\.command).first)
        #expect(try CheckTests.paste(direct, in: site.folder).contains("trusted"))
        // A public name is the proxy's trouble.
        #expect(
            try site.check(["--proxy", "http://127.0.0.1:\(outer.port)"], host: Self.hidden).0.findings.first?.id == "proxy.refused-connect"
        )
    }

    @Test func aRuleOfTheProxyIsNamedAndTheDirectWayIsShown() throws {
        let (site, proxy) = (try Site(), try SquidProxy(rules: ["http_access deny all"]))
        let (report, code) = try site.check(["--proxy", "http://127.0.0.1:\(proxy.port)"])
        #expect(report.verdict == "unreachable" && code == 3)
        #expect(report.findings.first?.id == "proxy.refused-connect")
        #expect(report.findings.first?.evidence["status"] == "403")
        let direct = try #require(report.findings.first?.fixes.last?.command)
        #expect(try CheckTests.paste(direct, in: site.folder).contains("trusted"))
    }

    @Test func aPasswordIsAskedForAndTaken() throws {
        let site = try Site()
        let proxy = try SquidProxy(
            rules: ["acl known proxy_auth REQUIRED", "http_access allow known", "http_access deny all"], users: ["agent": "open-sesame"])
        let (report, _) = try site.check(["--proxy", "http://127.0.0.1:\(proxy.port)"])
        #expect(report.findings.first?.id == "proxy.authentication-required")
        #expect(report.findings.first?.evidence["schemes"] == "Basic")
        let password = try site.folder.write("open-sesame\n", to: "proxy-password")
        let (mended, code) = try site.check(["--proxy", "http://agent@127.0.0.1:\(proxy.port)", "--proxy-password-file", password])
        #expect(mended.verdict == "trusted" && code == 0)
        let wrong = try site.folder.write("sesame\n", to: "wrong-password")
        let (refused, _) = try site.check(["--proxy", "http://agent@127.0.0.1:\(proxy.port)", "--proxy-password-file", wrong])
        #expect(refused.findings.first?.id == "proxy.authentication-required")
        #expect(refused.findings.first?.evidence["passwordSent"] == "true")
    }

    @Test func aProxyThatTakesNoPasswordOfOursSaysSo() throws {
        let site = try Site()
        let proxy = try SquidProxy(rules: [
            "auth_param negotiate program /bin/cat", "acl known proxy_auth REQUIRED", "http_access allow known", "http_access deny all",
        ])
        let (report, _) = try site.check(["--proxy", "http://127.0.0.1:\(proxy.port)"])
        #expect(report.findings.first?.id == "proxy.scheme-unsupported")
    }

    @Test func aProxyThatIsNotThereIsNotTheEndpointsFault() throws {
        let site = try Site()
        let (gone, code) = try site.check(["--proxy", "http://127.0.0.1:\(try LoopbackPort.free())"])
        #expect(gone.findings.first?.id == "proxy.unreachable" && code == 3)
        #expect(try CheckTests.paste(try #require(gone.findings.first?.fixes.last?.command), in: site.folder).contains("trusted"))
        let (unknown, _) = try site.check(["--proxy", "http://no-such-proxy.invalid:3128"])
        #expect(unknown.findings.first?.id == "proxy.name-not-found")
        // TLS where a proxy should be.
        let (other, _) = try site.check(["--proxy", "http://127.0.0.1:\(site.server.port)"])
        #expect(other.findings.first?.id == "proxy.refused-connect")
    }

    @Test func aProxyOfTheEnvironmentIsNamedAndNotUsedUnasked() throws {
        let (site, proxy) = (try Site(), try SquidProxy(names: [Self.hidden: "127.0.0.1"]))
        let environment = ["https_proxy": "http://user:secret-word@127.0.0.1:\(proxy.port)"]
        let call = ["check", "https://\(Self.hidden):\(site.server.port)", "--trust-store", site.store, "--json"]
        let outcome = try MidguardProcess.run(call, environment: environment)
        let report = try JSONDecoder().decode(CheckTests.Report.self, from: Data(outcome.output.utf8))
        #expect(report.findings.first?.id == "proxy.missing")
        #expect(!outcome.output.contains("secret-word"))
        #expect(try CheckTests.paste(try #require(report.findings.first?.fixes.first?.command), in: site.folder).contains("trusted"))
    }

    /// P25: what brings upgrades has a proxy of its own, or none, whatever the instance is reached through.
    @Test func theWayOfUpgrades() throws {
        let (site, proxy) = (try Site(), try SquidProxy(names: [Self.hidden: "127.0.0.1"]))
        let own = ["glide.mid.autoupgrade.proxy_host": "127.0.0.1", "glide.mid.autoupgrade.proxy_port": "\(proxy.port)"]
        func output(_ home: BareHome, _ more: [String]) throws -> String {
            try MidguardProcess.run(["check", "https://\(Self.hidden):\(site.server.port)", "--home", home.path, "--json"] + more).output
        }
        func check(_ home: BareHome, _ more: [String]) throws -> CheckTests.Report {
            try JSONDecoder().decode(CheckTests.Report.self, from: Data(output(home, more).utf8))
        }
        let apart = try BareHome(at: site.folder.path("apart"), own).trusting(site.store)
        #expect(try check(apart, ["--upgrade-route"]).verdict == "trusted")
        #expect(try check(apart, []).findings.first?.id == "network.name-not-found")
        // The other proxy counts for upgrades, too, unless it is said that it does not.
        let general = ["mid.proxy.use_proxy": "true", "mid.proxy.host": "127.0.0.1", "mid.proxy.port": "\(proxy.port)"]
        let shared = try BareHome(at: site.folder.path("shared"), general).trusting(site.store)
        #expect(try check(shared, ["--upgrade-route"]).verdict == "trusted")
        let direct = try BareHome(at: site.folder.path("direct"), general.merging(["mid.upgrade.use_proxy": "false"]) { $1 })
            .trusting(site.store)
        #expect(try check(direct, []).verdict == "trusted")
        #expect(try check(direct, ["--upgrade-route"]).findings.first?.id == "network.name-not-found")
        let gone = own.merging(["glide.mid.autoupgrade.proxy_port": "\(try LoopbackPort.free())"]) { $1 }
        let unreachable = try output(try BareHome(at: site.folder.path("gone"), gone).trusting(site.store), ["--upgrade-route"])
        #expect(unreachable.contains("proxy.unreachable") && unreachable.contains("glide.mid.autoupgrade.proxy_*"), "\(unreachable)")
        let address = ["glide.mid.autoupgrade.proxy_host": "http://127.0.0.1"]
        let said = try output(try BareHome(at: site.folder.path("url"), address).trusting(site.store), ["--upgrade-route"])
        #expect(said.contains("proxy.host-has-scheme"), "\(said)")
        #expect(try MidguardProcess.run(["check", "https://localhost:1", "--upgrade-route"]).code == 2)
    }

    /// What a home says about a proxy is left out where the fix is to go without.
    @Test func theDirectWayLeavesAHomesProxyOut() throws {
        let site = try Site()
        let settings = ["mid.proxy.use_proxy": "true", "mid.proxy.host": "127.0.0.1", "mid.proxy.port": "\(try LoopbackPort.free())"]
        let home = try BareHome(at: site.folder.path("home"), settings).trusting(site.store)
        let outcome = try MidguardProcess.run(["check", "https://localhost:\(site.server.port)", "--home", home.path, "--json"])
        let report = try JSONDecoder().decode(CheckTests.Report.self, from: Data(outcome.output.utf8))
        #expect(report.findings.first?.id == "proxy.unreachable", "\(outcome)")
        #expect(try CheckTests.paste(try #require(report.findings.first?.fixes.last?.command), in: site.folder).contains("trusted"))
    }

    @Test func aPasswordOnTheCommandLineIsRefused() throws {
        let outcome = try MidguardProcess.run(["check", "https://localhost", "--proxy", "http://user:word@127.0.0.1:3128"])
        #expect(outcome.code == 2)
    }
}
