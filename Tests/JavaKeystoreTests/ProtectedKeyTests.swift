import Testing

@testable import JavaKeystore

@Suite("A protected key opens with its password only, and never shows itself") struct ProtectedKeyTests {
    static func protected() throws -> ProtectedKey { try .protecting(pkcs8: Samples.pkcs8, password: Samples.password) }

    @Test(arguments: [[], [7], Array(0..<20), Array(repeating: 9, count: 1300)] as [[UInt8]]) func roundTrip(pkcs8: [UInt8]) throws {
        let key = try ProtectedKey.protecting(pkcs8: pkcs8, password: Samples.password)
        #expect(try key.open(password: Samples.password) == pkcs8)
        #expect(throws: KeystoreError.keyPassword) { try key.open(password: KeystorePassword("pässwörd-€")) }
    }

    @Test func saltsDiffer() throws { #expect(try Self.protected() != Self.protected()) }

    @Test func everyFlippedBitAndTruncationIsAnErrorOrTheSameKey() throws {
        let encrypted = try Self.protected().encrypted
        for index in encrypted.indices {
            #expect(throws: KeystoreError.self) { try ProtectedKey(encrypted: Array(encrypted[..<index])).open(password: Samples.password) }
            for bit in 0..<8 {
                var flipped = encrypted
                flipped[index] ^= 1 << bit
                if let opened = try? ProtectedKey(encrypted: flipped).open(password: Samples.password) { #expect(opened == Samples.pkcs8) }
            }
        }
    }

    @Test func anotherAlgorithmIsNamed() {
        // PBEWithMD5AndTripleDES of JCEKS.
        let algorithm: [UInt8] = [0x2B, 0x06, 0x01, 0x04, 0x01, 0x2A, 0x02, 0x13, 0x01]
        let key = ProtectedKey(encrypted: EncryptedPrivateKeyInfo.encode(algorithm: algorithm, contents: Array(repeating: 0, count: 64)))
        #expect(throws: KeystoreError.keyProtection(oid: "1.3.6.1.4.1.42.2.19.1")) { try key.open(password: Samples.password) }
    }

    @Test func tooShortForSaltAndCheckIsTruncated() {
        let encrypted = EncryptedPrivateKeyInfo.encode(algorithm: JKSKeyProtector.identifier, contents: Array(repeating: 0, count: 39))
        #expect(throws: KeystoreError.truncated(field: "protected key", offset: 20)) {
            try ProtectedKey(encrypted: encrypted).open(password: Samples.password)
        }
    }

    @Test func descriptionsAndMirrorsHoldNoSecret() throws {
        let key = try Self.protected()
        let first = "\(key.encrypted[30]), \(key.encrypted[31]), \(key.encrypted[32])"
        for value in [key, Samples.password, try Samples.keystore()] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            for text in [dumped, "\(value)", String(reflecting: value)] {
                #expect(!text.contains("wörd") && !text.contains("119, 246") && !text.contains(first))
            }
        }
        #expect(Mirror(reflecting: key).children.isEmpty && Mirror(reflecting: Samples.password).children.isEmpty)
    }
}
