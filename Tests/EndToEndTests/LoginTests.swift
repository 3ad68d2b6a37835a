import Counterparts
import Foundation
import Testing

@Suite(
    "An agent logs in by certificate or token instead of a password, and a refusal names its cause on both sides", .timeLimit(.minutes(15)))
struct LoginTests {
    private struct Mapping: Decodable { var kind: String, sha256: String, user: String?, serial: String? }

    private func identity(_ site: RotationTests.Site, _ words: String...) throws -> MidguardProcess.Outcome {
        try MidguardProcess.run(["identity", words[0], site.installation.home] + words.dropFirst())
    }

    private func mapping(_ site: RotationTests.Site) throws -> Mapping? {
        try MidguardProcess.run(["instance", "clients", "list", "--data", site.installation.data, "--json"]).output
            .split(separator: "\n").map { try JSONDecoder().decode(Mapping.self, from: Data($0.utf8)) }.last { $0.kind == "certificate" }
    }

    private func restart(_ site: RotationTests.Site) throws {
        site.agent.end(SIGTERM)
        site.agent = try site.installation.startAgent()
    }

    private func wrongPassword(_ site: RotationTests.Site) throws {
        let path = site.installation.home + "/config.xml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let changed = text.replacing(#/(name="mid.instance.password" [^>]*value=")[^"]*"/#) { "\($0.1)not-the-password\"" }
        #expect(changed != text)
        try Data(changed.utf8).write(to: URL(fileURLWithPath: path))
    }

    @Test func mutualTLS() throws {
        let site = try RotationTests.Site()
        let on = try identity(site, "mutual-tls", "on")
        #expect(on.code == 0 && on.output.contains("by client certificate accepted"), "\(on.output)\(on.error)")
        // From here on the password is good for nothing.
        try wrongPassword(site)
        try restart(site)
        try site.sealedJobWorks()

        // The key is replaced over the same login, and the certificate follows it.
        let first = try #require(try mapping(site))
        #expect(try site.act("rekey").code == 0)
        let second = try eventually(within: 60, "a certificate over the new key; \(site.installation.logs)") {
            try mapping(site).flatMap { $0.sha256 == first.sha256 ? nil : $0 }
        }
        try site.sealedJobWorks()

        // Revoked: refused, by the authority's own word, and both sides say so.
        let revoked = try MidguardProcess.run(
            ["instance", "clients", "revoke", try #require(second.serial), "--data", site.installation.data])
        #expect(revoked.code == 0, "\(revoked.error)")
        try restart(site)
        try eventually(within: 30, "the agent says why; \(site.installation.logs)") {
            try status(site).contains("revocation.revoked") ? () : nil
        }
        let audit = try MidguardProcess.run(["instance", "audit", "--data", site.installation.data])
        #expect(audit.output.contains("login-refused  revocation.revoked"), "\(audit.output)")
    }

    @Test func anUnmappedCertificateIsNamed() throws {
        let site = try RotationTests.Site()
        #expect(try identity(site, "mutual-tls", "on").code == 0)
        let mapping = try #require(try mapping(site))
        #expect(
            try MidguardProcess.run(["instance", "clients", "unmap", mapping.sha256, "--data", site.installation.data]).code == 0)
        // The switch tries before it changes anything, so it says the same.
        let again = try identity(site, "mutual-tls", "on")
        #expect(again.code == 1 && again.error.contains("auth.certificate-unmapped"), "\(again.error)")
        try restart(site)
        try eventually(within: 30, "the agent says why; \(site.installation.logs)") {
            try status(site).contains("auth.certificate-unmapped") ? () : nil
        }
        // The printed way back works while the agent is stopped, or not.
        let off = try identity(site, "mutual-tls", "off")
        #expect(off.code == 0, "\(off.error)")
        try restart(site)
        try site.sealedJobWorks()
    }

    @Test func tokens() throws {
        let site = try RotationTests.Site()
        let on = try identity(site, "token", "on")
        #expect(on.code == 0 && on.output.contains("by token accepted"), "\(on.output)\(on.error)")
        try wrongPassword(site)
        try restart(site)
        try site.sealedJobWorks()
        #expect(try site.act("rekey").code == 0)
        let first = try site.certificate()
        _ = try eventually(within: 40, "a new key; \(site.installation.logs)") { try site.certificate().flatMap { $0 == first ? nil : $0 } }
        try restart(site)
        try site.sealedJobWorks()
    }

    @Test func theVendorsManageCertificates() throws {
        let site = try RotationTests.Site()
        site.agent.end(SIGTERM)
        let folder = site.installation.folder
        let link = folder.path("manage-certificates")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: MidguardProcess.binary.path)
        func run(_ words: String...) throws -> MidguardProcess.Outcome {
            try MidguardProcess.run(["--home", site.installation.home] + words, executable: link)
        }
        #expect(try run("-l").output == "defaultsecuritykeypairhandle\n")
        let shown = try run("-g", "DefaultSecurityKeyPairHandle").output
        #expect(shown.contains("CN=snc-mid-alpha-") && shown.contains("\nExpires: "), "\(shown)")
        // A pair for the web server extension, as the vendor's pages make it.
        try Counterpart.openssl.run(
            [
                "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "web.key", "-x509", "-days", "30", "-out", "web.crt", "-subj", "/CN=web",
            ], in: folder)
        _ = try folder.write(
            String(decoding: try folder.read("web.crt") + folder.read("web.key"), as: UTF8.self), to: "web.pem")
        #expect(try run("-a", "midwss", folder.path("web.pem")).code == 0)
        #expect(try Set(run("-l").output.dropLast().components(separatedBy: ", ")) == ["defaultsecuritykeypairhandle", "midwss"])
        #expect(try run("-g", "midwss").output.contains("Subject: CN=web"))
        #expect(try run("-r").code == 0)
        #expect(try run("-l").output == "defaultsecuritykeypairhandle\n")
        #expect(try run("-d", "midwss").code == 1)
        // Mutual authentication and back; a password in the call is refused.
        #expect(try run("-m").code == 0)
        #expect(try run("-b", "mid.alpha", "secret-in-argv").code == 2)
        #expect(try run("-b", "mid.alpha", "--password-file", folder.path("enrolment/password")).code == 0)
        site.agent = try site.installation.startAgent()
        try site.sealedJobWorks()
        #expect(try run("-x").code == 2)
    }

