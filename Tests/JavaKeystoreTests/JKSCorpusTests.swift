import Crypto
import Foundation
import Testing

@testable import JavaKeystore

/// Keystores made by other programs, with what the reference implementation sees in them: folder `keystores` of `MIDGUARD_CORPORA`, by
/// default `../shared/corpora` beside the package. Only type JKS for now.
enum KeystoreCorpus {
    struct Manifest: Decodable { var cases: [Case] }
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var id: String, file: String, format: String, features: String, expect: String
        var storePassword: String?, entries: [Entry]?, errorClasses: [String]?
        var testDescription: String { "\(id) \(file)" }
    }
    struct Entry: Decodable, Sendable {
        var alias: String, kind: String
        var certSha256: [String]?, pkcs8Sha256: String?, created: Int64?, entryPassword: String?, keyError: String?, keyErrorClass: String?
    }

    static let folder: URL = {
        if let named = ProcessInfo.processInfo.environment["MIDGUARD_CORPORA"] { return URL(fileURLWithPath: named) }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/corpora")
    }()
    static let manifest = folder.appendingPathComponent("keystores/manifest.json")
    static let isPresent: Bool = {
        let present = FileManager.default.fileExists(atPath: manifest.path)
        if !present { print("No keystore corpus at \(manifest.path): its tests are skipped. MIDGUARD_CORPORA names another folder.") }
        return present
    }()

    static func cases() throws -> [Case] {
        // One alias is a lone surrogate, which no JSON reader here takes: read it as the replacement that our alias shows for it.
        let text = try String(contentsOf: manifest, encoding: .utf8).replacingOccurrences(of: "lone\\ud800", with: "lone\\ufffd")
        return try JSONDecoder().decode(Manifest.self, from: Data(text.utf8)).cases.filter { ["JKS", "CaseExactJKS"].contains($0.format) }
    }

    static func bytes(of test: Case) throws -> [UInt8] {
        Array(try Data(contentsOf: manifest.deletingLastPathComponent().appendingPathComponent(test.file)))
    }
}

@Suite("We see in every JKS file of the corpus what Java sees in it", .enabled(if: KeystoreCorpus.isPresent)) struct JKSCorpusTests {
    @Test func thereAreCases() throws { #expect(try KeystoreCorpus.cases().count >= 50) }

    @Test func soundFiles() throws {
        var seen = 0
        for test in try KeystoreCorpus.cases() where test.expect == "ok" {
            seen += 1
            let bytes = try KeystoreCorpus.bytes(of: test)
            let reading = try Keystore.read(bytes, password: test.storePassword.map(KeystorePassword.init))
            #expect(reading.format == .jks)
            let expected = try #require(test.entries)
            let found = reading.keystore.entries
            // Java's order is that of a hash table.
            #expect(found.map(\.alias).sorted() == expected.map(\.alias).sorted(), "\(test.testDescription)")
            for wanted in expected {
                let entry = try #require(reading.keystore.entries.last { $0.alias == wanted.alias }, "\(test.testDescription)")
                compare(entry, wanted, in: test)
            }
            try savesUnchanged(reading, bytes: bytes, test: test)
        }
        #expect(seen > 0)
    }

    private func compare(_ entry: Keystore.Entry, _ wanted: KeystoreCorpus.Entry, in test: KeystoreCorpus.Case) {
        let why: Comment = "\(test.testDescription): \(wanted.alias)"
        if let created = wanted.created { #expect(entry.createdMilliseconds == created, why) }
        switch entry.content {
        case .trustedCertificate(let certificate):
            #expect(wanted.kind == "trustedCertificate", why)
            #expect([sha256(certificate.der)] == wanted.certSha256, why)
        case .privateKey(let key, let chain):
            #expect(wanted.kind == "privateKey", why)
            #expect(chain.map { sha256($0.der) } == wanted.certSha256 ?? [], why)
            let password = KeystorePassword(wanted.entryPassword ?? test.storePassword ?? "")
            if wanted.keyErrorClass != nil {
                #expect(throws: KeystoreError.self, why) { try key.open(password: password) }
            } else if let expected = wanted.pkcs8Sha256 {
                #expect((try? key.open(password: password)).map(sha256) == expected, why)
            }
        }
    }

    private func savesUnchanged(_ reading: KeystoreReading, bytes: [UInt8], test: KeystoreCorpus.Case) throws {
        guard let password = test.storePassword.map(KeystorePassword.init) else { return }
        let saved = try JKS.write(reading.keystore, password: password)
        #expect(try Keystore.read(saved, password: password).keystore == reading.keystore, "\(test.testDescription)")
        // Version 1 becomes version 2, and a negative number of entries zero.
        let isAsWeWrite = bytes[7] == 2 && bytes[8] < 0x80
        if isAsWeWrite { #expect(saved == Array(bytes.dropLast(reading.trailingBytes)), "\(test.testDescription)") }
    }

    @Test func badFiles() throws {
        var seen = 0
        for test in try KeystoreCorpus.cases() where test.expect == "error" {
            seen += 1
            let acceptable = try #require(test.errorClasses)
            let bytes = try KeystoreCorpus.bytes(of: test)
            let found: String
            do {
                _ = try Keystore.read(bytes, password: test.storePassword.map(KeystorePassword.init))
                found = "ok"
            } catch {
                found = corpusClass(of: error)
            }
            #expect(acceptable.contains(found), "\(test.testDescription), \(test.features): \(found) is not among \(acceptable)")
        }
        #expect(seen > 0)
    }

    private func corpusClass(of error: KeystoreError) -> String {
        switch error {
        case .truncated: "truncated"
        case .malformed: "malformed"
        case .overLimit, .aliasTooLong: "limitExceeded"
        case .unknownFormat, .unsupportedFormat: "wrongFormat"
        case .unsupportedVersion: "unsupportedVersion"
        case .integrity: "wrongPasswordOrTampered"
        case .keyPassword: "unrecoverableKey"
        case .keyProtection: "unsupportedAlgorithm"
        case .noSuchEntry: "no such class"
        }
    }

    private func sha256(_ bytes: [UInt8]) -> String { SHA256.hash(data: bytes).hexadecimal }
}
