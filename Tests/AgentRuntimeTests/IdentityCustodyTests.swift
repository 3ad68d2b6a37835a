import AgentIdentity
import Diagnosis
import Foundation
import JavaKeystore
import LocalFiles
import Testing

@testable import AgentRuntime

@Suite("A key pair is made once, and whatever stops the making, the next start goes on") struct IdentityCustodyTests {
    static let now = Date(timeIntervalSince1970: 1_700_000_000)
    enum Crash: Error { case here }

    static func custody(_ home: TemporaryHome) -> IdentityCustody {
        IdentityCustody(keystorePath: home("security/agent_keystore"), backupFolder: home("security_backup"), agentName: "alpha")
    }

    @Test("The first start makes store, identifier and backup; the second opens them") func twice() throws {
        let home = try TemporaryHome()
        var recorded: [String] = []
        let first = try Self.custody(home).open(midID: "", now: Self.now) { midID throws(HomeFailure) in recorded.append(midID) }
        #expect(first.isNew)
        #expect(recorded == [first.midID])
        #expect(first.midID.count == 32)
        let second = try Self.custody(home).open(midID: first.midID, now: Self.now) { _ throws(HomeFailure) in Issue.record("written twice")
        }
        #expect(!second.isNew)
        #expect(second.pair == first.pair)
        let mode = try FileManager.default.attributesOfItem(atPath: home("security/agent_keystore"))[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let trail = try String(contentsOfFile: home("security_backup/keystore_backup_audit_trail.log"), encoding: .utf8)
        #expect(trail.contains("keypairs.mid_id=\(first.midID) aliases="))
        #expect(try Files.list(home("security_backup")).count == 2)
    }

    @Test("A crash before the identifier is written leaves a new home") func crashBeforeIdentifier() throws {
        let home = try TemporaryHome()
        let failure = #expect(throws: IdentityCustody.Failure.self) {
            try Self.custody(home).open(midID: "", now: Self.now) { _ throws(HomeFailure) in throw .file(.diskFull(path: "config.xml")) }
        }
        #expect(failure.map { AgentFindings.explaining($0, home: home.path).id } == "runtime.disk-full")
        #expect(!FileManager.default.fileExists(atPath: home("security/agent_keystore")))
    }

    @Test("A crash between identifier and store is healed with that identifier") func crashBetween() throws {
        let home = try TemporaryHome()
        let midID = MidID.random()
        let opened = try Self.custody(home).open(midID: midID, now: Self.now) { _ throws(HomeFailure) in Issue.record("a second identifier")
        }
        #expect(opened.isNew)
        #expect(opened.midID == midID)
        #expect(
            try Keystore.read(Files.read(home("security/agent_keystore"), limit: 1 << 20), password: KeystorePassword(midID)).integrity
                == .verified)
    }

    @Test("A pair that was deleted comes back in a store of the same format", arguments: [KeystoreFormat.jks, .jceks, .pkcs12, .bcfks])
    func format(_ format: KeystoreFormat) throws {
        let home = try TemporaryHome()
        let midID = MidID.random()
        let password = KeystorePassword(midID)
        try FileManager.default.createDirectory(atPath: home("security"), withIntermediateDirectories: true)
        let path = home("security/agent_keystore")
        try Data(Keystore().write(.standard(for: format), password: password)).write(to: URL(fileURLWithPath: path))
        let first = try Self.custody(home).open(midID: midID, now: Self.now) { _ throws(HomeFailure) in Issue.record("an identifier") }
        #expect(first.isNew)
        #expect(try Keystore.read(Files.read(path, limit: 1 << 20), password: password).format == format)
        let second = try Self.custody(home).open(midID: midID, now: Self.now) { _ throws(HomeFailure) in Issue.record("an identifier") }
        #expect(second.pair == first.pair)
    }

    @Test("A crash while the store was written leaves its staged file beside no store") func crashWhileWriting() throws {
        let home = try TemporaryHome()
        try FileManager.default.createDirectory(atPath: home("security"), withIntermediateDirectories: true)
        try Data([0xFE, 0xED]).write(to: URL(fileURLWithPath: home("security/.agent_keystore.new-1")))
        #expect(try Self.custody(home).open(midID: MidID.random(), now: Self.now) { _ throws(HomeFailure) in }.isNew)
    }

    @Test("A store that does not open is never replaced") func outOfSync() throws {
        let home = try TemporaryHome()
        _ = try Self.custody(home).open(midID: MidID.random(), now: Self.now) { _ throws(HomeFailure) in }
        let before = try Files.read(home("security/agent_keystore"), limit: 1 << 20)
        for midID in ["", MidID.random()] {
            let failure = #expect(throws: IdentityCustody.Failure.self) {
                try Self.custody(home).open(midID: midID, now: Self.now) { _ throws(HomeFailure) in Issue.record("identifier written") }
            }
            if let failure {
                let finding = AgentFindings.explaining(failure, home: home.path)
                #expect(finding.id == "identity.out-of-sync")
                #expect(finding.evidence["midIDPresent"] == String(!midID.isEmpty))
                #expect(finding.fixes.allSatisfy { $0.command != nil })
            }
        }
        #expect(try Files.read(home("security/agent_keystore"), limit: 1 << 20) == before)
    }

    @Test("A truncated store is told as that, and left alone") func truncated() throws {
        let home = try TemporaryHome()
        let midID = MidID.random()
        _ = try Self.custody(home).open(midID: midID, now: Self.now) { _ throws(HomeFailure) in }
        let whole = try Files.read(home("security/agent_keystore"), limit: 1 << 20)
        for count in [0, 3, 20, whole.count / 2, whole.count - 1] {
            try Data(whole.prefix(count)).write(to: URL(fileURLWithPath: home("security/agent_keystore")))
            #expect(throws: IdentityCustody.Failure.self) {
                try Self.custody(home).open(midID: midID, now: Self.now) { _ throws(HomeFailure) in }
            }
            #expect(try Files.read(home("security/agent_keystore"), limit: 1 << 20).count == count)
        }
    }

    @Test("A deleted pair is made anew in the same store, other entries stay") func pairDeleted() throws {
        let home = try TemporaryHome()
        let midID = MidID.random()
        let first = try Self.custody(home).open(midID: midID, now: Self.now) { _ throws(HomeFailure) in }
        let other = Keystore.Entry(
            alias: "midwss", created: Self.now, content: .trustedCertificate(StoredCertificate(der: first.pair.certificateDER)))
        let bytes = try JKS.write(Keystore(entries: [other]), password: KeystorePassword(midID))
        try Files.replace(home("security/agent_keystore"), with: bytes)
        let second = try Self.custody(home).open(midID: midID, now: Self.now) { _ throws(HomeFailure) in }
        #expect(second.isNew)
        #expect(second.pair != first.pair)
        let store = try Keystore.read(Files.read(home("security/agent_keystore"), limit: 1 << 20), password: KeystorePassword(midID))
            .keystore
        #expect(store.entries.map(\.alias).contains("midwss"))
    }
}
