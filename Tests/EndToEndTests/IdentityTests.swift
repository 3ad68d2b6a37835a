import Counterparts
import Foundation
import Testing

/// Homes as people have them: config.xml and a keystore, Midguard's own or made by keytool.
@Suite("An agent's identity is shown, backed up, restored and replaced, and what is wrong is told apart", .timeLimit(.minutes(15)))
struct IdentityTests {
    struct Shown: Decodable {
        struct Finding: Decodable {
            struct Fix: Decodable { var command: String? }
            var id: String
            var fixes: [Fix]
        }
        struct Certificate: Decodable { var sha256: String }
        var state: String
        var format: String?
        var custom: Bool?
        var certificate: Certificate?
        var findings: [Finding]
    }

    final class Home {
        let folder: TemporaryFolder
        let path: String
        init() throws {
            folder = try TemporaryFolder()
            path = folder.path("agent")
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let rows = [
                "url": "https://instance.example/", "mid.instance.username": "agent", "mid.instance.password": "word", "name": "lab",
            ]
            let text = rows.sorted { $0.key < $1.key }.map { "  <parameter name=\"\($0.key)\" value=\"\($0.value)\"/>\n" }.joined()
            try Data("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<parameters>\n\(text)</parameters>\n".utf8).write(
                to: URL(fileURLWithPath: path + "/config.xml"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path + "/config.xml")
        }

        @discardableResult func run(_ words: String..., code: Int32 = 0) throws -> MidguardProcess.Outcome {
            // `fips on HOME`, as it is spoken.
            let verb = words[0] == "fips" ? words : [words[0]]
            let outcome = try MidguardProcess.run(["identity"] + verb + [path] + words.dropFirst(verb.count))
            #expect(outcome.code == code, "\(words): \(outcome.output) \(outcome.error)")
            return outcome
        }

        func shown() throws -> Shown {
            let outcome = try MidguardProcess.run(["identity", "show", path, "--json"])
            do { return try JSONDecoder().decode(Shown.self, from: Data(outcome.output.utf8)) } catch {
                throw CounterpartFailure("no report: \(outcome.output) \(outcome.error)")
            }
        }

        var midID: String {
            get throws {
                let text = try String(contentsOfFile: path + "/config.xml", encoding: .utf8)
                let row = try #require(text.firstMatch(of: #/keypairs\.mid_id" value="([0-9a-f]+)"/#))
                return String(row.1)
            }
        }

        func setMidID(_ value: String) throws {
            let text = try String(contentsOfFile: path + "/config.xml", encoding: .utf8)
            try text.replacing(try midID, with: value).write(toFile: path + "/config.xml", atomically: true, encoding: .utf8)
        }

        func paste(_ command: String) throws { _ = try CheckTests.paste(command, in: folder) }
    }

    @Test func aPairIsMadeOnceAndKeytoolOpensIt() throws {
        let home = try Home()
        #expect(try home.shown().findings.first?.id == "identity.keystore-missing")
        try home.run("create")
        let first = try home.shown()
        #expect(first.state == "ready" && first.custom == false && first.findings.allSatisfy { $0.id != "identity.out-of-sync" })
        try home.run("create", code: 1)
        #expect(try home.shown().certificate?.sha256 == first.certificate?.sha256)
        let listing = try Counterpart.keytool.run(
            ["-list", "-keystore", home.path + "/security/agent_keystore", "-storepass", try home.midID], in: home.folder)
        #expect(listing.lowercased().contains("defaultsecuritykeypairhandle"))
    }

