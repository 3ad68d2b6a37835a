import Testing

@testable import JavaKeystore

@Suite("We see in every BKS and UBER file of the corpus what Bouncy Castle sees in it", .enabled(if: BouncyCastleCorpus.isPresent))
struct BKSCorpusTests {
    static let cases = (try? BouncyCastleCorpus.cases(["BKS", "BKS-V1", "UBER"])) ?? []

    @Test func thereAreCases() { #expect(Self.cases.count >= 40) }

    @Test(arguments: cases.filter { $0.expect == "ok" }) func soundFile(_ test: BouncyCastleCorpus.Case) throws {
        let reading = try BouncyCastleCorpus.read(test)
        #expect(reading.format == (test.format == "UBER" ? .uber : .bks))
        #expect(reading.integrity == .verified)
        #expect(reading.unseen.isEmpty && reading.trailingBytes == 0)
        try BouncyCastleCorpus.compare(reading.keystore, with: test)
        // Told apart by content.
        let bytes = try BouncyCastleCorpus.bytes(of: test)
        #expect(try Keystore.read(bytes, password: test.storePassword.map { KeystorePassword($0) }) == reading)
    }

    @Test func badFiles() throws { try BouncyCastleCorpus.expectErrors(Self.cases) }

    @Test(arguments: cases.filter { $0.expect == "ok" }) func withoutPassword(_ test: BouncyCastleCorpus.Case) throws {
        let bytes = try BouncyCastleCorpus.bytes(of: test)
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
