import Crypto
import Foundation
import StrictDER
import Testing

@testable import JavaKeystore

/// PKCS#12 files made by other programs, with what Java and an independent reader see in them: folder `keystores` of `MIDGUARD_CORPORA`,
/// by default `../shared/corpora` beside the package.
enum PKCS12Corpus {
    struct Manifest: Decodable { var cases: [Case] }
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var id: String, file: String, format: String, features: String, expect: String
        var storePassword: String?, entries: [Entry]?, bags: [Bag]?, errorClasses: [String]?
        var testDescription: String { "\(id) \(file): \(features)" }
        var password: KeystorePassword? { storePassword.map { KeystorePassword($0) } }
    }
    struct Entry: Decodable, Sendable {
        var alias: String, kind: String
        var certSha256: [String]?, pkcs8Sha256: String?, secretHex: String?, created: Int64?, entryPassword: String?
        var keyAlgorithm: String?
    }
    struct Bag: Decodable, Sendable {
        var bag: String, encrypted: Bool
        var friendlyName: String?, localKeyId: String?, trustedKeyUsage: [String]?, otherAttributes: [String]?
        var pkcs8Sha256: String?, certSha256: String?, secretHex: String?, secretAlgorithm: String?
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
        // One alias of another format is a lone surrogate, which no JSON reader here takes.
        let text = try String(contentsOf: manifest, encoding: .utf8).replacingOccurrences(of: "lone\\ud800", with: "lone\\ufffd")
        return try JSONDecoder().decode(Manifest.self, from: Data(text.utf8)).cases.filter { $0.format == "PKCS12" }
    }

    static func bytes(of test: Case) throws -> [UInt8] {
        Array(try Data(contentsOf: manifest.deletingLastPathComponent().appendingPathComponent(test.file)))
    }
}

