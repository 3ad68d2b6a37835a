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
}
