import StrictDER
import Testing

@testable import JavaKeystore

@Suite("A protected key opens with its password only, and never shows itself") struct ProtectedKeyTests {
    static func protected() throws -> ProtectedKey { try .protecting(Samples.info(), password: Samples.password, in: .jks) }

    @Test(arguments: [0, 1, 20, 1300]) func roundTrip(count: Int) throws {
        let octets = [UInt8](repeating: 9, count: count)
        let info = try PrivateKeyInfo(
            der: DER.sequence(DER.integer(0), DER.sequence(DER.oid(ObjectIdentifier(1, 3, 101, 112))), DER.octets(octets)))
        let key = try ProtectedKey.protecting(info, password: Samples.password, in: .jks)
        #expect(try key.open(password: Samples.password) == info)
        #expect(throws: KeystoreError.keyPassword) { try key.open(password: KeystorePassword("pässwörd-€")) }
    }

    @Test func saltsDiffer() throws { #expect(try Self.protected() != Self.protected()) }

    @Test func everyFlippedBitAndTruncationIsAnErrorOrTheSameKey() throws {
        let encrypted = Array(try Self.protected().stored)
        for index in encrypted.indices {
            #expect(throws: KeystoreError.self) {
                try ProtectedKey(.sun, stored: encrypted[..<index]).open(password: Samples.password)
            }
            for bit in 0..<8 {
                var flipped = encrypted
                flipped[index] ^= 1 << bit
                let opened = try? ProtectedKey(.sun, stored: flipped[...]).open(password: Samples.password)
                if let opened { #expect(opened.der == Samples.pkcs8) }
            }
        }
    }

    @Test func anotherAlgorithmIsNamed() {
        let encrypted = EncryptedPrivateKeyInfo.encode(
            algorithm: ObjectIdentifier(1, 2, 3, 4), parameters: DER.null, contents: Array(repeating: 0, count: 64))
        #expect(throws: KeystoreError.keyProtection(oid: "1.2.3.4")) {
            try ProtectedKey(.sun, stored: encrypted[...]).open(password: Samples.password)
        }
    }

    @Test func tooShortForSaltAndCheckIsTruncated() {
        let encrypted = EncryptedPrivateKeyInfo.encode(
            algorithm: JKSKeyProtector.identifier, parameters: DER.null, contents: Array(repeating: 0, count: 39))
        #expect(throws: KeystoreError.truncated(field: "protected key", offset: 20)) {
            try ProtectedKey(.sun, stored: encrypted[...]).open(password: Samples.password)
        }
    }

    @Test func descriptionsAndMirrorsHoldNoSecret() throws {
        let key = try Self.protected()
        let bytes = Array(key.stored[30..<33])
        let first = "\(bytes[0]), \(bytes[1]), \(bytes[2])"
        let secret = SecretKey(algorithm: "AES", bytes: [119, 246, 3])
        for value in [key, Samples.password, try Samples.keystore(), secret, try Samples.info()] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            for text in [dumped, "\(value)", String(reflecting: value)] {
                #expect(!text.contains("wörd") && !text.contains("119, 246") && !text.contains(first))
            }
        }
        #expect(Mirror(reflecting: key).children.isEmpty && Mirror(reflecting: Samples.password).children.isEmpty)
    }
}
