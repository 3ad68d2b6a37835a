import Counterparts
import Foundation
import LocalFiles
import Testing

@Suite("A replaced file keeps its mode, and a failed replacement keeps the file") struct FilesTests {
    @Test func mode() throws {
        let folder = try TemporaryFolder()
        let file = folder.path("new")
        try Files.replace(file, with: [1])
        #expect(try OpenFile(file, for: .read).ownership().mode == 0o600)
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        try Files.replace(file, with: [2, 3])
        #expect(try OpenFile(file, for: .read).ownership().mode == 0o640)
        #expect(try Files.read(file, limit: 10) == [2, 3])
        #expect(try Files.list(folder.url.path) == ["new"], "no staged file is left")
    }

    @Test func symbolicLink() throws {
        let folder = try TemporaryFolder()
        try Files.replace(folder.path("target"), with: [1])
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: folder.path("target"))
        try Files.replace(folder.path("link"), with: [2])
        #expect(try Files.read(folder.path("target"), limit: 10) == [2])
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path("link")) == folder.path("target"))
    }

    @Test func limit() throws {
        let folder = try TemporaryFolder()
        let file = folder.path("file")
        try Files.replace(file, with: [1, 2, 3])
        #expect(throws: FileFailure.overLimit(path: file, limit: 2)) { try Files.read(file, limit: 2) }
        #expect(throws: FileFailure.missing(path: folder.path("none"))) { try Files.read(folder.path("none"), limit: 2) }
    }
}
