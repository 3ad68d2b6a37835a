import StrictDER
import Testing

@testable import JavaKeystore

@Suite("A BCFKS store is read only as somebody with its password, or its signing key, wrote it") struct BCFKSReadingTests {
    typealias Vectors = BouncyCastleVectors

    @Test(arguments: Vectors.closed) func entries(of name: String) throws {
        let bytes = try Vectors.bytes(name)
        let reading = try Keystore.read(bytes, password: Vectors.password)
        #expect(reading.integrity == .verified && reading.format == .bcfks && reading.trailingBytes == 0)
        #expect(Set(reading.keystore.entries.map(\.alias)) == ["Root", "key", "aes"])
        let certificate = StoredCertificate(der: try Vectors.bytes("certificate.der"))
        #expect(reading.keystore.entry(exactly: "Root")?.content == .trustedCertificate(certificate))
        guard case .privateKey(let key, let chain) = try #require(reading.keystore.entry(exactly: "key")).content,
            case .secretKey(let secret) = try #require(reading.keystore.entry(exactly: "aes")).content
        else { return #expect(Bool(false)) }
        #expect(chain == [certificate])
        #expect(try key.open(password: Vectors.password).der == Vectors.bytes("key.pkcs8"))
        #expect(throws: KeystoreError.keyPassword) { try key.open(password: Vectors.passwordOfAES) }
        let opened = try secret.open(password: Vectors.passwordOfAES)
        #expect(opened.bytes == Vectors.aes && opened.algorithm == "AES")
        #expect(throws: KeystoreError.keyPassword) { try secret.open(password: Vectors.password) }

        #expect(throws: KeystoreError.integrity) { try Keystore.read(bytes, password: KeystorePassword("vector-0")) }
        #expect(throws: KeystoreError.integrity) { try Keystore.read(bytes, password: KeystorePassword("")) }
        #expect(throws: KeystoreError.passwordMissing(field: "store")) { try Keystore.read(bytes, password: nil) }
        #expect(try Keystore.read(bytes + [0, 0, 7], password: Vectors.password).trailingBytes == 3)
    }

    @Test func readsWhatBERSays() throws {
        let bytes = try Vectors.bytes("ccm.bcfks")
        var store = try DERReader.single(DERElement.Tag.sequence, in: bytes[...], "store").inside
        var data = try store.next("data").inside
        let (algorithm, content) = (try data.next("algorithm").encoded, try data.next("content").content)
        // Indefinite lengths and a string in two segments, as Bouncy Castle may stream it.
        let segments = [0x24, 0x80] + DER.octets(content.prefix(1000)) + DER.octets(content.dropFirst(1000)) + [0, 0]
        let ber = [0x30, 0x80, 0x30, 0x80] + Array(algorithm) + segments + [0, 0] + Array(store.rest) + [0, 0]
        let reading = try Keystore.read(ber + [1], password: Vectors.password)
        #expect(reading.keystore == (try Keystore.read(bytes, password: Vectors.password).keystore))
        #expect(reading.integrity == .verified && reading.trailingBytes == 1)
    }

    @Test func readsAnOpenStoreInBERToo() throws {
        let store = try Keystore.read(Vectors.bytes("ccm.bcfks"), password: Vectors.password).keystore
        let settings = BCFKS.Settings(keyDerivation: .pbkdf2(.sha512, iterations: 1), cipher: .none)
        let bytes = try BCFKS.write(store, settings: settings, password: Vectors.password)
        var outer = try DERReader.single(DERElement.Tag.sequence, in: bytes[...], "store").inside
        let data = try outer.next("data").content
        let ber = [0x30, 0x80, 0x30, 0x80] + Array(data) + [0, 0] + Array(outer.rest) + [0, 0]
        let reading = try Keystore.read(ber, password: Vectors.password)
        #expect(reading.keystore == store && reading.integrity == .verified)
        // A length in more octets than it needs, deep inside: an INTEGER at the beginning of the data.
        let lengthened = DER.sequence(DER.element(0x30, [2, 0x81, 1, 1] + data.dropFirst(3)), Array(outer.rest))
        #expect(try Keystore.read(lengthened, password: Vectors.password).keystore == store)
    }

    @Test(arguments: Vectors.signed) func signature(of name: String) throws {
        let bytes = try Vectors.bytes(name + ".bcfks")
        let key = try Vectors.bytes(name + ".spki")
        // RSA over SHA-3 cannot be computed here, and that is what the reading says.
        let isComputed = name != "signed-rsa-sha3"
        let reading = try Keystore.read(bytes, password: nil, options: .init(verificationKey: key))
        #expect(reading.integrity == (isComputed ? .verified : .signatureNotChecked))
        #expect(reading.keystore.entries.map(\.alias) == ["Root"])
        #expect(try Keystore.read(bytes, password: nil).integrity == .signatureNotChecked)
        for other in Vectors.signed where other.prefix(10) != name.prefix(10) {
            let wrong = try Vectors.bytes(other + ".spki")
            #expect(throws: KeystoreError.integrity) { try Keystore.read(bytes, password: nil, options: .init(verificationKey: wrong)) }
        }
        #expect(throws: KeystoreError.self) { try Keystore.read(bytes, password: nil, options: .init(verificationKey: [0x30, 0])) }
        #expect(throws: KeystoreError.integrity) { try Keystore.read(bytes, password: KeystorePassword("given")) }
    }

    @Test(arguments: Vectors.closed) func alteredStore(_ name: String) throws {
        let bytes = try Vectors.bytes(name)
        let options = KeystoreReadingOptions(format: .bcfks, limits: Vectors.limits)
        let genuine = try Keystore.read(bytes, password: Vectors.password, options: options).keystore
        Vectors.altered(bytes, head: 160, tail: 240) { altered, what in
            guard let reading = try? Keystore.read(altered, password: Vectors.password, options: options) else { return }
            #expect(reading.keystore == genuine, "\(name): \(what)")
        }
    }

    @Test(arguments: Vectors.signed) func alteredSignedStore(_ name: String) throws {
        let bytes = try Vectors.bytes(name + ".bcfks")
        let options = KeystoreReadingOptions(
            format: .bcfks, limits: Vectors.limits, verificationKey: try Vectors.bytes(name + ".spki"))
        let genuine = try Keystore.read(bytes, password: nil, options: options).keystore
        Vectors.altered(bytes, head: 160) { altered, what in
            guard let reading = try? Keystore.read(altered, password: nil, options: options), reading.integrity == .verified else { return }
            #expect(reading.keystore == genuine, "\(name): \(what)")
        }
    }

    /// Behind the MAC nobody gets with altered bytes; whoever signs a store, or writes one, can.
    @Test func alteredDataBehindTheMAC() throws {
        let store = try Keystore.read(Vectors.bytes("ccm.bcfks"), password: Vectors.password).keystore
        let settings = BCFKS.Settings(keyDerivation: .pbkdf2(.sha512, iterations: 1), cipher: .none)
        let data = try BCFKS.ObjectStore(BCFKS.write(store, settings: settings, password: Vectors.password)[...]).covered
        #expect(try BCFKS.ObjectStoreData(data).entries == store.entries)
        Vectors.altered(Array(data)) { altered, _ in _ = try? BCFKS.ObjectStoreData(altered[...]) }
    }

    @Test(arguments: [BCFKS.Settings.Cipher.aesCCM, .aesKeyWrap]) func alteredKey(cipher: BCFKS.Settings.Cipher) throws {
        var settings = BCFKS.Settings(cipher: cipher)
        settings.keyIterations = 1
        let info = try PrivateKeyInfo(der: Vectors.bytes("key.pkcs8"))
        let key = try BCFKS.protect(info, password: Vectors.password, settings: settings)
        #expect(try key.open(password: Vectors.password) == info)
        Vectors.altered(Array(key.stored)) { altered, what in
            let opened = try? ProtectedKey(.bcfks, stored: altered[...]).open(password: Vectors.password, limits: Vectors.limits)
            if let opened { #expect(opened == info, "\(what)") }
        }
    }

    struct Hostile: Sendable, CustomTestStringConvertible {
        var function: BCFKS.Settings.KeyDerivation, keyLength = 64, testDescription: String
        init(_ function: BCFKS.Settings.KeyDerivation, keyLength: Int = 64, _ why: String) {
            (self.function, self.keyLength, testDescription) = (function, keyLength, why)
        }
    }
    static let hostile = [
        Hostile(.pbkdf2(.sha512, iterations: 5_000_001), "iterations"), Hostile(.pbkdf2(.sha3_512, iterations: .max), "iterations"),
        Hostile(.pbkdf2(.sha512, iterations: 4_999_999), keyLength: 1024, "all blocks together"),
        Hostile(.pbkdf2(.sha512, iterations: 1), keyLength: 1025, "key length"),
        Hostile(.pbkdf2(.sha512, iterations: 1), keyLength: 0, "none"),
        Hostile(.scrypt(cost: 1 << 30, blockSize: 8, statedParallelism: 1), "memory"),
        Hostile(.scrypt(cost: 2, blockSize: 65, statedParallelism: 1), "block size, which is parallelism, too"),
        Hostile(.scrypt(cost: 1 << 62, blockSize: 64, statedParallelism: 1), "overflow"),
    ]
    @Test(arguments: hostile) func hostileDerivationIsRefusedBeforeAnyWork(_ row: Hostile) throws {
        let data = try BCFKS.ObjectStore(Vectors.bytes("ccm.bcfks")[...]).covered
        let hash = BCFKS.Settings.Hash.sha512
        let derivation = BCFKS.Derivation(row.function, saltLength: 16, keyLength: row.keyLength)
        let bytes = DER.sequence(Array(data), DER.sequence(hash.macAlgorithm, derivation.der, DER.octets(Array(repeating: 0, count: 64))))
        do throws(KeystoreError) {
            _ = try Keystore.read(bytes, password: Vectors.password)
            #expect(Bool(false), "it was read")
        } catch {
            guard case .overLimit = error else { return #expect(Bool(false), "\(error)") }
        }
    }

    /// Kinds that came later, and an alias that is there twice.
    @Test func whatNoKeystoreHoldsIsToldApart() throws {
        let store = try Keystore.read(Vectors.bytes("ccm.bcfks"), password: Vectors.password).keystore
        let root = try #require(store.entry(exactly: "Root"))
        var other = root
        other.createdMilliseconds = 1_700_000_000_000
        let settings = BCFKS.Settings(keyDerivation: .pbkdf2(.sha512, iterations: 1), cipher: .none)
        let data = try BCFKS.ObjectStore(
            BCFKS.write(Keystore(entries: [root, other]), settings: settings, password: Vectors.password)[...]
        ).covered
        let doubled = try BCFKS.ObjectStoreData(data)
        #expect(doubled.entries == [other])
        #expect(doubled.unseen == [UnseenEntry(entry: root, reason: .replaced)])

        let date = DERTime.generalized(milliseconds: 0)
        let later = DER.sequence(DER.integer(5), DER.utf8("password"), date, date, DER.octets([0x30, 0]))
        let clear = DER.sequence(DER.integer(1), BCFKS.Settings.Hash.sha512.macAlgorithm, date, date, DER.sequence(later))
        let read = try BCFKS.ObjectStoreData(clear[...])
        #expect(read.entries.isEmpty)
        #expect(read.unseen == [UnseenEntry(entry: nil, reason: .unknownBag)])
    }
}
