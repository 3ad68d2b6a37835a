import Counterparts
import Foundation
import Testing

@Suite("Whom a running agent trusts is what is on disk now, without a restart", .timeLimit(.minutes(15)))
struct LiveTrustTests {
    /// An agent that cannot get to its instance goes on as soon as the printed fix was pasted.
    @Test func aFixTakesEffectWhileItStarts() throws {
        let installation = try Installation()
        let instance = try installation.startInstance()
        defer { instance.end(SIGTERM) }
        try installation.enrol()
        let shown = try Counterpart.openssl.run(
            ["x509", "-in", "instance/authority/root.pem", "-noout", "-fingerprint", "-sha256"], in: installation.folder)
        let removed = try MidguardProcess.run([
            "trust", "remove", "--fingerprint", String(shown.split(separator: "=")[1].prefix { $0 != "\n" }), "--home", installation.home,
        ])
        #expect(removed.code == 0, "\(removed)")
        let agent = try installation.startAgent()
        defer { agent.end(SIGTERM) }
        func status() throws -> String { try MidguardProcess.run(["agent", "status", "--home", installation.home]).output }
        let fix = try eventually(within: 60, "the agent says why; \(installation.logs)") {
            let text = try status()
            return text.contains("chain.root-missing") ? text.firstMatch(of: #/midguard trust add [^\n]*/#)?.0 : nil
        }
        try CheckTests.paste(fix + " --yes", in: installation.folder)
        try eventually(within: 60, "it serves; \(installation.logs)") { try status().contains("serving") ? () : nil }
        #expect(try !status().contains("chain.root-missing") && agent.isRunning)
    }

    @Test func changesTakeEffect() throws {
        let site = try RotationTests.Site()
        let (home, folder) = (site.installation.home, site.installation.folder)
        let authority = try CheckTests.Authority()
        let (chain, key) = try authority.leaf("files", hosts: "DNS:localhost")
        let server = try OpenSSLServer(chainPEM: chain, keyPEM: key)
        let pid = try MidguardProcess.run(["agent", "status", "--home", home, "--json"]).output.firstMatch(of: #/"pid" ?: ?(\d+)/#)?.1
        /// Asks until it is as expected: a change takes seconds.
        func asks(_ state: String, _ why: String) throws {
            try eventually(within: 30, "\(why); \(site.installation.logs)") {
                try site.run("RESTProbe", "https://localhost:\(server.port)/", []).state == state ? () : nil
            }
        }
        func run(_ words: String...) throws {
            let outcome = try MidguardProcess.run(words)
            #expect(outcome.code == 0, "\(words): \(outcome.output)\(outcome.error)")
        }
        try asks("error", "its root is not trusted")
        try run("trust", "add", authority.folder.path("root.pem"), "--home", home, "--yes")
        try asks("processed", "the root was added")
        let shown = try Counterpart.openssl.run(["x509", "-in", "root.pem", "-noout", "-fingerprint", "-sha256"], in: authority.folder)
        try run("trust", "remove", "--fingerprint", String(shown.split(separator: "=")[1].prefix { $0 != "\n" }), "--home", home)
        try asks("error", "the root was removed, also for connections that stood")

        // Beside the store, and by a row of the table.
        let beside = home + "/security/anchors.d"
        try FileManager.default.createDirectory(atPath: beside, withIntermediateDirectories: false)
        try FileManager.default.copyItem(atPath: authority.folder.path("root.pem"), toPath: beside + "/corp.pem")
        try asks("processed", "it lies beside the store")
        try FileManager.default.removeItem(atPath: beside + "/corp.pem")
        try asks("error", "it lies there no longer")
        try run(
            "policy", "set", "lab", "--home", home, "--category", "overridden", "--include", "localhost", "--report-only", "on", "--owner",
            "tests", "--reason", "a test", "--until", "2099-01-01T00:00:00Z")
        try asks("processed", "refusals are only said")
        try run("policy", "remove", "lab", "--home", home)
        try asks("error", "they count again")

        // A store that cannot be read changes nothing, and is said; the agent works on.
        let store = home + "/security/cacerts"
        let good = try Data(contentsOf: URL(fileURLWithPath: store))
        try Data("damaged".utf8).write(to: URL(fileURLWithPath: store))
        func status() throws -> String { try MidguardProcess.run(["agent", "status", "--home", home, "--json"]).output }
        try eventually(within: 30, "it is said; \(site.installation.logs)") { try status().contains("\"store.") ? () : nil }
        try site.sealedJobWorks()
        try good.write(to: URL(fileURLWithPath: store))
        try eventually(within: 30, "it is settled; \(site.installation.logs)") { try status().contains("\"store.") ? nil : () }
        #expect(try status().firstMatch(of: #/"pid" ?: ?(\d+)/#)?.1 == pid, "it was never restarted")
        withExtendedLifetime(folder) {}
    }
}
