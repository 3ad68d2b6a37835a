import AgentProtocol
import Foundation
import InstanceStore
import Testing

@Suite("What was acknowledged is still there after a restart, for this user only") struct DurabilityTests {
    @Test("a second store over the files of one that was never closed has everything")
    func reopen() async throws {
        try await withStore { store, directory in
            try await store.insertJob(job(), by: "t", now: noon)
            let claim = try await store.claimAll()[0]
            _ = try await store.storeResults([result(of: claim)], agent: claim.record.agent, by: "u", now: noon)
            try await store.setCredential(Credential(alias: "a", userName: "u", secret: "p"), now: noon)

            // The files as a killed process leaves them: database and write-ahead log.
            let copy = directory + "/copy"
            try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
            for name in ["instance.sqlite", "instance.sqlite-wal", "secret.key"] {
                try FileManager.default.copyItem(atPath: directory + "/" + name, toPath: copy + "/" + name)
            }
            let again = try InstanceStore(directory: copy)
            #expect(try await again.entry(claim.record.sysID)?.record.state == .processed)
            #expect(try await again.answers(to: claim.record.sysID).count == 1)
            #expect(try await again.credential("a")?.secret == "p")
            try again.close()
        }
    }

    @Test("database and key are readable by their owner only, and the secret is in neither plain")
    func modes() async throws {
        try await withStore { store, directory in
            try await store.setCredential(Credential(alias: "a", userName: "u", secret: "correct horse"), now: noon)
            for name in ["instance.sqlite", "instance.sqlite-wal", "secret.key"] {
                let path = directory + "/" + name
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(name)")
                #expect(try Data(contentsOf: URL(fileURLWithPath: path)).range(of: Data("correct horse".utf8)) == nil)
            }
        }
    }

    @Test("a directory that cannot be made is a fact with a path")
    func notWritable() throws {
        let file = FileManager.default.temporaryDirectory.path + "/instance-store-file-" + SysID.random().description
        try Data().write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect {
            _ = try InstanceStore(directory: file + "/data")
        } throws: { error in
            guard case .notAccessible(let path, _) = error as? InstanceStoreError else { return false }
            return path == file + "/data"
        }
    }

    @Test("another key file opens no secret and says so")
    func wrongKey() async throws {
        try await withStore { store, directory in
            try await store.setCredential(Credential(alias: "a", userName: "u", secret: "p"), now: noon)
            let key = URL(fileURLWithPath: directory + "/secret.key")
            try Data(repeating: 7, count: 32).write(to: key)
            let other = try InstanceStore(directory: directory)
            await #expect(throws: InstanceStoreError.secretUnreadable(alias: "a")) { try await other.credential("a") }
            try other.close()
            try Data(repeating: 7, count: 31).write(to: key)
            #expect(throws: InstanceStoreError.secretKeyMalformed(path: key.path, bytes: 31)) { try InstanceStore(directory: directory) }
        }
    }

    @Test("one write that fails takes no other with it")
    func groupCommit() async throws {
        try await withStore { store, _ in
            let taken = try await store.insertJob(job(), by: "t", now: noon)
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<60 {
                    group.addTask {
                        let record = number.isMultiple(of: 3) ? taken : job()
                        return (try? await store.insertJob(record, by: "t", now: noon)) != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(outcomes == 40)
            #expect(try await store.latestEntries(limit: 100).count == 41)
        }
    }
}
