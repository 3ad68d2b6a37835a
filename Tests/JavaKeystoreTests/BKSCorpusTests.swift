import Crypto
import KeystoreConformance
import StrictDER
import Testing

@testable import JavaKeystore

@Suite("BKS and UBER files of the corpus are told apart, and hold nothing else", .enabled(if: KeystoreCorpus.isPresent))
struct BKSCorpusTests {
    static let cases = KeystoreCorpus.cases("BKS", "BKS-V1", "UBER").filter(\.isSound)

    @Test(arguments: cases) func soundFile(_ test: KeystoreCase) throws {
        let reading = try KeystoreCorpus.read(test)
        #expect(reading.format == (test.format == "UBER" ? .uber : .bks))
        #expect(reading.integrity == .verified)
        #expect(reading.unseen.isEmpty && reading.trailingBytes == 0)
        // Told apart by content.
        #expect(try Keystore.read(KeystoreCorpus.bytes(of: test), password: test.password) == reading)
    }

    /// For UBER the manifest has Bouncy Castle's new encoding of an EC key, not the stored one; the same key pair lies in a BKS file, too.
    @Test(arguments: cases.filter { $0.format == "UBER" }) func theKeyInUBERIsTheStoredOne(_ test: KeystoreCase) throws {
        let keystore = try KeystoreCorpus.read(test).keystore
        let siblings = Self.cases.filter { $0.format == "BKS" }.flatMap { $0.entries ?? [] }
        let rows = (test.entries ?? []).filter { $0.kind == "privateKey" }
        #expect(!rows.isEmpty)
        for row in rows {
            let stored = try #require(siblings.first { $0.spkiSha256 == row.spkiSha256 }?.pkcs8Sha256)
            guard case .privateKey(let key, _)? = keystore.entry(exactly: row.alias)?.content else {
                Issue.record("\(test): \(row.alias)")
                continue
            }
            let opened = try key.open(password: row.entryPassword.map(KeystorePassword.init) ?? #require(test.password))
            #expect(hexadecimal(Array(SHA256.hash(data: opened.der))) == stored, "\(test): \(row.alias)")
        }
    }

    @Test(arguments: cases) func withoutPassword(_ test: KeystoreCase) throws {
        let bytes = try KeystoreCorpus.bytes(of: test)
        if test.format == "UBER" {
            #expect(throws: KeystoreError.self) { try Keystore.read(bytes, password: nil) }
            #expect(throws: KeystoreError.passwordMissing(field: "store")) {
                try Keystore.read(bytes, password: nil, options: .init(format: .uber))
            }
        } else {
            let reading = try Keystore.read(bytes, password: nil)
            #expect(reading.integrity == .notChecked)
            #expect(reading.keystore.entries.count == test.entries?.count)
        }
    }
}
