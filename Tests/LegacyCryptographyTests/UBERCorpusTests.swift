import Crypto
import Foundation
import Testing

@testable import LegacyCryptography

/// Files of type UBER that Bouncy Castle wrote: folder `keystores` of `MIDGUARD_CORPORA`, by default `../shared/corpora` beside the package.
enum UBERCorpus {
    static let folder: URL = {
        if let named = ProcessInfo.processInfo.environment["MIDGUARD_CORPORA"] { return URL(fileURLWithPath: named) }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/corpora")
    }()
    static let files: [URL] = {
        let all = try? FileManager.default.contentsOfDirectory(
            at: folder.appendingPathComponent("keystores"), includingPropertiesForKeys: nil)
        let stores = (all ?? []).filter { $0.pathExtension == "ubr" }
        if stores.isEmpty { print("No UBER files in \(folder.path): their tests are skipped. MIDGUARD_CORPORA names another folder.") }
        return stores
    }()
    struct Manifest: Decodable {
        struct Case: Decodable { var file: String, storePassword: String? }
        var cases: [Case]
    }
    static func password(of file: URL) throws -> String? {
        // One alias is a lone surrogate, which no JSON reader here takes.
        let text = try String(contentsOf: folder.appendingPathComponent("keystores/manifest.json"), encoding: .utf8)
        let manifest = try JSONDecoder().decode(Manifest.self, from: Data(text.replacingOccurrences(of: "\\ud800", with: "").utf8))
        return manifest.cases.first { $0.file == file.lastPathComponent }?.storePassword
    }
}

@Suite("Bouncy Castle's Twofish and ours are the same", .enabled(if: !UBERCorpus.files.isEmpty)) struct UBERCorpusTests {
    /// A checksum inside the cipher text proves Twofish and the derivation of its key together.
    ///
    /// i4 version, i4 length of the salt, salt, i4 iterations, cipher text of (entries || SHA-1 of them).
    @Test(arguments: UBERCorpus.files) func opens(_ file: URL) throws {
        let password = try #require(try UBERCorpus.password(of: file))
        let encoded: [UInt8] = password.utf16.flatMap { unit -> [UInt8] in [UInt8(unit >> 8), UInt8(unit & 255)] } + [0, 0]
        let bytes = Array(try Data(contentsOf: file))
        let salt = Array(bytes[8..<28]), iterations = bytes[28..<32].reduce(0) { $0 << 8 | Int($1) }
        func derive(_ purpose: PKCS12KDF.Purpose, _ count: Int) throws -> [UInt8] {
            try PKCS12KDF.derive(purpose: purpose, hash: .sha1, password: encoded, salt: salt, iterations: iterations, count: count)
        }
        let padded = try Twofish.decryptCBC(bytes[32...], key: derive(.key, 32), iv: derive(.iv, 16))
        let clear = try #require(PKCS7Padding.remove(from: padded, blockSize: 16))
        #expect(Array(Insecure.SHA1.hash(data: clear.dropLast(20))) == Array(clear.suffix(20)))
    }
}