    @Test func passwordsInTheFileAreClosed() throws {
        let site = try RotationTests.Site()
        let (home, path) = (site.installation.home, site.installation.home + "/config.xml")
        let password = try String(contentsOfFile: site.installation.folder.path("enrolment/password"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
        #expect(try text().contains(password))
        site.agent.end(SIGTERM)
        let sealed = try identity(site, "seal", "on")
        #expect(sealed.code == 0 && sealed.output.contains("mid.instance.password is closed"), "\(sealed.output)\(sealed.error)")
        #expect(try !text().contains(password) && text().contains("value=\"encrypted:"))
        #expect(try identity(site, "seal", "on").output.contains("nothing to close"))

        // The agent logs in with it, also after its own key was replaced, and other commands read the file, too.
        site.agent = try site.installation.startAgent()
        try site.sealedJobWorks()
        let first = try site.certificate()
        #expect(try site.act("rekey").code == 0)
        _ = try eventually(within: 40, "a new key; \(site.installation.logs)") { try site.certificate().flatMap { $0 == first ? nil : $0 } }
        try restart(site)
        try site.sealedJobWorks()
        #expect(try MidguardProcess.run(["check", site.installation.url, "--home", home]).code == 0)
        #expect(try identity(site, "show").code == 0)
        site.agent.end(SIGTERM)

        // A new password is closed as the one before was.
        let word = try site.installation.folder.write(password, to: "word")
        #expect(try MidguardProcess.run(["identity", "password", home, "--password-file", word]).code == 0)
        #expect(try !text().contains(password))

        // Without its key the value is lost: said so, and mended by the printed command.
        let midID = try site.installation.midID()
        let deleted = try MidguardProcess.run(
            ["keystore", "delete", home + "/security/agent_keystore", "midguard-config", "--password-env", "WORD"],
            environment: ["WORD": midID])
        #expect(deleted.code == 0, "\(deleted.error)")
        let lost = try MidguardProcess.run(["agent", "run", "--home", home])
        #expect((lost.output + lost.error).contains("auth.password-undecryptable"), "\(lost)")
        let shown = try identity(site, "show")
        #expect((shown.output + shown.error).contains("auth.password-undecryptable"), "\(shown)")
        #expect(try identity(site, "seal", "off").error.contains("auth.password-undecryptable"))
        #expect(try MidguardProcess.run(["identity", "password", home, "--password-file", word]).code == 0)
        site.agent = try site.installation.startAgent()
        try site.sealedJobWorks()

        site.agent.end(SIGTERM)
        #expect(try identity(site, "seal", "on").code == 0 && identity(site, "seal", "off").code == 0)
        #expect(try text().contains(password))
    }

    @Test func aCopiedHomeIsNoticed() throws {
        let site = try RotationTests.Site()
        let (installation, copy) = (site.installation, site.installation.folder.path("copy"))
        try FileManager.default.copyItem(atPath: installation.home, toPath: copy)
        let second = try MidguardProcess(["agent", "run", "--home", copy], log: installation.folder.path("copy.log"))
        defer { second.end(SIGKILL) }
        func status(_ home: String) throws -> String { try MidguardProcess.run(["agent", "status", "--home", home]).output }
        // The newcomer says where the other one is, and the other one that it is not the only one.
        let said = try eventually(within: 60, "the copy says so; \(installation.logs)") {
            let status = try status(copy)
            return status.contains("identity.home-or-host-changed") ? status : nil
        }
        #expect(said.contains(installation.home), "\(said)")
        try eventually(within: 90, "the first one says so; \(installation.logs)") {
            try status(installation.home).contains("identity.duplicate-name") ? () : nil
        }
    }

    @Test func aFirstContactWithoutAPassword() throws {
        let installation = try Installation()
        let instance = try installation.startInstance()
        try installation.enrol()
        let path = installation.home + "/config.xml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let changed = text.replacing(#/<parameter name="mid.instance.password"[^>]*>/#) { _ in
            "<parameter name=\"mid.midguard.login\" value=\"token\"/>"
        }
        #expect(changed != text)
        try Data(changed.utf8).write(to: URL(fileURLWithPath: path))
        let agent = try installation.startAgent()
        try installation.insert(1, of: "EchoProbe")
        _ = try eventually(within: 40, "the job is done; \(installation.logs)") {
            try installation.jobs().allSatisfy { $0.state == "processed" } ? () : nil
        }
        agent.end(SIGTERM)
        // The registration key is spent; the next start is by the key alone.
        #expect(try !String(contentsOfFile: path, encoding: .utf8).contains("registration_key"))
        let again = try installation.startAgent()
        try installation.insert(1, of: "EchoProbe")
        _ = try eventually(within: 40, "the second job is done; \(installation.logs)") {
            try installation.jobs().allSatisfy { $0.state == "processed" } ? () : nil
        }
        again.end(SIGTERM)
        instance.end(SIGTERM)
    }

    private func status(_ site: RotationTests.Site) throws -> String {
        try String(contentsOfFile: site.installation.home + "/work/midguard-status.json", encoding: .utf8)
    }
}
