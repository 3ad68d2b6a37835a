import Testing

@testable import JavaKeystore

@Suite("We see in every BCFKS file of the corpus what Bouncy Castle sees in it", .enabled(if: BouncyCastleCorpus.isPresent))
struct BCFKSCorpusTests {
    static let cases = (try? BouncyCastleCorpus.cases(["BCFKS"])) ?? []

    @Test func thereAreCases() { #expect(Self.cases.count >= 60) }

    @Test(arguments: cases.filter { $0.expect == "ok" }) func soundFile(_ test: BouncyCastleCorpus.Case) throws {
        let reading = try BouncyCastleCorpus.read(test)
        #expect(reading.format == .bcfks)
        #expect(reading.unseen.isEmpty && reading.trailingBytes == 0)
        // DSA is not computed here, and the reading says so.
        #expect(reading.integrity == (test.isSignedWithDSA ? .signatureNotChecked : .verified))
        try BouncyCastleCorpus.compare(reading.keystore, with: test)
    }

    @Test func badFiles() throws { try BouncyCastleCorpus.expectErrors(Self.cases) }

    @Test(arguments: cases.filter { $0.verificationKeySpki != nil && $0.expect == "ok" })
    func signedStore(_ test: BouncyCastleCorpus.Case) throws {
        let bytes = try BouncyCastleCorpus.bytes(of: test)
        var options = BouncyCastleCorpus.options(of: test)
        let isDSA = test.isSignedWithDSA
        // Without key nothing is claimed.
        let key = options.verificationKey
        options.verificationKey = nil
        #expect(try Keystore.read(bytes, password: nil, options: options).integrity == .signatureNotChecked)
        // Another signer's key of any kind does not fit.
        let others = Self.cases.filter { $0.verificationKeySpki != nil && $0.verificationKeySpki != test.verificationKeySpki }
        for other in others {
            options.verificationKey = BouncyCastleCorpus.options(of: other).verificationKey
            if isDSA, other.isSignedWithDSA { continue }
            #expect(throws: KeystoreError.integrity) { try Keystore.read(bytes, password: nil, options: options) }
        }
        // A changed byte of the covered part does not fit.
        options.verificationKey = key
        var altered = bytes
        altered[300] ^= 1
        if isDSA {
            // Only the cipher notices.
            #expect(throws: KeystoreError.self) { try Keystore.read(altered, password: nil, options: options) }
        } else {
            #expect(throws: KeystoreError.integrity) { try Keystore.read(altered, password: nil, options: options) }
        }
    }

    @Test(arguments: cases.filter { $0.expect == "ok" && ($0.file.contains("scrypt") || $0.file.contains("pbkdf2")) })
    func settingsAreThoseOfTheFile(_ test: BouncyCastleCorpus.Case) throws {
        guard case .bcfks(let settings) = try BouncyCastleCorpus.read(test).settings else { return #expect(Bool(false)) }
        #expect(settings.cipher == (test.file.contains("kwp") ? .aesKeyWrap : .aesCCM))
        #expect(settings.integrity == .mac(test.file.contains("sha3") ? .sha3_512 : .sha512))
        switch settings.keyDerivation {
        case .scrypt(let cost, let blockSize, _):
            #expect(test.file.contains("scrypt"))
            #expect(cost > 1 && blockSize == (test.file.contains("r4") ? 4 : 8))
        case .pbkdf2(let hash, let iterations):
            #expect(hash == (test.file.contains("sha3") ? .sha3_512 : .sha512))
            #expect(iterations > 0)
        }
    }
}
