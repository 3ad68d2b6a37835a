import CertificateFactory
import Counterparts
import Foundation
import Testing

/// What people report most of agents' identities (`identity-and-agent.md`, F): the right finding comes first, and its command, pasted, ends it.
@Suite("The problems that are reported most are named, and their printed fixes end them", .timeLimit(.minutes(15)))
struct ReportedProblemTests {
    typealias Home = IdentityTests.Home

    struct Problem: Sendable, CustomTestStringConvertible {
        var number: String
        var finding: String
        var damage: @Sendable (Home) throws -> Void
        var testDescription: String { "F\(number) \(finding)" }
    }

    private static func keystore(_ home: Home) -> URL { URL(fileURLWithPath: home.path + "/security/agent_keystore") }

    private static func rewrite(_ home: Home, _ change: (String) -> String) throws {
        let path = home.path + "/config.xml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let changed = change(text)
        #expect(changed != text)
        try Data(changed.utf8).write(to: URL(fileURLWithPath: path))
    }

    static let onDisk: [Problem] = [
        Problem(number: "1", finding: "identity.pair-missing") { home in
            let deleted = try MidguardProcess.run(
                ["keystore", "delete", keystore(home).path, "defaultsecuritykeypairhandle", "--password-env", "WORD"],
                environment: ["WORD": try home.midID])
            #expect(deleted.code == 0, "\(deleted.error)")
        },
        Problem(number: "1", finding: "identity.keystore-missing") { home in try FileManager.default.removeItem(at: keystore(home)) },
        Problem(number: "2", finding: "identity.out-of-sync") { home in try home.setMidID(String(repeating: "0", count: 32)) },
        Problem(number: "2", finding: "identity.out-of-sync") { home in
            try rewrite(home) { $0.replacing(#/\s*<parameter name="keypairs\.mid_id"[^>]*>/#, with: "") }
        },
        Problem(number: "2", finding: "identity.out-of-sync") { home in
            var bytes = try Data(contentsOf: keystore(home))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: keystore(home))
        },
        Problem(number: "2", finding: "store.truncated") { home in
            try Data(contentsOf: keystore(home)).prefix(100).write(to: keystore(home))
        },
    ]

    @Test(arguments: onDisk) func mended(_ problem: Problem) throws {
        let home = try Home()
        try home.run("create")
        let before = try home.shown().certificate?.sha256
        try problem.damage(home)
        let broken = try home.shown()
        #expect(broken.findings.first?.id == problem.finding && broken.state != "ready", "\(broken.findings.map(\.id))")
        try home.paste(try #require(broken.findings.first?.fixes.first?.command))
        let mended = try home.shown()
        #expect(mended.state == "ready" && mended.certificate?.sha256 == before, "\(mended.findings.map(\.id))")
    }

    /// F8: the password is asked for, so the printed command gets it from a file here.
    @Test func twoPasswords() throws {
        let home = try Home()
        try home.run("create")
        try Self.rewrite(home) {
            $0.replacing("</parameters>", with: "  <parameter name=\"mid.instance.password\" value=\"old\"/>\n</parameters>")
        }
        let broken = try home.shown()
        #expect(broken.findings.first?.id == "config.duplicate-parameter", "\(broken.findings.map(\.id))")
        let command = try #require(broken.findings.first?.fixes.first?.command)
        try home.paste(command + " --password-file " + home.folder.write("word\n", to: "word"))
        let text = try String(contentsOfFile: home.path + "/config.xml", encoding: .utf8)
        #expect(text.components(separatedBy: "mid.instance.password").count == 2)
        #expect(try !home.shown().findings.contains { $0.id.hasPrefix("config.") })
    }

    /// F11, F12, F13: a key in another form and a chain in the wrong order are taken; a short key is not, and the printed command asks for a
    /// longer one.
    @Test func certificatesToImport() throws {
        let home = try Home()
        try home.run("create")
        let folder = home.folder
        func openssl(_ line: String) throws { try Counterpart.openssl.run(line.split(separator: " ").map(String.init), in: folder) }
        try openssl("req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 30 -subj /CN=Corp.Root")
        func issue(_ bits: Int) throws -> String {
            try openssl("genrsa -traditional -out \(bits).key \(bits)")
            try openssl("req -new -key \(bits).key -out \(bits).csr -subj /CN=agent")
            try openssl("x509 -req -in \(bits).csr -CA root.pem -CAkey root.key -CAcreateserial -days 20 -out \(bits).pem")
            let files = try ["root.pem", "\(bits).pem", "\(bits).key"].map { String(decoding: try folder.read($0), as: UTF8.self) }
            return try folder.write(files.joined(), to: "\(bits)-bundle.pem")
        }
        let short = try MidguardProcess.run(["identity", "import", home.path, try issue(1_024), "--json"])
        struct Refused: Decodable { var findings: [IdentityTests.Shown.Finding] }
        let refused = try JSONDecoder().decode(Refused.self, from: Data(short.output.utf8))
        #expect(short.code == 1 && refused.findings.first?.id == "auth.key-too-short", "\(short.output)")
        try home.paste(try #require(refused.findings.first?.fixes.first?.command))
        try home.run("import", try issue(2_048))
        #expect(try home.shown().custom == true)
    }

    /// F3, F4: the instance has another key on record. A copy of the keystore that is left vouches for the new one, with nobody's help; with none
    /// left it is said, and validating anew is what there is.
    @Test func aKeyThatTheInstanceDoesNotKnow() throws {
        let site = try RotationTests.Site()
        let (home, data) = (site.installation.home, site.installation.data)
        let first = try #require(try site.certificate())
        func reset() throws {
            site.agent.end(SIGTERM)
            let outcome = try MidguardProcess.run(["identity", "reset", home, "--yes"])
            #expect(outcome.code == 0, "\(outcome.error)")
        }
        try reset()
        site.agent = try site.installation.startAgent()
        let second = try eventually(within: 40, "the new key on record; \(site.installation.logs)") {
            try site.certificate().flatMap { $0 == first ? nil : $0 }
        }
        try site.sealedJobWorks()
        let log = try String(contentsOfFile: home + "/logs/agent0.log.0", encoding: .utf8)
        #expect(log.contains("/security_backup vouched for this one"))

        try reset()
        try FileManager.default.removeItem(atPath: home + "/security_backup")
        site.agent = try site.installation.startAgent()
        try eventually(within: 30, "it says so; \(site.installation.logs)") {
            let status = try MidguardProcess.run(["agent", "status", "--home", home, "--json"]).output
            return status.contains("identity.key-not-signed") ? () : nil
        }
        #expect(try site.certificate() == second)
        // As it is printed: invalidate, restart, validate.
        #expect(try MidguardProcess.run(["instance", "invalidate", Installation.agentName, "--data", data]).code == 0)
        site.agent.end(SIGTERM)
        site.agent = try site.installation.startAgent()
        try eventually(within: 30, "the new key waits; \(site.installation.logs)") {
            try MidguardProcess.run(["agent", "status", "--home", home, "--json"]).output.contains("identity.not-validated") ? () : nil
        }
        #expect(try MidguardProcess.run(["instance", "validate", Installation.agentName, "--data", data]).code == 0)
        try eventually(within: 40, "it works again; \(site.installation.logs)") {
            try site.certificate().map { $0 != second } == true ? () : nil
        }
        try site.sealedJobWorks()
    }

    /// F6, F16: the pair for mutual TLS is gone. The key that the instance knows gets the agent another one, with nobody's help; where the
    /// instance takes nothing of it, it is said, and the password is what is left.
    @Test func theClientPairIsLost() throws {
        let site = try RotationTests.Site()
        let (home, folder) = (site.installation.home, site.installation.folder)
        func lose() throws {
            site.agent.end(SIGTERM)
            let gone = try MidguardProcess.run(
                ["keystore", "delete", home + "/security/agent_keystore", "midguard-client", "--password-env", "WORD"],
                environment: ["WORD": try site.installation.midID()])
            #expect(gone.code == 0, "\(gone.error)")
        }
        #expect(try MidguardProcess.run(["identity", "mutual-tls", home, "on"]).code == 0)
        try lose()
        site.agent = try site.installation.startAgent()
        try site.sealedJobWorks()
        let log = try String(contentsOfFile: home + "/logs/agent0.log.0", encoding: .utf8)
        #expect(log.contains("the pair for mutual TLS was gone: the instance's authority issued another one"))

        // Not validated, an agent has no word at the authority.
        try lose()
        #expect(try site.act("invalidate").code == 0)
        let refused = try MidguardProcess.run(["agent", "run", "--home", home], seconds: 20)
        let said = refused.output + refused.error
        #expect(said.contains("auth.client-pair-lost"), "\(said)")
        #expect(try site.act("validate").code == 0)
        let command = try #require(
            said.firstMatch(of: #/midguard identity mutual-tls \S+ off && midguard identity mutual-tls \S+ on/#)?.output)
        _ = try CheckTests.paste(String(command), in: folder)
        site.agent = try site.installation.startAgent()
        try site.sealedJobWorks()
    }

    /// F14: the authority of the client certificate is not known on the instance, then the certificate is nobody's; the refusal says which, and
    /// nothing is switched before it would work.
    @Test func theAuthorityIsNotPublished() throws {
        let site = try RotationTests.Site()
        let (home, data, folder) = (site.installation.home, site.installation.data, site.installation.folder)
        let root = try TestAuthority.root("Corp Root")
        let leaf = try root.issueLeaf("agent") {
            $0.key = .rsa(bits: 2_048)
            $0.isForClients()
        }
        site.agent.end(SIGTERM)
        let bundle = try folder.write(leaf.pem + root.pem + leaf.keyPEM, to: "bundle.pem")
        #expect(try MidguardProcess.run(["identity", "import", home, bundle]).code == 0)
        site.agent = try site.installation.startAgent()
        try site.sealedJobWorks()
        func switched() throws -> MidguardProcess.Outcome { try MidguardProcess.run(["identity", "mutual-tls", home, "on"]) }
        let unknown = try switched()
        #expect(unknown.code == 1 && unknown.error.contains("auth.authority-not-published"), "\(unknown)")
        let audit = try MidguardProcess.run(["instance", "audit", "--data", data]).output
        #expect(audit.contains("login-refused  auth.authority-not-published"), "\(audit)")
        let published = try MidguardProcess.run(
            ["instance", "clients", "publish", try folder.write(root.pem, to: "corp.pem"), "--data", data])
        #expect(published.code == 0, "\(published.error)")
        let unmapped = try switched()
        #expect(unmapped.code == 1 && unmapped.error.contains("auth.certificate-unmapped"), "\(unmapped)")
        let user = String(decoding: try folder.read("enrolment/username"), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        let mapped = try MidguardProcess.run(
            ["instance", "clients", "map", try folder.write(leaf.pem, to: "leaf.pem"), "--user", user, "--data", data])
        #expect(mapped.code == 0, "\(mapped.error)")
        let on = try switched()
        #expect(on.code == 0, "\(on)")
        site.agent.end(SIGTERM)
        site.agent = try site.installation.startAgent()
        try site.sealedJobWorks()
    }

    /// What the vendor's tools send after a validation: the agent begins anew in the same process, with what its files say then.
    @Test func aRestartIsAskedFor() throws {
        let site = try RotationTests.Site()
        let home = site.installation.home
        let asked = try site.run("SystemCommand", "restartService", [])
        #expect(asked.state == "processed" && asked.result?.contains("The agent starts again.") == true, "\(asked)")
        try site.sealedJobWorks()
        let log = try String(contentsOfFile: home + "/logs/agent0.log.0", encoding: .utf8)
        #expect(log.contains("The instance asks for a new start; starting again") && !log.contains("Midguard agent stopped"))
        let grabbed = try site.run("SystemCommand", "grabLog", [])
        #expect(grabbed.result?.contains("The instance asks for a new start; starting again") == true)
        #expect(try site.run("SystemCommand", "runEverything", []).result?.contains("runtime.job-refused") == true)
    }

    /// F28: a deletion that waited in the queue since before the pair was put back destroys nothing.
    @Test func aPendingDeletion() throws {
        let site = try RotationTests.Site()
        let before = try site.certificate()
        let refused = try site.run("SystemCommand", "delete_mid_keypair", [])
        #expect(refused.state == "error" && refused.result?.contains("identity.pending-deletion") == true, "\(refused)")
        try site.sealedJobWorks()
        #expect(try site.certificate() == before)
    }
}
