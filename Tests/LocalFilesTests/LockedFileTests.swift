import Counterparts
import Foundation
import LocalFiles
import Testing

@Suite("Of two writers neither undoes what the other did") struct LockedFileTests {
    @Test func everyChangeStays() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path("store")
        try Files.create(file, with: [])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in UInt8(0)..<12 {
                group.addTask {
                    let locked = try LockedFile(file)
                    let bytes = try locked.bytes(limit: 100)
                    usleep(2_000)
                    _ = try locked.replaceKeepingBackup(with: bytes + [number])
                }
            }
            try await group.waitForAll()
        }
        #expect(try Files.read(file, limit: 100).sorted() == Array(0..<12))
        #expect(try Files.list(folder.url.path).count == 13, "one backup of every change, and no staged file")
    }

    @Test func whoCannotWaitIsTold() throws {
        let folder = try TemporaryFolder()
        let file = folder.path("store")
        try Files.create(file, with: [1])
        let held = try LockedFile(file)
        #expect(throws: FileFailure.locked(path: file)) { try LockedFile(file, waiting: 0.05) }
        withExtendedLifetime(held) {}
    }
}

@Suite("A file is made whole or not at all, and nothing takes its place unasked") struct CreateTests {
    @Test func existing() throws {
        let folder = try TemporaryFolder()
        let file = folder.path("store")
        try Files.create(file, with: [1])
        #expect(throws: FileFailure.exists(path: file)) { try Files.create(file, with: [2]) }
        #expect(try Files.read(file, limit: 9) == [1])
        #expect(try Files.list(folder.url.path) == ["store"])
    }

    @Test("A dangling link is a file that is there") func danglingLink() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: folder.path("nowhere"))
        #expect(throws: FileFailure.exists(path: folder.path("link"))) { try Files.create(folder.path("link"), with: [2]) }
    }

    @Test func backupsOfOneSecond() throws {
        let folder = try TemporaryFolder()
        let file = folder.path("store")
        try Files.create(file, with: [1])
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        let backups = try (2...4).map { try Files.replaceKeepingBackup(file, with: [$0]) }
        #expect(Set(backups).count == 3)
        #expect(try backups.map { try Files.read($0, limit: 9) } == [[1], [2], [3]])
        #expect(try OpenFile(backups[0], for: .read).ownership().mode == 0o640)
    }

    @Test("What went wrong is told of the file that was asked for") func unwritable() throws {
        let folder = try TemporaryFolder()
        // A folder that not even root can write to: there is none.
        let file = folder.path("file")
        try Files.create(file, with: [1])
        let failure = #expect(throws: FileFailure.self) { try Files.create(file + "/store", with: [2]) }
        #expect(failure?.path == file + "/store")
        #expect(failure?.path.contains(".new-") == false)
    }

    @Test(.enabled(if: geteuid() == 0, "only root may give files away")) func ownerStays() throws {
        let folder = try TemporaryFolder()
        let file = folder.path("store")
        try Files.create(file, with: [1])
        try #require(chown(file, 65_534, 65_534) == 0)
        let backup = try Files.replaceKeepingBackup(file, with: [2])
        for path in [file, backup] {
            let owner = try OpenFile(path, for: .read).ownership()
            #expect(owner.user == 65_534 && owner.group == 65_534)
        }
    }

    @Test func absolutePaths() {
        #expect(Files.absolute("/a/./b/../c//d") == "/a/c/d")
        #expect(Files.absolute("/..") == "/")
        #expect(Files.absolute("x").hasSuffix("/x") && Files.absolute("x").hasPrefix("/"))
    }
}
