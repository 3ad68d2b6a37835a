import Counterparts
import Foundation
import Testing

@Suite("Devices that open TLS are named, and trusted only by their root and by name", .timeLimit(.minutes(15)))
struct InterceptionTests {
    private func trust(_ certificate: String, in store: String) throws {
        let added = try MidguardProcess.run(["trust", "add", certificate, "--trust-store", store, "--yes"])
        #expect(added.code == 0, "\(added.error)")
    }

    @Test func mitmproxy() throws {
        let site = try ProxyTests.Site()
        let proxy = try MitmProxy(in: site.folder)
        let way = ["--proxy", "http://127.0.0.1:\(proxy.port)"]
        let (refused, code) = try site.check(way)
        #expect(refused.verdict == "refused" && code == 1)
        #expect(refused.findings.first?.id == "chain.intercepted", "\(refused.findings)")
        #expect(refused.findings.first?.evidence["interceptor"]?.contains("mitmproxy") == true)
        // Its root is not presented, so its owner has to bring it.
        try trust(proxy.authority, in: site.store)
        #expect(try site.check(way).0.verdict == "trusted")
        // Exempted from inspection, the endpoint's own certificate counts.
        #expect(try site.check(way + ["--no-proxy", "localhost"]).0.verdict == "trusted")
    }

    @Test func aSquidThatOpensTunnels() throws {
        let site = try ProxyTests.Site()
        try Counterpart.openssl.run(
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "device.key", "-out", "device.pem", "-days", "30", "-subj",
                "/O=Corp/CN=Corp TLS Inspection", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            ], in: site.folder)
        let authority = try ["device.pem", "device.key"].map { String(decoding: try site.folder.read($0), as: UTF8.self) }.joined()
        let proxy = try SquidProxy(authority: authority)
        let way = ["--proxy", "http://127.0.0.1:\(proxy.port)"]
        let (refused, code) = try site.check(way)
        #expect(refused.verdict == "refused" && code == 1)
        let finding = try #require(refused.findings.first)
        #expect(finding.id == "chain.intercepted", "\(refused.findings)")
        if let command = finding.fixes.compactMap(\.command).first {
            try CheckTests.paste(command + " --yes", in: site.folder)
        } else {
            try trust(site.folder.path("device.pem"), in: site.store)
        }
        #expect(try site.check(way).0.verdict == "trusted")
    }

    @Test func mutualTLSCannotPassADevice() throws {
        let site = try RotationTests.Site()
        let (installation, home) = (site.installation, site.installation.home)
        #expect(try MidguardProcess.run(["identity", "mutual-tls", home, "on"]).code == 0)
        site.agent.end(SIGTERM)
        // From now on a device stands between, which is even trusted.
        let proxy = try MitmProxy(in: installation.folder)
        let added = try MidguardProcess.run(["trust", "add", proxy.authority, "--home", home, "--yes"])
        #expect(added.code == 0, "\(added.error)")
        let path = home + "/config.xml"
        let lines = ["mid.proxy.use_proxy": "true", "mid.proxy.host": "127.0.0.1", "mid.proxy.port": "\(proxy.port)"].map {
            "  <parameter name=\"\($0.key)\" value=\"\($0.value)\"/>\n"
        }.joined()
        let text = try String(contentsOfFile: path, encoding: .utf8).replacing("</parameters>", with: lines + "</parameters>")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        site.agent = try installation.startAgent()
        let status = try eventually(within: 60, "the agent says why; \(installation.logs)") {
            let status = try MidguardProcess.run(["agent", "status", "--home", home]).output
            return status.contains("auth.interception-breaks-mutual-tls") ? status : nil
        }
        let command = try #require(status.firstMatch(of: #/midguard identity token [^\n]*/#)?.0, "\(status)")
        try CheckTests.paste(String(command), in: installation.folder)
        site.agent.end(SIGTERM)
        site.agent = try installation.startAgent()
        try site.sealedJobWorks()
    }
}
