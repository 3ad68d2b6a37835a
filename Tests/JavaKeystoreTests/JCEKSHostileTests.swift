import Testing

@testable import JavaKeystore

@Suite("A secret key's stream is read over a closed set of classes, and nothing else gets in") struct JCEKSHostileTests {
    /// Up to the stream of the only entry, a secret key with an empty alias.
    static let head: [UInt8] = [0xCE, 0xCE, 0xCE, 0xCE, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0] + [UInt8](repeating: 0, count: 8)
    static let stream: [UInt8] = [0xAC, 0xED, 0, 5]

    static func name(_ text: String) -> [UInt8] { [0, UInt8(text.utf8.count)] + Array(text.utf8) }

    struct Row: Sendable, CustomTestStringConvertible {
        var stream: [UInt8], error: KeystoreError, testDescription: String
        init(_ stream: [UInt8], _ error: KeystoreError, _ why: String) { (self.stream, self.error, testDescription) = (stream, error, why) }
    }
    static let rows = [
        Row([], .truncated(field: "serialization header", offset: 26), "no stream"),
        Row([0xAC, 0xED, 0, 4], .malformed(field: "serialization header", offset: 26), "version 4"),
        Row(stream + [0x73, 0x72] + name("java.util.HashMap"), .forbiddenClass("java.util.HashMap"), "a map"),
        Row(stream + [0x73, 0x7D], .malformed(field: "serialized class", offset: 31), "a proxy"),
        Row(stream + [0x79], .malformed(field: "serialization type code", offset: 30), "a reset"),
        Row(stream + [0x77, 1, 0], .malformed(field: "serialization type code", offset: 30), "block data"),
        Row(stream + [0x71, 0, 0x7E, 0, 0], .malformed(field: "serialization reference", offset: 31), "a reference to nothing"),
        Row(stream + [0x71, 0x80, 0, 0, 0], .malformed(field: "serialization reference", offset: 31), "a negative reference"),
        Row(
            stream + [0x75, 0x72] + name("[B") + [0xAC, 0xF3, 0x17, 0xF8, 0x06, 0x08, 0x54, 0xE1, 2, 0, 0, 0x78, 0x70],
            .malformed(field: "class [B", offset: 31), "another serial number"),
        Row(
            stream + [0x75, 0x72] + name("[B") + [
                0xAC, 0xF3, 0x17, 0xF8, 0x06, 0x08, 0x54, 0xE0, 2, 0, 0, 0x78, 0x70, 0x7F, 0xFF, 0xFF, 0xFF,
            ],
            .truncated(field: "serialized array", offset: 53), "an array of two milliard bytes"),
        Row(
            stream + [0x73, 0x72] + name("java.security.KeyRep$Type") + [UInt8](repeating: 0, count: 8) + [0x12, 0, 0, 0x78, 0x72]
                + name("java.lang.Enum") + [UInt8](repeating: 0, count: 8) + [0x12, 0, 0, 0x78, 0x70],
            .malformed(field: "serialized object", offset: 31), "an enumeration as an object"),
    ]

    @Test(arguments: rows) func error(_ row: Row) {
        #expect(throws: row.error) { try Keystore.read(Self.head + row.stream, password: nil) }
    }

    static let settings = KeystoreSettings.jceks(iterations: 10_000)
    static let password = KeystorePassword("Secret-0-pass")

    static func keystore() throws -> Keystore {
        let secret = SecretKey(algorithm: "X-custom algorithm ü", bytes: [1, 2, 3])
        let closed = try ProtectedSecretKey.protecting(secret, alias: "secret", password: password, in: settings)
        let key = try ProtectedKey.protecting(Samples.info(), password: password, in: settings)
        return Keystore(entries: [
            .init(alias: "secret", created: Samples.created, content: .secretKey(closed)),
            .init(alias: "key", created: Samples.created, content: .privateKey(key, chain: [StoredCertificate(der: [0x30, 0])])),
        ])
    }

    @Test func roundTrip() throws {
        let keystore = try Self.keystore()
        let bytes = try keystore.write(Self.settings, password: Self.password)
        let reading = try Keystore.read(bytes, password: Self.password)
        #expect(reading.keystore == keystore)
        guard case .secretKey(let closed) = reading.keystore.entries[0].content,
            case .privateKey(let key, _) = reading.keystore.entries[1].content
        else { return #expect(Bool(false)) }
        #expect(try closed.open(password: Self.password) == SecretKey(algorithm: "X-custom algorithm ü", bytes: [1, 2, 3]))
        #expect(try key.open(password: Self.password).der == Samples.pkcs8)
        #expect(throws: KeystoreError.keyPassword) { try closed.open(password: KeystorePassword("another")) }
        #expect(throws: KeystoreError.keyPassword) { try key.open(password: KeystorePassword("another")) }
    }

    @Test func everyTruncationIsAnErrorAndEveryFlipAnErrorOrTheSameStore() throws {
        let keystore = try Self.keystore()
        let bytes = try keystore.write(Self.settings, password: Self.password)
        for index in bytes.indices {
            #expect(throws: KeystoreError.self) { try Keystore.read(Array(bytes[..<index]), password: nil) }
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << bit
                if let reading = try? Keystore.read(flipped, password: Self.password) { #expect(reading.keystore == keystore) }
                _ = try? Keystore.read(flipped, password: nil)  // may differ, must not trap
            }
        }
    }

    /// The derivation is slow, so what a flip does behind it is tried on the clear stream.
    @Test func aFlippedKeyStreamIsAnErrorOrAKey() throws {
        var writer = JavaObjectWriter()
        try writer.object(.secretKeySpec, values: [.text(Array("AES".utf16)), .bytes([1, 2, 3, 4])])
        for index in writer.bytes.indices {
            for value in UInt8.min ... .max {
                var altered = writer.bytes
                altered[index] = value
                var reader = ByteReader(altered[...])
                _ = try? JavaObjectStream.read(from: &reader)
            }
            var reader = ByteReader(writer.bytes[..<index])
            #expect(throws: KeystoreError.self) { try JavaObjectStream.read(from: &reader) }
        }
    }

    @Test func anIterationCountOverTheLimitIsRefusedBeforeTheWork() throws {
        let parameters = { (count: Int) in PBEWithMD5AndTripleDES.parameters(salt: Array(0..<8), iterations: count) }
        for count in [5_000_001, Int(Int32.max)] {
            let encrypted = EncryptedPrivateKeyInfo.encode(
                algorithm: PBEWithMD5AndTripleDES.identifier, parameters: parameters(count), contents: [UInt8](repeating: 0, count: 64))
            #expect(throws: KeystoreError.overLimit(field: "iterations of a protected key", found: count, limit: 5_000_000)) {
                try ProtectedKey(.sun, stored: encrypted[...]).open(password: Self.password)
            }
        }
    }

    @Test func aPasswordThatSunCannotUseIsRefusedOnWriting() throws {
        #expect(throws: KeystoreError.passwordNotASCII) {
            try ProtectedKey.protecting(Samples.info(), password: KeystorePassword("pässword"), in: Self.settings)
        }
    }
}
