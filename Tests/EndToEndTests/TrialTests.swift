import AgentConfiguration
import Counterparts
import Foundation
import Testing

@Suite("The trial ends well, and what it wrote is what it says", .timeLimit(.minutes(15)))
struct TrialTests {
    @Test func once() throws {
        let folder = try TemporaryFolder()
        let trial = try MidguardProcess.run(["trial", "--once", "--keep", folder.path("trial")], seconds: 60)
        #expect(trial.code == 0, "\(trial.output)\(trial.error)")
        #expect(trial.output.contains("9 of 9 jobs ended as they should"))
        for id in [
            "chain.intermediate-missing", "hostname.mismatch", "revocation.revoked", "chain.intercepted", "network.refused",
        ] {
            #expect(trial.output.contains("[error] \(id): "), "\(id)")
        }
        let home = folder.path("trial/agent")
        let file = try ConfigurationFile(parsing: Array(Data(contentsOf: URL(fileURLWithPath: home + "/config.xml"))))
        #expect(file.value("mid.midguard.registration_key") == nil, "a spent registration key stays in config.xml")
        // Java reads both stores; the identity's password is keypairs.mid_id.
        let midID = try #require(file.value("keypairs.mid_id"))
        let password = try folder.write(midID, to: "password")
        let identity = try Counterpart.keytool.run(
            ["-list", "-v", "-keystore", home + "/security/agent_keystore", "-storepass:file", password], in: folder)
        #expect(identity.contains("PrivateKeyEntry"))
        #expect(identity.lowercased().contains("alias name: defaultsecuritykeypairhandle"))
        let trust = try Counterpart.keytool.run(
            ["-list", "-keystore", home + "/security/cacerts", "-storepass", "changeit"], in: folder)
        #expect(trust.contains("trustedCertEntry"))
        let mode = try FileManager.default.attributesOfItem(atPath: home + "/config.xml")[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let log = try String(contentsOfFile: home + "/logs/agent0.log.0", encoding: .utf8)
        #expect(log.contains("Worker completed: CertificateProbe"))
        #expect(!log.contains(midID))
    }

    @Test func aKeptTrialRunsAgain() throws {
        let folder = try TemporaryFolder()
        for _ in 0..<2 {
            let trial = try MidguardProcess.run(["trial", "--once", "--keep", folder.path("trial")], seconds: 60)
            #expect(trial.code == 0, "\(trial.output)\(trial.error)")
        }
    }

    @Test func withoutKeepNothingIsLeftBehind() throws {
        let folder = try TemporaryFolder()
        let trial = try MidguardProcess.run(["trial", "--once"], environment: ["XDG_STATE_HOME": folder.url.path], seconds: 60)
        #expect(trial.code == 0, "\(trial.output)\(trial.error)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("midguard")).isEmpty)
    }
}