@Suite("We see in every PKCS#12 file of the corpus what Java sees in it", .enabled(if: PKCS12Corpus.isPresent)) struct PKCS12CorpusTests {
    @Test func thereAreCases() throws { #expect(try PKCS12Corpus.cases().count >= 150) }

    @Test func entries() throws {
        var seen = 0
        for test in try PKCS12Corpus.cases() where test.expect == "ok" {
            guard let expected = test.entries else { continue }
            seen += 1
            let bytes = try PKCS12Corpus.bytes(of: test)
            let reading = try PKCS12.read(bytes, password: test.password, limits: .standard)
            let found = reading.keystore.entries.map { JavaLowerCase.of($0.aliasUnits) }
            #expect(Set(found) == Set(expected.map { Array($0.alias.utf16) }), "\(test.testDescription)")
            #expect(found.count == expected.count, "\(test.testDescription)")
            for wanted in expected {
                let entry = try #require(reading.keystore.entries.last { JavaLowerCase.of($0.aliasUnits) == Array(wanted.alias.utf16) })
                compare(entry, wanted, in: test)
            }
        }
        #expect(seen > 60)
    }

    private func compare(_ entry: Keystore.Entry, _ wanted: PKCS12Corpus.Entry, in test: PKCS12Corpus.Case) {
        let why: Comment = "\(test.testDescription): \(wanted.alias)"
        #expect(entry.createdMilliseconds == wanted.created, why)
        let password = KeystorePassword(wanted.entryPassword ?? test.storePassword ?? "")
        switch entry.content {
        case .trustedCertificate(let certificate):
            #expect(wanted.kind == "trustedCertificate", why)
            #expect([sha256(certificate.bytes)] == wanted.certSha256, why)
        case .privateKey(let key, let chain):
            #expect(wanted.kind == "privateKey", why)
            #expect(chain.map { sha256($0.bytes) } == wanted.certSha256 ?? [], why)
            #expect((try? key.open(password: password)).map { sha256($0.der[...]) } == wanted.pkcs8Sha256, why)
            #expect(throws: KeystoreError.keyPassword, why) { try key.open(password: KeystorePassword("not the password")) }
        case .secretKey(let key):
            #expect(wanted.kind == "secretKey", why)
            let secret = try? key.open(password: password)
            #expect(secret.map { hexadecimal($0.bytes) } == wanted.secretHex, why)
            // JDK 17 has no name for some identifiers that we have one for.
            let names = [secret?.algorithm.uppercased(), secret?.identifier?.description]
            #expect(names.contains(wanted.keyAlgorithm?.uppercased()), why)
        }
    }

    @Test func bags() throws {
        var seen = 0
        for test in try PKCS12Corpus.cases() where test.expect == "ok" {
            let expected = try #require(test.bags)
            seen += 1
            let bytes = try PKCS12Corpus.bytes(of: test)
            let bags = try PKCS12.bags(bytes, password: test.password)
            #expect(bags.count == expected.count, "\(test.testDescription)")
            for (bag, wanted) in zip(bags, expected) {
                let why: Comment = "\(test.testDescription): \(wanted.friendlyName ?? "nameless")"
                #expect(bag.kind.map(String.init) == wanted.bag, why)
                #expect(bag.wasEncrypted == wanted.encrypted, why)
                #expect(bag.friendlyName == wanted.friendlyName, why)
                #expect(bag.localKeyID.map { hexadecimal($0) } == wanted.localKeyId, why)
                #expect(bag.trustedKeyUsage?.map(\.description) == wanted.trustedKeyUsage, why)
                #expect(bag.otherAttributes.map(\.identifier.description) == wanted.otherAttributes ?? [], why)
                guard test.entries?.contains(where: { $0.entryPassword != nil }) != true else { continue }
                let password = test.password ?? KeystorePassword("")
                switch bag.content {
                case .privateKey(let key):
                    #expect((try? key.open(password: password)).map { sha256($0.der[...]) } == wanted.pkcs8Sha256, why)
                case .certificate(let certificate): #expect(sha256(certificate.bytes) == wanted.certSha256, why)
                case .secretKey(let key):
                    let secret = try? key.open(password: password)
                    #expect(secret.map { hexadecimal($0.bytes) } == wanted.secretHex, why)
                    #expect(secret?.identifier?.description == wanted.secretAlgorithm, why)
                case .revocationList, .safeContents, .unknown: Issue.record(why)
                }
            }
        }
        #expect(seen > 60)
    }

    /// Where the JDK sees nothing, or cannot read a sound file, we do.
    @Test func whatJavaDoesNotRead() throws {
        for test in try PKCS12Corpus.cases() where test.expect == "ok" && test.entries == nil {
            let reading = try PKCS12.read(PKCS12Corpus.bytes(of: test), password: test.password, limits: .standard)
            #expect(reading.integrity == .verified)
            #expect(reading.keystore.entries.map(\.alias) == ["Leaf Key"], "\(test.testDescription)")
            guard case .privateKey(let key, let chain) = reading.keystore.entries.first?.content else {
                Issue.record("\(test.testDescription)")
                continue
            }
            #expect(chain.count == 1, "\(test.testDescription)")
            #expect((try? key.open(password: test.password ?? KeystorePassword(""))) != nil, "\(test.testDescription)")
        }
    }

    @Test(arguments: [0, 1]) func unseen(instance: Int) throws {
        func read(_ name: String, password: String?) throws -> KeystoreReading {
            let folder = PKCS12Corpus.manifest.deletingLastPathComponent()
            let bytes = Array(try Data(contentsOf: folder.appendingPathComponent("\(name)-\(instance).p12")))
            return try PKCS12.read(bytes, password: password.map { KeystorePassword($0) }, limits: .standard)
        }
        let certificatesOnly = try read("p12-openssl-nokeys", password: "Secret#\(instance)pass")
        #expect(certificatesOnly.unseen.map(\.reason) == Array(repeating: .certificateNotMarkedTrusted, count: 3))
        let clear = try read("p12-openssl-plain", password: "Secret#\(instance)pass")
        #expect(clear.unseen.map(\.reason) == [.keyInTheClear])
        let key = try #require(clear.unseen.first?.entry)
        guard case .privateKey(let stored, let chain) = key.content else {
            Issue.record("no private key")
            return
        }
        #expect(key.alias == "Leaf Key" && chain.count == 3 && stored.isInTheClear)
        let withoutPassword = try read("p12-keytool-default", password: nil)
        #expect(withoutPassword.integrity == .notChecked)
        #expect(withoutPassword.unseen == [UnseenEntry(entry: nil, reason: .passwordNeeded)])
        #expect(withoutPassword.keystore.entries.map(\.alias) == ["agent", "ec", "aes", "hmac", "pass"])
        #expect(try read("p12-keytool-passwordless", password: nil).integrity == .absent)
        #expect(try read("p12-openssl-default", password: "Secret#\(instance)pass").unseen.isEmpty)
    }

    /// Loaded and saved: the same entries under the same protection.
    @Test func savedAgain() throws {
        var seen = 0
        for test in try PKCS12Corpus.cases() where test.expect == "ok" {
            seen += 1
            let reading = try PKCS12.read(PKCS12Corpus.bytes(of: test), password: test.password, limits: .standard)
            guard case .pkcs12(let settings) = reading.settings else {
                Issue.record("\(test.testDescription)")
                continue
            }
            let saved = try PKCS12.write(reading.keystore, settings: settings, password: test.password)
            let again = try PKCS12.read(saved, password: test.password, limits: .standard)
            #expect(byAlias(again.keystore) == byAlias(reading.keystore), "\(test.testDescription)")
            #expect(again.unseen.isEmpty, "\(test.testDescription)")
            // Nothing in the file says how keys would be closed when there is none, and nothing how certificates.
            if !reading.keystore.entries.isEmpty { #expect(again.settings == reading.settings, "\(test.testDescription)") }
            #expect(again.integrity == reading.integrity, "\(test.testDescription)")
            // Keys before certificates; the order of each stays.
            #expect(again.keystore.entries.filter(\.isTrustedCertificate) == reading.keystore.entries.filter(\.isTrustedCertificate))
        }
        #expect(seen > 60)
    }

    private func byAlias(_ keystore: Keystore) -> [[UInt16]: Keystore.Entry] {
        Dictionary(keystore.entries.map { ($0.aliasUnits, $0) }) { first, _ in first }
    }

    @Test func badFiles() throws {
        var seen = 0
        for test in try PKCS12Corpus.cases() where test.expect == "error" {
            seen += 1
            let acceptable = try #require(test.errorClasses)
            let bytes = try PKCS12Corpus.bytes(of: test)
            let found: String
            do {
                _ = try Keystore.read(bytes, password: test.password, options: KeystoreReadingOptions(format: .pkcs12))
                found = "ok"
            } catch {
                found = corpusClass(of: error)
            }
            #expect(acceptable.contains(found), "\(test.testDescription), \(test.features): \(found) is not among \(acceptable)")
        }
        #expect(seen > 60)
    }

    private func corpusClass(of error: KeystoreError) -> String {
        switch error {
        case .truncated: "truncated"
        case .malformed: "malformed"
        case .overLimit: "limitExceeded"
        case .unknownFormat, .otherFormat: "wrongFormat"
        case .unsupportedVersion: "unsupportedVersion"
        case .unsupportedAlgorithm, .keyProtection: "unsupportedAlgorithm"
        case .integrity: "wrongPasswordOrTampered"
        case .keyPassword: "unrecoverableKey"
        default: "no such class"
        }
    }

    private func sha256(_ bytes: ArraySlice<UInt8>) -> String { hexadecimal(SHA256.hash(data: bytes)) }
}
