import Testing

@testable import JavaKeystore

@Suite("What JKS writes it reads back unchanged, and a damaged file is never another store") struct JKSRoundTripTests {
    @Test func entriesSurvive() throws {
        let keystore = try Samples.keystore()
        let reading = try Keystore.read(JKS.write(keystore, password: Samples.password), password: Samples.password)
        #expect(reading == KeystoreReading(keystore: keystore, format: .jks, integrity: .verified, settings: .jks))
        #expect(reading.keystore.entries[0].created == Samples.created)
    }

    @Test func withoutPasswordNothingIsChecked() throws {
        let bytes = try JKS.write(Samples.keystore(), password: Samples.password)
        let reading = try Keystore.read(bytes, password: nil)
        #expect(try reading.keystore == Samples.keystore())
        #expect(reading.integrity == .notChecked)
        #expect(throws: KeystoreError.integrity) { try Keystore.read(bytes, password: KeystorePassword("other")) }
    }

    @Test(arguments: [Samples.password, nil]) func everyTruncationIsAnError(password: KeystorePassword?) throws {
        let bytes = try JKS.write(Samples.keystore(), password: Samples.password)
        for count in bytes.indices {
            #expect(throws: KeystoreError.self, "\(count) bytes") { try Keystore.read(Array(bytes[..<count]), password: password) }
        }
    }

    @Test func everyFlippedBitIsAnErrorOrChangesNothing() throws {
        let keystore = try Samples.keystore()
        let bytes = try JKS.write(keystore, password: Samples.password)
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << bit
                if let reading = try? Keystore.read(flipped, password: Samples.password) {
                    #expect(reading.keystore == keystore, "bit \(bit) of byte \(index)")
                }
                _ = try? Keystore.read(flipped, password: nil)  // may differ, must not trap
            }
        }
    }

    @Test func bytesBehindTheEndAreCountedNotRead() throws {
        let bytes = try JKS.write(Samples.keystore(), password: Samples.password) + [1, 2, 3]
        #expect(try Keystore.read(bytes, password: Samples.password).trailingBytes == 3)
    }

    @Test func tooLongAnAliasIsRefused() throws {
        let entry = Keystore.Entry(
            alias: String(repeating: "€", count: 21_846), created: Samples.created, content: .trustedCertificate(.init(der: [1])))
        #expect(throws: KeystoreError.aliasTooLong(bytes: 65_538)) { try JKS.write(Keystore(entries: [entry]), password: Samples.password) }
    }
}
