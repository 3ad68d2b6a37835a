import StrictDER
import Testing

@testable import JavaKeystore

@Suite("A BCFKS store that is saved again keeps its entries and the way it was protected") struct BCFKSWritingTests {
    typealias Vectors = BouncyCastleVectors
    typealias Settings = BCFKS.Settings

    static let settings: [Settings] = [
        Settings(keyDerivation: .pbkdf2(.sha512, iterations: 2)),
        Settings(keyDerivation: .pbkdf2(.sha3_512, iterations: 2), cipher: .aesKeyWrap, integrity: .mac(.sha3_512)),
        Settings(keyDerivation: .scrypt(cost: 4, blockSize: 3, statedParallelism: 1)),
        Settings(keyDerivation: .pbkdf2(.sha512, iterations: 2), cipher: .none, integrity: .mac(.sha3_512)),
    ]

    @Test(arguments: settings, [KeystorePassword("pässwörd-€-😀"), KeystorePassword("")])
    func roundTrip(_ settings: Settings, password: KeystorePassword) throws {
        var settings = settings
        (settings.keyIterations, settings.comment, settings.createdMilliseconds) = (1, "Schlüsselbund", 1_000)
        (settings.modifiedMilliseconds, settings.saltLength) = (1_999_999_999_120, 20)
        let info = try PrivateKeyInfo(der: Vectors.bytes("key.pkcs8"))
        let certificate = StoredCertificate(der: try Vectors.bytes("certificate.der"))
        let secret = SecretKey(algorithm: "HmacSHA256", bytes: [1, 2, 3])
        let store = Keystore(entries: [
            .init(
                aliasUnits: Array("ключ-😀".utf16), createdMilliseconds: 1_603_732_292_123,
                content: .privateKey(
                    try ProtectedKey.protecting(info, password: password, in: .bcfks(settings)), chain: [certificate, certificate])),
            .init(
                aliasUnits: [], createdMilliseconds: -1,
                content: .secretKey(
                    try ProtectedSecretKey.protecting(secret, alias: "", password: Vectors.password, in: .bcfks(settings)))),
            .init(aliasUnits: Array("KEY".utf16), createdMilliseconds: 0, content: .trustedCertificate(certificate)),
        ])
        let bytes = try store.write(.bcfks(settings), password: password)
        let reading = try Keystore.read(bytes, password: password)
        #expect(reading.keystore == store)
        // Which derivation keys have is not the store's to say.
        settings.keyIterations = Settings.standard.keyIterations
        #expect(reading.settings == .bcfks(settings))
        guard case .privateKey(let key, _) = reading.keystore.entries[0].content,
            case .secretKey(let stored) = reading.keystore.entries[1].content
        else { return #expect(Bool(false)) }
        #expect(try key.open(password: password) == info)
        let opened = try stored.open(password: Vectors.password)
        #expect(opened.bytes == secret.bytes && opened.algorithm == secret.algorithm)
        if password.isEmpty { #expect(try Keystore.read(bytes, password: nil).integrity == .verified) }
    }

    @Test(arguments: [
        ("AES", 32, "2.16.840.1.101.3.4.1"), ("ARIA", 16, "1.2.410.200046.1.1.2"), ("ARIA", 24, "1.2.410.200046.1.1.7"),
        ("ARIA", 32, "1.2.410.200046.1.1.12"), ("Camellia", 24, "1.2.392.200011.61.1.1.1.3"), ("Camellia", 32, "1.2.392.200011.61.1.1.1.4"),
        ("SEED", 16, "1.2.410.200004.1.4"), ("DESede", 24, "1.3.14.3.2.17"), ("HmacSHA512", 64, "1.2.840.113549.2.11"),
    ])
    func aSecretKeyIsNamedAsBouncyCastleNamesIt(algorithm: String, length: Int, identifier: String) throws {
        var settings = Settings()
        settings.keyIterations = 1
        let key = SecretKey(algorithm: algorithm, bytes: Array(repeating: 1, count: length))
        let opened = try ProtectedSecretKey.protecting(key, alias: "k", password: Vectors.password, in: .bcfks(settings))
            .open(password: Vectors.password)
        #expect(opened.identifier?.description == identifier && opened.algorithm == algorithm && opened.bytes == key.bytes)
    }

    @Test func theStoreMayLieOpen() throws {
        let store = try Keystore.read(Vectors.bytes("ccm.bcfks"), password: Vectors.password).keystore
        let settings = Settings(keyDerivation: .pbkdf2(.sha512, iterations: 1), cipher: .none)
        let bytes = try store.write(.bcfks(settings), password: Vectors.password)
        let reading = try Keystore.read(bytes, password: nil)
        #expect(reading.keystore == store && reading.integrity == .notChecked)
    }

    @Test func anEntryKeepsItsFirstDayAndItsCommentOnlyWhileItIsTheSame() throws {
        var settings = Settings(keyDerivation: .pbkdf2(.sha512, iterations: 1))
        settings.details[Array("root".utf16)] = .init(firstCreatedMilliseconds: 1000, modifiedMilliseconds: 2000, comment: "from Bonn")
        var entry = Keystore.Entry(
            aliasUnits: Array("root".utf16), createdMilliseconds: 2000,
            content: .trustedCertificate(.init(der: try Vectors.bytes("certificate.der"))))
        func saved(_ entry: Keystore.Entry) throws -> BCFKS.EntryDetails? {
            let bytes = try Keystore(entries: [entry]).write(.bcfks(settings), password: Vectors.password)
            guard case .bcfks(let read) = try Keystore.read(bytes, password: Vectors.password).settings else { return nil }
            return read.details[entry.aliasUnits]
        }
        #expect(try saved(entry) == settings.details[entry.aliasUnits])
        entry.createdMilliseconds = 3000
        #expect(try saved(entry) == .init(firstCreatedMilliseconds: 1000, modifiedMilliseconds: 3000, comment: nil))
        entry.alias = "another"
        #expect(try saved(entry) == nil)
    }

    @Test func theDateOfAnEntryWithoutOneIsTheStores() throws {
        var settings = Settings(keyDerivation: .pbkdf2(.sha512, iterations: 1))
        let undated = Keystore.Entry(
            aliasUnits: [0x61], createdMilliseconds: nil, content: .trustedCertificate(.init(der: try Vectors.bytes("certificate.der"))))
        settings.modifiedMilliseconds = 1_700_000_000_000
        let bytes = try Keystore(entries: [undated]).write(.bcfks(settings), password: Vectors.password)
        #expect(try Keystore.read(bytes, password: Vectors.password).keystore.entries.map(\.createdMilliseconds) == [1_700_000_000_000])
    }

    @Test func whatCannotBeWrittenIsRefused() throws {
        let certificate = StoredCertificate(der: try Vectors.bytes("certificate.der"))
        func entry(_ alias: [UInt16], _ content: Keystore.Content) -> Keystore {
            Keystore(entries: [.init(aliasUnits: alias, createdMilliseconds: 0, content: content)])
        }
        let quick = Settings(keyDerivation: .pbkdf2(.sha512, iterations: 1))
        func write(_ store: Keystore, _ settings: Settings) throws { _ = try store.write(.bcfks(settings), password: Vectors.password) }

        #expect(throws: KeystoreError.cannotHold(format: .bcfks, losses: [.init(alias: "a\u{FFFD}", kind: .aliasText)])) {
            try write(entry([0x61, 0xD800], .trustedCertificate(certificate)), quick)
        }
        #expect(throws: KeystoreError.malformed(field: "protection of the private key k", offset: 0)) {
            try write(entry([0x6B], .privateKey(ProtectedKey(.sun, stored: []), chain: [])), quick)
        }
        #expect(throws: KeystoreError.self) {
            try write(entry([0x6B], .privateKey(ProtectedKey(.bcfks, stored: [0x30, 0]), chain: [.init(der: [1, 2, 3])])), quick)
        }
        #expect(throws: KeystoreError.overLimit(field: "iterations of PBKDF2", found: 5_000_001, limit: 5_000_000)) {
            try write(Keystore(), Settings(keyDerivation: .pbkdf2(.sha512, iterations: 5_000_001)))
        }
        guard case .bcfks(let signed) = try Keystore.read(Vectors.bytes("signed-p384.bcfks"), password: nil).settings else {
            return #expect(Bool(false))
        }
        #expect(throws: KeystoreError.unsupportedAlgorithm(field: "signature of the store to be written", oid: "1.2.840.10045.4.3.4")) {
            try write(Keystore(), signed)
        }
        let large = StoredCertificate(der: Array(repeating: 7, count: 1 << 24))
        do throws(KeystoreError) {
            _ = try entry([0x61], .trustedCertificate(large)).write(.bcfks(quick), password: Vectors.password)
            #expect(Bool(false), "it was written")
        } catch {
            guard case .overLimit(let field, let found, let limit) = error else { return #expect(Bool(false), "\(error)") }
            #expect(field.contains("AES-CCM") && field.contains("key wrap") && found > limit && limit == 1 << 24 - 1)
        }
    }
}
