import Foundation
import StrictDER
import Testing

@testable import JavaKeystore

/// The small files of `Vectors/pkcs12`, whose README says who made them.
enum PKCS12Vectors {
    static let password = KeystorePassword("secret")
    static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("Vectors/pkcs12")

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appendingPathComponent(name))) }

    static func rfc9579() throws -> [UInt8] {
        let text = try String(contentsOf: folder.appendingPathComponent("rfc9579-a1.base64"), encoding: .utf8)
        return Array(try #require(Data(base64Encoded: text.filter { !$0.isWhitespace })))
    }
}

@Suite("PKCS#12 files of three makers open, and no altered one makes us trap or believe it") struct PKCS12VectorTests {
    private func read(_ bytes: [UInt8], _ password: KeystorePassword? = PKCS12Vectors.password) throws(KeystoreError) -> KeystoreReading {
        try Keystore.read(bytes, password: password)
    }

    @Test(arguments: ["openssl.p12", "ber.p12", "pbmac1-sha512.p12", "pbmac1-sha256-sha384.p12"]) func oneContent(name: String) throws {
        let reading = try read(PKCS12Vectors.bytes(name))
        #expect(reading.integrity == .verified)
        #expect(reading.keystore == (try read(PKCS12Vectors.bytes("openssl.p12"))).keystore)
        guard case .privateKey(let key, let chain) = try #require(reading.keystore.entries.first).content else {
            Issue.record("no private key")
            return
        }
        #expect(chain.count == 2)
        #expect(try key.open(password: PKCS12Vectors.password).algorithm == .ellipticCurve("P-256"))
        guard case .pkcs12(let settings) = reading.settings else { return }
        let expected: PKCS12.MAC.Algorithm =
            switch name {
            case "pbmac1-sha512.p12": .pbmac1(derivation: .sha512, mac: .sha512)
            case "pbmac1-sha256-sha384.p12": .pbmac1(derivation: .sha256, mac: .sha384)
            default: .pkcs12(.sha256)
            }
        #expect(settings.mac?.algorithm == expected)
        #expect(settings.keys == PKCS12.Encryption(.pbes2(.aes256, .sha256), iterations: 3))
    }

    @Test func keytools() throws {
        let reading = try read(PKCS12Vectors.bytes("jdk.p12"))
        #expect(reading.keystore.entries.map(\.alias) == ["agent", "aes", "Root"])
        #expect(reading.keystore.entries.map { $0.createdMilliseconds == nil } == [false, false, true])
        #expect(!reading.keystore.entries.contains { !$0.attributes.isEmpty })
        guard case .secretKey(let key) = reading.keystore.entries[1].content else {
            Issue.record("no secret key")
            return
        }
        let secret = try key.open(password: PKCS12Vectors.password)
        #expect(secret.algorithm == "AES" && secret.bytes.count == 16)
    }

    @Test func legacy() throws {
        let reading = try read(PKCS12Vectors.bytes("openssl-legacy.p12"))
        guard case .pkcs12(let settings) = reading.settings else { return }
        #expect(settings.keys == PKCS12.Encryption(.pbes1(.insecureTripleDES), iterations: 3))
        #expect(settings.certificates == PKCS12.Encryption(.pbes1(.insecureRC2With40Bits), iterations: 3))
        #expect(settings.mac == PKCS12.MAC(.pkcs12(.insecureSHA1), iterations: 3))
        #expect(reading.keystore.entries.map(\.alias) == ["Leaf"])
    }

    @Test func scrypt() throws {
        let key = ProtectedKey(.pkcs12, stored: try PKCS12Vectors.bytes("scrypt.pkcs8")[...])
        #expect(try key.open(password: PKCS12Vectors.password).algorithm == .ellipticCurve("P-256"))
        #expect(throws: KeystoreError.keyPassword) { try key.open(password: KeystorePassword("Secret")) }
        var limits = KeystoreLimits.standard
        limits.scryptMemory = 1024
        #expect(throws: KeystoreError.overLimit(field: "scrypt memory", found: 2048, limit: 1024)) {
            try key.open(password: PKCS12Vectors.password, limits: limits)
        }
    }

    @Test func rfc9579() throws {
        let bytes = try PKCS12Vectors.rfc9579()
        let reading = try read(bytes, KeystorePassword("1234"))
        #expect(reading.integrity == .verified)
        #expect(reading.keystore.entries.count == 1)
        #expect(throws: KeystoreError.integrity) { try read(bytes, KeystorePassword("12345")) }
    }

    /// Appendices A.4 to A.6 are A.1 with one field of the MAC changed, as here; the third such field is missing.
    @Test func rfc9579Invalid() throws {
        let bytes = try PKCS12Vectors.rfc9579()
        let salt = Array("o\u{47}".utf8) + [0x3C, 0x38, 0xB0, 0x2E, 0x31, 0x73]
        let place = try #require(bytes.indices.last { bytes[$0...].starts(with: salt) })
        let iterations = place + salt.count
        #expect(bytes[iterations...].starts(with: [0x02, 0x02, 0x08, 0x00, 0x02, 0x01, 0x20]))
        var altered = bytes
        altered[iterations + 3] = 1
        #expect(throws: KeystoreError.integrity, "A.4: another number of iterations") { try read(altered, KeystorePassword("1234")) }
        altered = bytes
        altered.replaceSubrange(place..<iterations, with: Array("NOT USED".utf8))
        #expect(throws: KeystoreError.integrity, "A.5: another salt") { try read(altered, KeystorePassword("1234")) }
        #expect(throws: KeystoreError.malformed(field: "key length of the MAC", offset: 0), "A.6: no key length") {
            try read(PKCS12Vectors.bytes("pbmac1-no-length.p12"))
        }
    }

    @Test(arguments: ["jdk.p12", "openssl.p12", "openssl-legacy.p12", "ber.p12", "pbmac1-sha256-sha384.p12"]) func truncated(
        name: String
    ) throws {
        let bytes = try PKCS12Vectors.bytes(name)
        for length in bytes.indices {
            #expect(throws: KeystoreError.self, "\(length) bytes") { try read(Array(bytes[..<length])) }
            _ = try? read(Array(bytes[..<length]), nil)
        }
        let followed = try read(bytes + [1, 2, 3])
        #expect(followed.trailingBytes == 3)
        #expect(followed.keystore == (try read(bytes)).keystore)
    }

    @Test(arguments: ["jdk.p12", "openssl.p12", "openssl-legacy.p12", "ber.p12", "pbmac1-sha256-sha384.p12"]) func altered(
        name: String
    ) throws {
        let bytes = try PKCS12Vectors.bytes(name)
        let original = try read(bytes)
        for place in bytes.indices {
            for change: UInt8 in [0x01, 0x02, 0x20, 0x80, 0xFF] {
                var altered = bytes
                altered[place] ^= change
                if let reading = try? read(altered) { #expect(reading.keystore == original.keystore, "byte \(place) by \(change)") }
                // Without a password nothing is checked: it may show anything, and must not trap.
                guard let unchecked = try? read(altered, nil) else { continue }
                for entry in unchecked.keystore.entries where change == 0x01 {
                    if case .privateKey(let key, _) = entry.content { _ = try? key.open(password: PKCS12Vectors.password) }
                    if case .secretKey(let key) = entry.content { _ = try? key.open(password: PKCS12Vectors.password) }
                }
            }
        }
    }

    @Test func expensiveFilesCostNothing() throws {
        let bytes = try PKCS12Vectors.bytes("openssl.p12")
        var limits = KeystoreLimits.standard
        limits.totalIterations = 5
        #expect(throws: KeystoreError.overLimit(field: "iterations in all", found: 6, limit: 5)) {
            try PKCS12.read(bytes, password: PKCS12Vectors.password, limits: limits)
        }
    }
}
