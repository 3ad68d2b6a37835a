import Crypto
import Foundation
import StrictDER
import Testing

@testable import JavaKeystore

/// The keystores of Bouncy Castle's formats in the corpus, with what Bouncy Castle sees in them: folder `keystores` of `MIDGUARD_CORPORA`,
/// by default `../shared/corpora` beside the package.
enum BouncyCastleCorpus {
    struct Manifest: Decodable { var cases: [Case] }
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var id: String, file: String, format: String, features: String, expect: String
        var storePassword: String?, entries: [Entry]?, errorClasses: [String]?, verificationKeySpki: String?, signatureAlgorithm: String?
        var testDescription: String { "\(id) \(file)" }
        var isSignedWithDSA: Bool { signatureAlgorithm?.hasSuffix("withDSA") ?? false }
    }
    struct Entry: Decodable, Sendable {
        var alias: String, kind: String
        var certSha256: [String]?, pkcs8Sha256: String?, secretHex: String?, created: Int64?, entryPassword: String?
        var keyErrorClass: String?, keyOid: String?, keyAlgorithm: String?, spkiSha256: String?
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

    static func cases(_ formats: Set<String>) throws -> [Case] {
        // One alias is a lone surrogate, which no JSON reader here takes: read it as the replacement that our alias shows for it.
        let text = try String(contentsOf: manifest, encoding: .utf8).replacingOccurrences(of: "lone\\ud800", with: "lone\\ufffd")
        return try JSONDecoder().decode(Manifest.self, from: Data(text.utf8)).cases.filter { formats.contains($0.format) }
    }

    static func bytes(of test: Case) throws -> [UInt8] {
        Array(try Data(contentsOf: manifest.deletingLastPathComponent().appendingPathComponent(test.file)))
    }

    static func options(of test: Case) -> KeystoreReadingOptions {
        let format: KeystoreFormat = test.format == "BCFKS" ? .bcfks : test.format == "UBER" ? .uber : .bks
        let key = test.verificationKeySpki.flatMap { Data(base64Encoded: $0) }.map(Array.init)
        return KeystoreReadingOptions(format: format, verificationKey: key)
    }

    static func read(_ test: Case) throws -> KeystoreReading {
        try Keystore.read(bytes(of: test), password: test.storePassword.map { KeystorePassword($0) }, options: options(of: test))
    }

    /// Entry by entry; opens every key.
    static func compare(_ keystore: Keystore, with test: Case) throws {
        let expected = try #require(test.entries)
        // Java's order is that of a hash table.
        #expect(keystore.entries.map(\.alias).sorted() == expected.map(\.alias).sorted(), "\(test.testDescription)")
        for wanted in expected {
            let entry = try #require(keystore.entry(exactly: wanted.alias), "\(test.testDescription)")
            compare(entry, wanted, in: test)
        }
    }

    private static func compare(_ entry: Keystore.Entry, _ wanted: Entry, in test: Case) {
        let why: Comment = "\(test.testDescription): \(wanted.alias)"
        if let created = wanted.created { #expect(entry.createdMilliseconds == created, why) }
        let password = KeystorePassword(wanted.entryPassword ?? test.storePassword ?? "")
        switch entry.content {
        case .trustedCertificate(let certificate):
            #expect(wanted.kind == "trustedCertificate", why)
            #expect([sha256(certificate.der)] == wanted.certSha256, why)
        case .privateKey(let key, let chain):
            #expect(wanted.kind == "privateKey", why)
            #expect(chain.map { sha256($0.der) } == wanted.certSha256 ?? [], why)
            if wanted.keyErrorClass != nil {
                #expect(throws: KeystoreError.self, why) { try key.open(password: password) }
            } else {
                let expected = test.format == "UBER" ? storedKey(of: wanted) : wanted.pkcs8Sha256
                #expect((try? key.open(password: password)).map { sha256($0.der) } == expected, why)
            }
            #expect(throws: KeystoreError.keyPassword, why) { try key.open(password: KeystorePassword("not the password")) }
        case .secretKey(let key):
            #expect(wanted.kind == "secretKey", why)
            let opened = try? key.open(password: password)
            #expect(opened.map { hexadecimal($0.bytes) } == wanted.secretHex, why)
            if let oid = wanted.keyOid { #expect(opened?.identifier?.description == oid, why) }
            if let name = wanted.keyAlgorithm { #expect(opened?.algorithm == name, why) }
        }
    }

    /// For UBER the manifest has Bouncy Castle's new encoding of an EC key, not the stored one; the same key pair lies in a BKS file, too.
    private static func storedKey(of wanted: Entry) -> String? {
        let siblings = (try? cases(["BKS"])) ?? []
        return siblings.flatMap { $0.entries ?? [] }.first { $0.spkiSha256 == wanted.spkiSha256 }?.pkcs8Sha256
    }

    static func sha256(_ bytes: [UInt8]) -> String { hexadecimal(Array(SHA256.hash(data: bytes))) }

    static func expectErrors(_ cases: [Case]) throws {
        var seen = 0
        for test in cases where test.expect == "error" {
            seen += 1
            let acceptable = try #require(test.errorClasses)
            var found = "ok"
            let began = ContinuousClock.now
            do throws(KeystoreError) {
                _ = try Keystore.read(
                    try bytesOrEmpty(of: test), password: test.storePassword.map { KeystorePassword($0) }, options: options(of: test))
            } catch { found = errorClass(of: error) }
            #expect(acceptable.contains(found), "\(test.testDescription), \(test.features): \(found) is not among \(acceptable)")
            if acceptable == ["limitExceeded"] {
                #expect(ContinuousClock.now - began < .milliseconds(500), "\(test.testDescription): refused without work")
            }
        }
        #expect(seen > 0)
    }

    private static func bytesOrEmpty(of test: Case) throws(KeystoreError) -> [UInt8] {
        guard let bytes = try? bytes(of: test) else { throw .noSuchEntry(alias: test.file) }
        return bytes
    }

    private static func errorClass(of error: KeystoreError) -> String {
        switch error {
        case .truncated: "truncated"
        case .malformed: "malformed"
        case .overLimit: "limitExceeded"
        case .unknownFormat, .otherFormat: "wrongFormat"
        case .unsupportedVersion: "unsupportedVersion"
        case .integrity: "wrongPasswordOrTampered"
        case .keyProtection, .unsupportedAlgorithm: "unsupportedAlgorithm"
        default: "no class for \(error)"
        }
    }
}
