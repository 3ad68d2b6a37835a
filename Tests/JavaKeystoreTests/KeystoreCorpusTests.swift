import Foundation
import KeystoreConformance
import Testing

@testable import JavaKeystore

/// Keystores made by other programs, with what the reference implementations see in them: folder `keystores` of `MIDGUARD_CORPORA`, by
/// default `../shared/corpora` beside the package.
enum KeystoreCorpus {
    static let folder: URL = {
        let corpora: URL
        if let named = ProcessInfo.processInfo.environment["MIDGUARD_CORPORA"] {
            corpora = URL(fileURLWithPath: named)
        } else {
            let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            corpora = tests.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/corpora")
        }
        return corpora.appendingPathComponent("keystores")
    }()
    static let manifest = folder.appendingPathComponent("manifest.json")
    static let isPresent: Bool = {
        let present = FileManager.default.fileExists(atPath: manifest.path)
        if !present { print("No keystore corpus at \(manifest.path): its tests are skipped. MIDGUARD_CORPORA names another folder.") }
        return present
    }()

    /// Empty when there is no corpus.
    static func cases(_ formats: String...) -> [KeystoreCase] { all.filter { formats.contains($0.format) } }
    private static let all: [KeystoreCase] = isPresent ? (try? KeystoreCase.all(manifest: Data(contentsOf: manifest))) ?? [] : []

    static func bytes(of test: KeystoreCase) throws -> [UInt8] { try bytes(of: test.file) }
    static func bytes(of file: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appendingPathComponent(file))) }
    static func read(_ test: KeystoreCase) throws -> KeystoreReading {
        try Keystore.read(bytes(of: test), password: test.password, options: test.options)
    }

    /// Cases that are known to disagree, each with its reason.
    static func exceptions() throws -> Set<String> {
        struct Exception: Decodable { var id: String, reason: String }
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("keystore-exceptions.json")
        return Set(try JSONDecoder().decode([Exception].self, from: Data(contentsOf: file)).map(\.id))
    }
}

extension KeystoreCase {
    var isSound: Bool { expect == "ok" }
    /// Keys that say of themselves that opening them is more work than is allowed.
    var costlyKeys: [Entry] { (entries ?? []).filter { $0.keyErrorClass == "limitExceeded" } }
}

@Suite("We see in every file of the corpus what its reference implementation sees in it", .enabled(if: KeystoreCorpus.isPresent))
struct KeystoreCorpusTests {
    struct Family: Sendable { var cases: [KeystoreCase], atLeast: Int }
    static let families = [
        Family(cases: KeystoreCorpus.cases("JKS", "CaseExactJKS"), atLeast: 80), Family(cases: KeystoreCorpus.cases("JCEKS"), atLeast: 65),
        Family(cases: KeystoreCorpus.cases("PKCS12"), atLeast: 167), Family(cases: KeystoreCorpus.cases("BCFKS"), atLeast: 81),
        Family(cases: KeystoreCorpus.cases("BKS", "BKS-V1", "UBER"), atLeast: 42),
    ]

    @Test(arguments: families) func family(_ family: Family) throws {
        #expect(family.cases.count >= family.atLeast)
        let exceptions = try KeystoreCorpus.exceptions()
        for test in family.cases {
            let verdict = KeystoreVerdict(test, bytes: try KeystoreCorpus.bytes(of: test))
            let isKnown = exceptions.contains("\(test.id) \(test.file)")
            #expect((verdict.outcome == .agree) != isKnown, "\(test): \(verdict.why.joined(separator: "; "))")
        }
    }

    /// JCEKS, whose derivations take longest, is tried with fewer keys: `JCEKSHostileTests`.
    @Test(arguments: families.filter { $0.cases.first?.format != "JCEKS" }) func noKeyOpensUnderAnotherPassword(_ family: Family) throws {
        let another = KeystorePassword("not the password")
        var keys = 0
        for test in family.cases where test.isSound {
            for entry in try KeystoreCorpus.read(test).keystore.entries {
                switch entry.content {
                case .trustedCertificate: continue
                case .privateKey(let key, _):
                    #expect(throws: KeystoreError.keyPassword, "\(test): \(entry.alias)") { try key.open(password: another) }
                case .secretKey(let key):
                    #expect(throws: KeystoreError.keyPassword, "\(test): \(entry.alias)") { try key.open(password: another) }
                }
                keys += 1
            }
        }
        #expect(keys > 0)
    }

    @Test func whatIsBeyondALimitIsRefusedWithoutWork() throws {
        let cases = Self.families.flatMap(\.cases)
        let stores = cases.filter { $0.errorClasses == ["limitExceeded"] }
        #expect(stores.count >= 6)
        for test in stores {
            try expectQuickRefusal("\(test)") { _ = try KeystoreCorpus.read(test) }
        }
        let withKeys = cases.filter { !$0.costlyKeys.isEmpty }
        #expect(withKeys.count >= 4)
        for test in withKeys {
            let keystore = try KeystoreCorpus.read(test).keystore
            for row in test.costlyKeys {
                guard case .privateKey(let key, _)? = keystore.entry(exactly: row.alias)?.content else {
                    Issue.record("\(test): \(row.alias)")
                    continue
                }
                try expectQuickRefusal("\(test): \(row.alias)") { _ = try key.open(password: #require(test.password)) }
            }
        }
    }

    private func expectQuickRefusal(_ why: Comment, _ body: () throws -> Void) throws {
        let began = ContinuousClock.now
        let error = #expect(throws: KeystoreError.self, why, performing: body)
        #expect(ContinuousClock.now - began < .milliseconds(500), why)
        if case .overLimit? = error { return }
        Issue.record("\(why): \(String(describing: error))")
    }
}
