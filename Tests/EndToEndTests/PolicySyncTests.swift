import Counterparts
import Foundation
import Testing

@Suite("The instance's policies are taken over when they are good, and never when they would cut the agent off", .timeLimit(.minutes(15)))
struct PolicySyncTests {
    private func policies(_ site: RotationTests.Site, revocation: String) throws {
        let installation = site.installation
        let file = installation.folder.path("rows-\(revocation).json")
        for (name, category) in [("instance", "instance"), ("intranet", "intranet"), ("internet", "internet")] {
            let set = try MidguardProcess.run(
                ["policy", "set", name, "--policy", file, "--category", category, "--revocation", revocation]
                    + (category == "instance" ? ["--include", "localhost"] : []))
            #expect(set.code == 0, "\(set.error)")
        }
        let given = try MidguardProcess.run(["instance", "policies", "set", file, "--data", installation.data])
        #expect(given.code == 0 && given.output.contains("3 rows"), "\(given.output)\(given.error)")
    }

    private func add(_ parameters: [String: String], to site: RotationTests.Site) throws {
        let path = site.installation.home + "/config.xml"
        let lines = parameters.map { "  <parameter name=\"\($0.key)\" value=\"\($0.value)\"/>\n" }.joined()
        let text = try String(contentsOfFile: path, encoding: .utf8).replacing("</parameters>", with: lines + "</parameters>")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private func restarted(_ site: RotationTests.Site) throws {
        site.agent.end(SIGTERM)
        site.agent = try site.installation.startAgent()
        try site.sealedJobWorks()
    }

    @Test func trialBeforeAdoption() throws {
        let site = try RotationTests.Site()
        let (home, table) = (site.installation.home, site.installation.home + "/security/midguard_policies.json")
        // Tunnels are let through, questions about revocation are not: what people meet who let nothing else out.
        let proxy = try SquidProxy(rules: ["http_access allow CONNECT", "http_access deny all"])
        try add(
            [
                "mid.ssl.use.instance.security.policy": "true", "mid.proxy.use_proxy": "true", "mid.proxy.host": "127.0.0.1",
                "mid.proxy.port": "\(proxy.port)",
            ], to: site)
        try? FileManager.default.removeItem(atPath: home + "/work/midguard_evidence")
        func pull(_ more: String...) throws -> MidguardProcess.Outcome {
            try MidguardProcess.run(["policy", "pull", "--home", home] + more)
        }
        let none = try pull()
        #expect(none.code == 1 && none.error.contains("policy.none-received"), "\(none.error)")

        // An answer must be had, and none can be: the agent would be cut off, keeps what it has, and works on.
        try policies(site, revocation: "denyUnknown")
        try restarted(site)
        let status = try MidguardProcess.run(["agent", "status", "--home", home])
        #expect(status.output.contains("policy.sync-would-cut-off"), "\(status.output)")
        #expect(!FileManager.default.fileExists(atPath: table))
        let refused = try pull()
        #expect(refused.code == 1 && refused.error.contains("revocation.blocked-by-proxy"), "\(refused.error)")
        // The printed look shows what would happen.
        let command = try #require(refused.error.firstMatch(of: #/midguard check [^\n]*/#)?.0)
        #expect(throws: CounterpartFailure.self) { try CheckTests.paste(String(command), in: site.installation.folder) }

        // Rows that are good come into force, at the next start or by the command.
        try policies(site, revocation: "allowUnknown")
        let differs = try pull("--dry-run")
        #expect(differs.code == 0 && differs.output.contains("policy.drift"), "\(differs.output)\(differs.error)")
        #expect(!FileManager.default.fileExists(atPath: table))
        try restarted(site)
        #expect(FileManager.default.fileExists(atPath: table))
        let settled = try MidguardProcess.run(["agent", "status", "--home", home])
        #expect(!settled.output.contains("policy.sync-would-cut-off"), "\(settled.output)")
        let decided = try MidguardProcess.run(["policy", "decide", site.installation.url, "--home", home])
        #expect(decided.output.contains("instance"), "\(decided.output)")
        #expect(try pull().output.contains("the instance's already"))
        // A row of another category may have the name of the bootstrap's.
        let file = site.installation.folder.path("odd.json")
        let odd = #"{"policies": [{"name": "instance", "category": "internet", "includes": ["*"], "revocation": "allowUnknown"}]}"#
        try Data(odd.utf8).write(to: URL(fileURLWithPath: file))
        #expect(try MidguardProcess.run(["instance", "policies", "set", file, "--data", site.installation.data]).code == 0)
        let named = try pull("--dry-run")
        #expect(named.code == 0 && named.output.contains("policy.drift"), "\(named)")
        let cleared = try MidguardProcess.run(["instance", "policies", "clear", "--data", site.installation.data])
        #expect(cleared.code == 0)
        #expect(try pull().error.contains("policy.none-received"))
    }
}
