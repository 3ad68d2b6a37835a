import KeystoreConformance
import Testing

@testable import JavaKeystore

@Suite(
    "BCFKS files of the corpus are verified with the right key only, and say how they are protected", .enabled(if: KeystoreCorpus.isPresent)
)
struct BCFKSCorpusTests {
    static let cases = KeystoreCorpus.cases("BCFKS").filter(\.isSound)

    @Test(arguments: cases) func soundFile(_ test: KeystoreCase) throws {
        let reading = try KeystoreCorpus.read(test)
        #expect(reading.format == .bcfks)
        #expect(reading.unseen.isEmpty && reading.trailingBytes == 0)
        // DSA is not computed here, and the reading says so.
        #expect(reading.integrity == (test.isSignedWithDSA ? .signatureNotChecked : .verified))
    }

    @Test(arguments: cases.filter { $0.verificationKeySpki != nil })
    func signedStore(_ test: KeystoreCase) throws {
        let bytes = try KeystoreCorpus.bytes(of: test)
        var options = test.options
        let isDSA = test.isSignedWithDSA
        // Without key nothing is claimed.
        let key = options.verificationKey
        options.verificationKey = nil
        #expect(try Keystore.read(bytes, password: nil, options: options).integrity == .signatureNotChecked)
        // Another signer's key of any kind does not fit.
        let others = Self.cases.filter { $0.verificationKeySpki != nil && $0.verificationKeySpki != test.verificationKeySpki }
        for other in others {
            options.verificationKey = other.options.verificationKey
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

    @Test(arguments: cases.filter { $0.file.contains("scrypt") || $0.file.contains("pbkdf2") })
    func settingsAreThoseOfTheFile(_ test: KeystoreCase) throws {
        guard case .bcfks(let settings) = try KeystoreCorpus.read(test).settings else { return #expect(Bool(false)) }
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

extension KeystoreCase {
    fileprivate var isSignedWithDSA: Bool { signatureAlgorithm?.hasSuffix("withDSA") ?? false }
}
