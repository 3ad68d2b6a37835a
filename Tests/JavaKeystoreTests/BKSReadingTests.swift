import Crypto
import LegacyCryptography
import Testing

@testable import JavaKeystore

@Suite("BKS and UBER are told apart, and read only as somebody with the password wrote them") struct BKSReadingTests {
    typealias Vectors = BouncyCastleVectors
    static let names = ["store.bks", "store.bks-v1", "store.uber"]

    @Test(arguments: names) func entries(of name: String) throws {
        let bytes = try Vectors.bytes(name)
        let reading = try Keystore.read(bytes, password: Vectors.password)
        let isUBER = name == "store.uber"
        #expect(reading.format == (isUBER ? .uber : .bks) && reading.integrity == .verified)
        #expect(Set(reading.keystore.entries.map(\.alias)) == ["Root", "key", "aes", "closed", "bytes"])
        let certificate = StoredCertificate(der: try Vectors.bytes("certificate.der"))
        #expect(reading.keystore.entry(exactly: "Root")?.content == .trustedCertificate(certificate))
        guard case .privateKey(let key, let chain) = try #require(reading.keystore.entry(exactly: "key")).content,
            case .secretKey(let secret) = try #require(reading.keystore.entry(exactly: "aes")).content,
            case .privateKey(let closed, [certificate]) = try #require(reading.keystore.entry(exactly: "closed")).content,
            case .secretKey(let raw) = try #require(reading.keystore.entry(exactly: "bytes")).content
        else { return #expect(Bool(false)) }
        #expect(chain == [certificate])
        #expect(try key.open(password: Vectors.password).der == Vectors.bytes("key.pkcs8"))
        #expect(try secret.open(password: Vectors.passwordOfAES) == SecretKey(algorithm: "AES", bytes: Vectors.aes))
        #expect(closed.stored.elementsEqual([0x30, 0]))
        #expect(raw.isInTheClear)
        #expect(try raw.open(password: Vectors.password) == SecretKey(algorithm: "", bytes: Vectors.aes))
        #expect(throws: KeystoreError.keyPassword) { try key.open(password: KeystorePassword("wrong")) }

        let ownFormat = KeystoreReadingOptions(format: isUBER ? .uber : .bks)
        #expect(throws: KeystoreError.integrity) { try Keystore.read(bytes, password: KeystorePassword("wrong"), options: ownFormat) }
        #expect(throws: KeystoreError.self) {
            try Keystore.read(bytes, password: Vectors.password, options: .init(format: isUBER ? .bks : .uber))
        }
        #expect(throws: KeystoreError.readOnlyFormat(reading.format)) {
            try reading.keystore.write(reading.settings, password: Vectors.password)
        }
    }

    /// The same store with a derivation of one round, as Bouncy Castle cannot be made to write it.
    private func quick(_ bytes: [UInt8]) throws -> [UInt8] {
        var budget = WorkBudget(.standard)
        var reader = ByteReader(bytes[...])
        let old = try BouncyCastleHeader(&reader)
        let beginning = Array(bytes[..<(reader.offset - 4)]) + [0, 0, 0, 1]
        var start = ByteReader(beginning[...])
        let new = try BouncyCastleHeader(&start)
        func run(_ header: BouncyCastleHeader, _ text: [UInt8], _ cipher: (ArraySlice<UInt8>, [UInt8], [UInt8]) throws -> [UInt8]) throws
            -> [UInt8]
        {
            let key = try header.derive(.key, count: 32, password: Vectors.password, budget: &budget)
            let iv = try header.derive(.iv, count: 16, password: Vectors.password, budget: &budget)
            return try cipher(text[...], key, iv)
        }
        if try Keystore.read(bytes, password: Vectors.password).format == .uber {
            let padded = try run(old, Array(reader.rest), Twofish.decryptCBC)
            return beginning + (try run(new, padded, Twofish.encryptCBC))
        }
        let covered = reader.rest.dropLast(20)
        let key = try new.derive(.mac, count: new.version == 1 ? 2 : 20, password: Vectors.password, budget: &budget)
        let mac = HMAC<Insecure.SHA1>.authenticationCode(for: covered, using: SymmetricKey(data: key))
        return beginning + covered + Array(mac)
    }

    @Test(arguments: names) func alteredStore(_ name: String) throws {
        let genuine = try Keystore.read(Vectors.bytes(name), password: Vectors.password).keystore
        let bytes = try quick(Vectors.bytes(name))
        let options = KeystoreReadingOptions(limits: Vectors.limits)
        #expect(try Keystore.read(bytes, password: Vectors.password, options: options).keystore == genuine)
        Vectors.altered(bytes, head: 60) { altered, what in
            guard let reading = try? Keystore.read(altered, password: Vectors.password, options: options) else { return }
            // One in 65,536 altered files of version 1 passes its MAC of two bytes.
            if name != "store.bks-v1" { #expect(reading.keystore == genuine, "\(name): \(what)") }
        }
        // Without password nothing but the reader stands between the file and us.
        guard name != "store.uber" else { return }
        Vectors.altered(bytes) { altered, _ in _ = try? Keystore.read(altered, password: nil, options: .init(format: .bks)) }
    }

    @Test func keysInTheClear() throws {
        let info = try Vectors.bytes("key.pkcs8")
        func clear(_ kind: UInt8, _ format: String, _ bytes: [UInt8]) throws -> [UInt8] {
            var writer = ByteWriter()
            writer.bytes.append(kind)
            try writer.text(Array(format.utf16), of: "format")
            try writer.text(Array("EC".utf16), of: "algorithm")
            try writer.bytes32(bytes, of: "key")
            return writer.bytes
        }
        var writer = ByteWriter()
        writer.unsigned32(2)
        try writer.bytes32(Array(repeating: 1, count: 20), of: "salt")
        writer.unsigned32(1024)
        let keys = [try clear(0, "PKCS#8", info), try clear(2, "RAW", [1, 2]), try clear(1, "X.509", [3])]
        for (index, key) in keys.enumerated() {
            writer.bytes.append(2)
            try writer.text([0x61 + UInt16(index)], of: "alias")
            writer.unsigned64(1_700_000_000_000)
            writer.unsigned32(0)
            writer.bytes += key
        }
        writer.bytes += [0] + Array(repeating: 9, count: 20)
        let reading = try Keystore.read(writer.bytes, password: nil)
        #expect(reading.keystore.entries.map(\.alias) == ["a", "b"] && reading.integrity == .notChecked)
        // A public key is no entry that a keystore has.
        #expect(reading.unseen == [UnseenEntry(entry: nil, reason: .unknownBag)])
        guard case .privateKey(let key, []) = reading.keystore.entries[0].content,
            case .secretKey(let secret) = reading.keystore.entries[1].content
        else { return #expect(Bool(false)) }
        #expect(key.isInTheClear && secret.isInTheClear)
        #expect(try key.open(password: Vectors.password).der == info)
        #expect(try secret.open(password: Vectors.password) == SecretKey(algorithm: "EC", bytes: [1, 2]))
        Vectors.altered(writer.bytes) { altered, _ in
            guard let reading = try? Keystore.read(altered, password: nil, options: .init(format: .bks)) else { return }
            for entry in reading.keystore.entries {
                if case .privateKey(let key, _) = entry.content, key.isInTheClear { _ = try? key.open(password: Vectors.password) }
                if case .secretKey(let key) = entry.content, key.isInTheClear { _ = try? key.open(password: Vectors.password) }
            }
        }
    }

    @Test func alteredSealedKey() throws {
        let store = try Keystore.read(Vectors.bytes("store.bks"), password: Vectors.password).keystore
        guard case .secretKey(let key) = try #require(store.entry(exactly: "aes")).content else { return #expect(Bool(false)) }
        var limits = KeystoreLimits()
        limits.iterations = 10_000
        Vectors.altered(Array(key.stored), head: 30) { altered, _ in
            // The padding is all the integrity there is, so another key may come out; a trap may not.
            _ = try? ProtectedSecretKey(.bouncyCastle, stored: altered[...]).open(password: Vectors.passwordOfAES, limits: limits)
        }
    }

    @Test(arguments: [5_000_001, 0x7FFF_FFFF, 0, -1]) func iterationsAreBounded(_ iterations: Int32) {
        var writer = ByteWriter()
        writer.unsigned32(2)
        writer.unsigned32(20)
        writer.bytes += Array(repeating: 1, count: 20)
        writer.unsigned32(UInt32(bitPattern: iterations))
        writer.bytes += Array(repeating: 0, count: 32)
        for format in [KeystoreFormat.bks, .uber] {
            #expect(throws: KeystoreError.self) {
                try Keystore.read(writer.bytes, password: Vectors.password, options: .init(format: format))
            }
        }
    }
}
