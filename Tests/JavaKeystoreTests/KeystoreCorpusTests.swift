import Foundation
import KeystoreConformance
import Testing

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

    static func cases(_ formats: [String]) throws -> [KeystoreCase] {
        try KeystoreCase.all(manifest: Data(contentsOf: manifest)).filter { formats.contains($0.format) }
    }

    /// Cases that are known to disagree, each with its reason.
    static func exceptions() throws -> Set<String> {
        struct Exception: Decodable { var id: String, reason: String }
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("keystore-exceptions.json")
        return Set(try JSONDecoder().decode([Exception].self, from: Data(contentsOf: file)).map(\.id))
    }

    static func bytes(of test: KeystoreCase) throws -> [UInt8] { Array(try Data(contentsOf: folder.appendingPathComponent(test.file))) }
}

@Suite("We see in every file of the corpus what its reference implementation sees in it", .enabled(if: KeystoreCorpus.isPresent))
struct KeystoreCorpusTests {
    struct Family: Sendable { var formats: [String], atLeast: Int }
    @Test(arguments: [
        Family(formats: ["JKS", "CaseExactJKS"], atLeast: 80), Family(formats: ["JCEKS"], atLeast: 65),
        Family(formats: ["PKCS12"], atLeast: 167), Family(formats: ["BCFKS"], atLeast: 81),
        Family(formats: ["BKS", "BKS-V1", "UBER"], atLeast: 42),
    ]) func family(_ family: Family) throws {
        let cases = try KeystoreCorpus.cases(family.formats)
        #expect(cases.count >= family.atLeast)
        let exceptions = try KeystoreCorpus.exceptions()
        for test in cases {
            let verdict = KeystoreVerdict(test, bytes: try KeystoreCorpus.bytes(of: test))
            let isKnown = exceptions.contains("\(test.id) \(test.file)")
            #expect((verdict.outcome == .agree) != isKnown, "\(test.id) \(test.file): \(verdict.why.joined(separator: "; "))")
        }
    }
}