    @Test func aWrongIdentifierIsMendedFromTheTrail() throws {
        let home = try Home()
        try home.run("create")
        let before = try home.shown().certificate?.sha256
        try home.setMidID(String(repeating: "0", count: 32))
        let broken = try home.shown()
        #expect(broken.state == "out-of-sync" && broken.findings.first?.id == "identity.out-of-sync")
        try home.paste(try #require(broken.findings.first?.fixes.compactMap(\.command).first))
        #expect(try home.shown().certificate?.sha256 == before && home.shown().state == "ready")
    }

    @Test func aDamagedOrDeletedKeystoreComesBack() throws {
        let home = try Home()
        try home.run("create")
        let before = try home.shown().certificate?.sha256
        let keystore = home.path + "/security/agent_keystore"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: keystore))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: keystore))
        #expect(try home.shown().findings.first?.id == "identity.out-of-sync")
        try home.run("restore")
        #expect(try home.shown().certificate?.sha256 == before)
        try FileManager.default.removeItem(atPath: keystore)
        #expect(try home.shown().findings.first?.id == "identity.keystore-missing")
        try home.run("restore")
        #expect(try home.shown().certificate?.sha256 == before)
    }

    @Test func aRequestAndItsCertificate() throws {
        let home = try Home()
        try home.run("create")
        let authority = try CheckTests.Authority()
        let request = authority.folder.path("agent.csr")
        try home.run("csr", "--new-key", "rsa-2048", "--subject", "CN=agent,O=Corp", "--san", "dns:agent.corp.example", "--out", request)
        let seen = try Counterpart.openssl.run(["req", "-in", "agent.csr", "-noout", "-verify", "-text"], in: authority.folder)
        #expect(seen.contains("verify OK") && seen.contains("DNS:agent.corp.example"))
        func issue(for usages: String) throws {
            _ = try authority.folder.write("extendedKeyUsage=\(usages)\n", to: "client.cnf")
            let line = "x509 -req -in agent.csr -CA intermediate.pem -CAkey intermediate.key -CAcreateserial -days 90 -extfile client.cnf"
            try Counterpart.openssl.run((line + " -out agent.pem").split(separator: " ").map(String.init), in: authority.folder)
        }
        /// Its chain in the wrong order.
        func bundle() throws -> String {
            let files = try ["root.pem", "agent.pem", "intermediate.pem"].map {
                try String(contentsOfFile: authority.folder.path($0), encoding: .utf8)
            }
            return try authority.folder.write(files.joined(), to: "bundle.pem")
        }
        try issue(for: "clientAuth")
        // Without its chain it is not taken, and nothing is touched.
        let before = try home.shown().certificate?.sha256
        let incomplete = try home.run("import", authority.folder.path("agent.pem"), code: 1)
        #expect(incomplete.error.contains("auth.chain-incomplete"))
        #expect(try home.shown().certificate?.sha256 == before)
        // In the wrong order it is.
        try home.run("import", try bundle())
        let after = try home.shown()
        #expect(after.custom == true && after.certificate?.sha256 != before && after.state == "ready")
        #expect(!after.findings.contains { $0.id == "chain.client-usage-going" })
        // As a public authority issued it in former times.
        try issue(for: "serverAuth,clientAuth")
        try home.run("import", try bundle())
        #expect(try home.shown().findings.contains { $0.id == "chain.client-usage-going" })
        let listing = try Counterpart.keytool.run(
            ["-list", "-v", "-keystore", home.path + "/security/agent_keystore", "-storepass", try home.midID], in: home.folder)
        #expect(listing.contains("Certificate chain length: 3"))
        try home.run("remove-custom")
        #expect(try home.shown().custom == false)
    }

    @Test func whatDoesNotFitIsRefusedByName() throws {
        let home = try Home()
        try home.run("create")
        let before = try Data(contentsOf: URL(fileURLWithPath: home.path + "/security/agent_keystore"))
        let authority = try CheckTests.Authority()
        let (chain, _) = try authority.leaf("one", hosts: "DNS:one.example")
        _ = try authority.leaf("two", hosts: "DNS:two.example")
        let certificate = try authority.folder.write(chain, to: "chain.pem")
        func refusal(_ files: String...) throws -> String {
            try MidguardProcess.run(["identity", "import", home.path] + files).error
        }
        #expect(try refusal(certificate).contains("auth.pair-mismatch"))
        #expect(try refusal(certificate, authority.folder.path("two.key")).contains("auth.pair-mismatch"))
        #expect(try refusal(certificate, authority.folder.path("one.key"), authority.folder.path("two.key")).contains("auth.key-form"))
        // A server's certificate is none for a client.
        #expect(try refusal(certificate, authority.folder.path("one.key"), authority.folder.path("root.pem")).contains("chain.usage"))
        try Counterpart.openssl.run(
            ["req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", "short.key", "-out", "short.pem", "-subj", "/CN=short"],
            in: authority.folder)
        #expect(try refusal(authority.folder.path("short.pem"), authority.folder.path("short.key")).contains("auth.key-too-short"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: home.path + "/security/agent_keystore")) == before)
    }

    @Test func keystoresMoveAndBecomeBCFKSAndBack() throws {
        let home = try Home()
        try home.run("create")
        let before = try home.shown().certificate?.sha256
        try home.run("fips", "on")
        #expect(try home.shown().format == "bcfks" && home.shown().certificate?.sha256 == before)
        let listing = try Counterpart.keytool.run(
            ["-list", "-keystore", home.path + "/security/agent_keystore", "-storetype", "BCFKS", "-storepass", try home.midID]
                + Counterpart.bouncyCastleArguments(), in: home.folder)
        #expect(listing.contains("PrivateKeyEntry"))
        try home.run("fips", "off")
        try home.run("migrate", "--to", "quebec")
        #expect(FileManager.default.fileExists(atPath: home.path + "/keystore/agent_keystore.jks"))
        #expect(!FileManager.default.fileExists(atPath: home.path + "/security/agent_keystore"))
        #expect(try home.shown().certificate?.sha256 == before)
    }

    /// Killed at every boundary between two steps, the home has the old pair or the new one, and both files are in step.
    @Test(arguments: [
        "identity.begun", "backup.copied", "backup.recorded", "identity.old-kept", "identity.replaced", "identity.new-kept",
    ]) func aKillLosesNothing(_ point: String) throws {
        let home = try Home()
        try home.run("create")
        let before = try #require(try home.shown().certificate?.sha256)
        for words in [["fips", "on", home.path], ["fips", "off", home.path], ["backup", home.path], ["reset", home.path, "--yes"]] {
            let outcome = try MidguardProcess.run(["identity"] + words, environment: ["MIDGUARD_KILL_AT": point])
            #expect(outcome.code == 9 || outcome.code == 0, "\(words) at \(point): \(outcome.error)")
            let after = try home.shown()
            #expect(after.state == "ready", "\(words) at \(point): \(after.state)")
            if words[0] != "reset" { #expect(after.certificate?.sha256 == before, "\(words) at \(point)") }
        }
        // Nothing is stuck.
        try home.run("backup")
    }
}
