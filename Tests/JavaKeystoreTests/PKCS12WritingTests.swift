import Counterparts
import Crypto
import Foundation
import StrictDER
import Testing

@testable import JavaKeystore

@Suite("keytool, Bouncy Castle and OpenSSL read the PKCS#12 files that we write", .enabled(if: KeystoreProbe.hasJava))
struct PKCS12WritingTests {
    static let password = "Secret-0-pass"

    /// Few iterations: what is tried is the form.
    static let readable: [(name: String, settings: PKCS12.Settings, isRead: Set<KeystoreProbe.Provider>)] = {
        typealias E = PKCS12.Encryption
        let hash = PKCS12.MAC(.pkcs12(.sha256), iterations: 10)
        var list: [(String, PKCS12.Settings, Set<KeystoreProbe.Provider>)] = [
            ("standard", .standard, [.jdk, .bouncyCastle]), ("legacy", .legacy, [.jdk, .bouncyCastle]),
            ("clear certificates", .init(keys: PKCS12.Settings.standard.keys, certificates: nil, mac: hash), [.jdk, .bouncyCastle]),
            ("no MAC", .init(keys: PKCS12.Settings.standard.keys, certificates: PKCS12.Settings.standard.certificates, mac: nil), [.jdk]),
            ("passwordless", .passwordless, [.jdk]),
            (
                "PBMAC1",
                .init(
                    keys: E(.pbes2(.aes256, .sha512), iterations: 10), certificates: E(.pbes2(.aes256, .sha512), iterations: 10),
                    mac: .init(.pbmac1(derivation: .sha512, mac: .sha256), iterations: 10)), []
            ),
        ]
        for digest in PKCS12.Digest.allCases where digest != .insecureMD5 {
            let isOfOldJava: Set<PKCS12.Digest> = [.insecureSHA1, .sha224, .sha256, .sha384, .sha512]
            for cipher in [PKCS12.Cipher.aes128, .aes256] {
                let encryption = E(.pbes2(cipher, digest), iterations: 10)
                list.append(
                    (
                        "\(cipher) \(digest)",
                        .init(keys: encryption, certificates: encryption, mac: .init(.pkcs12(digest), iterations: 10)),
                        isOfOldJava.contains(digest) ? [.jdk] : []
                    ))
            }
        }
        for scheme in PKCS12.PBES1.allCases {
            let encryption = E(.pbes1(scheme), iterations: 10)
            list.append(
                (
                    "\(scheme)", .init(keys: encryption, certificates: encryption, mac: hash),
                    scheme == .insecureTripleDESWithTwoKeys
                        ? [.bouncyCastle] : scheme == .insecureDESWithMD5 ? [.jdk] : [.jdk, .bouncyCastle]
                ))
        }
        for cipher in [PKCS12.Cipher.aes192, .insecureTripleDES, .insecureRC2, .insecureDES] {
            let encryption = E(.pbes2(cipher, .sha256), iterations: 10)
            list.append(("PBES2 \(cipher)", .init(keys: encryption, certificates: encryption, mac: hash), []))
        }
        let scrypt = E(.scrypt(.aes256, cost: 16, blockSize: 1, parallelism: 1), iterations: 1)
        list.append(("scrypt", .init(keys: scrypt, certificates: scrypt, mac: hash), []))
        return list
    }()

    private func keystore(_ material: PKCS12Material, _ settings: PKCS12.Settings) throws -> Keystore {
        let password = KeystorePassword(Self.password)
        let key = try ProtectedKey.protecting(material.key, password: password, in: .pkcs12(settings))
        let secret = try ProtectedSecretKey.protecting(
            SecretKey(algorithm: "HmacSHA256", bytes: Array(0..<40)), alias: "s", password: password, in: .pkcs12(settings))
        let created = Date(timeIntervalSince1970: 1_603_732_292.123)
        return Keystore(entries: [
            .init(alias: "agent", created: created, content: .privateKey(key, chain: [material.leafOfFirst, material.first])),
            .init(alias: "undated", created: nil, content: .privateKey(key, chain: [material.leafOfSecond, material.second])),
            .init(alias: "secret", created: created, content: .secretKey(secret)),
            .init(alias: "wurzel-äöü-根", created: nil, content: .trustedCertificate(material.plain)),
            .init(
                alias: "with attribute", created: nil, content: .trustedCertificate(material.first),
                attributes: [
                    EntryAttribute(identifier: ObjectIdentifier(1, 3, 6, 1, 4, 1, 99999, 1), values: DER.set(of: [DER.utf8("kept")])),
                    EntryAttribute(
                        identifier: PKCS12Identifiers.trustedKeyUsage,
                        values: DER.set(of: [DER.oid(ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 3, 1))])),
                ]),
        ])
    }

    @Test func javaReads() throws {
        let material = try PKCS12Material()
        var requests: [KeystoreProbe.Request] = []
        for (name, settings, readers) in Self.readable {
            let keystore = try keystore(material, settings)
            let bytes = try PKCS12.write(keystore, settings: settings, password: KeystorePassword(Self.password))
            try material.folder.write(bytes, to: name)
            let again = try Keystore.read(bytes, password: KeystorePassword(Self.password))
            #expect(again.keystore.entries.map(\.alias) == keystore.entries.map(\.alias), "\(name)")
            #expect(again.keystore.entries.map(\.certificates) == keystore.entries.map(\.certificates), "\(name)")
            #expect(again.keystore.entries.last == keystore.entries.last, "\(name)")
            #expect(again.settings == .pkcs12(settings), "\(name)")
            #expect(again.unseen.isEmpty, "\(name)")
            for reader in readers where reader == .jdk || KeystoreProbe.hasBouncyCastle {
                requests.append(.init(file: name, type: "PKCS12", password: Self.password, provider: reader))
            }
        }
        requests.append(.init(file: "passwordless", type: "PKCS12", password: nil))
        let answers = try KeystoreProbe().answers(to: requests, in: material.folder)
        for (request, answers) in zip(requests, answers) { compare(answers, to: request, material) }
    }

    private func compare(_ answers: [KeystoreProbe.Answer], to request: KeystoreProbe.Request, _ material: PKCS12Material) {
        let why: Comment = "\(request.file) in \(request.provider)"
        func hash(_ bytes: some Collection<UInt8>) -> String { hexadecimal(SHA256.hash(data: Array(bytes))) }
        #expect(answers.last?.error == nil, why)
        var expected: [String: [String]] = [
            "agent": [hash(material.leafOfFirst.bytes), hash(material.first.bytes)],
            "undated": [hash(material.leafOfSecond.bytes), hash(material.second.bytes)],
            "wurzel-äöü-根": [hash(material.plain.bytes)], "with attribute": [hash(material.first.bytes)], "secret": [],
        ]
        if request.provider == .bouncyCastle {
            // It reads no secret bags, and lists what it finds by name, even in a chain: so it does with the JDK's own files.
            expected["secret"] = nil
            expected["CN=Authority,O=Tests"] = [hash(material.second.bytes)]
        }
        #expect(answers.last?.entries == expected.count, why)
        for answer in answers.dropLast() {
            #expect(answer.certificates == expected[answer.alias ?? ""], why)
            if answer.alias == "agent", request.provider == .jdk { #expect(answer.created == 1_603_732_292_123, why) }
            if answer.kind == "privateKey", request.password != nil { #expect(answer.algorithm == "EC", why) }
            if answer.kind == "privateKey", request.password != nil, request.provider == .jdk {
                #expect(answer.encoded == hash(material.key.der), why)
            }
            if answer.kind == "secretKey", request.password != nil {
                #expect(answer.algorithm == "HmacSHA256", why)
                #expect(answer.encoded == hash(Array(0..<40)), why)
            }
        }
    }

    @Test func opensslReads() throws {
        let material = try PKCS12Material()
        // OpenSSL 3.0 has neither PBMAC1 nor, in PKCS#12, digests with another length than their own.
        let unreadable: Set = [
            "PBMAC1", "aes128 sha512With224Bits", "aes256 sha512With224Bits", "aes128 sha512With256Bits", "aes256 sha512With256Bits",
        ]
        for (name, settings, _) in Self.readable where !unreadable.contains(name) {
            let keystore = try keystore(material, settings)
            // Their program ends at a secret bag of the JDK's.
            let readable = Keystore(entries: keystore.entries.filter { $0.alias != "secret" })
            try material.folder.write(
                PKCS12.write(readable, settings: settings, password: KeystorePassword(Self.password)), to: "ours.p12")
            let open = ["pkcs12", "-legacy", "-in", "ours.p12", "-passin", "pass:\(Self.password)", "-nodes", "-out", "ours.pem"]
            do {
                try Counterpart.openssl.run(open, in: material.folder)
                let pem = String(decoding: try material.folder.read("ours.pem"), as: UTF8.self)
                #expect(pem.components(separatedBy: "BEGIN PRIVATE KEY").count == 3, "\(name)")
                #expect(pem.components(separatedBy: "BEGIN CERTIFICATE").count == 7, "\(name)")
                try Counterpart.openssl.run(["pkey", "-in", "ours.pem", "-pubout", "-out", "public"], in: material.folder)
                try Counterpart.openssl.run(["pkey", "-in", "one.key", "-pubout", "-out", "wanted"], in: material.folder)
                #expect(try material.folder.read("public") == material.folder.read("wanted"), "\(name)")
            } catch {
                Issue.record(error, "\(name)")
            }
        }
    }

    @Test func keytoolReads() throws {
        let material = try PKCS12Material()
        try material.folder.write(
            PKCS12.write(keystore(material, .standard), settings: .standard, password: KeystorePassword(Self.password)), to: "ours.p12")
        let store = ["-keystore", "ours.p12", "-storepass", Self.password]
        let list = try Counterpart.keytool.run(["-list"] + store, in: material.folder)
        #expect(list.contains("Your keystore contains 5 entries"))
        #expect(list.contains("agent, Oct 26, 2020, PrivateKeyEntry"))
        // It can go on with what we wrote.
        try Counterpart.keytool.run(["-changealias", "-alias", "agent", "-destalias", "renamed"] + store, in: material.folder)
        let reading = try Keystore.read(material.folder.read("ours.p12"), password: KeystorePassword(Self.password))
        #expect(Set(reading.keystore.entries.map(\.alias)) == ["renamed", "undated", "secret", "wurzel-äöü-根", "with attribute"])
        #expect(reading.keystore.entries.first { $0.alias == "with attribute" }?.attributes.count == 2)
    }

    @Test func whatIsRefused() throws {
        let material = try PKCS12Material()
        let password = KeystorePassword(Self.password)
        let sound = try keystore(material, .standard)
        #expect(throws: KeystoreError.passwordMissing(field: "store")) { try PKCS12.write(sound, settings: .standard, password: nil) }
        #expect(throws: KeystoreError.passwordNotASCII) {
            try PKCS12.write(sound, settings: .standard, password: KeystorePassword("pässword"))
        }
        #expect(throws: KeystoreError.passwordNotASCII) {
            try ProtectedKey.protecting(material.key, password: KeystorePassword("pässword"), in: .pkcs12(.standard))
        }
        var costly = PKCS12.Settings.standard
        costly.mac?.iterations = 5_000_001
        #expect(throws: KeystoreError.overLimit(field: "MAC iterations", found: 5_000_001, limit: 5_000_000)) {
            try PKCS12.write(sound, settings: costly, password: password)
        }
        let clear = Keystore(entries: [
            .init(alias: "c", created: nil, content: .privateKey(ProtectedKey(.pkcs8, stored: material.key.der[...]), chain: []))
        ])
        #expect(throws: KeystoreError.passwordMissing(field: "private key c")) {
            try PKCS12.write(clear, settings: .passwordless, password: nil)
        }
        let written = try PKCS12.write(clear, settings: .standard, password: password)
        #expect(try Keystore.read(written, password: password).unseen.first?.entry?.content == clear.entries.first?.content)
        let foreign = try ProtectedKey.protecting(material.key, password: password, in: .jks)
        #expect(throws: KeystoreError.malformed(field: "protection of the private key f", offset: 0)) {
            try PKCS12.write(
                Keystore(entries: [.init(alias: "f", created: nil, content: .privateKey(foreign, chain: []))]), settings: .standard,
                password: password)
        }
    }

    @Test func whatWouldBeLost() throws {
        let material = try PKCS12Material()
        let key = try ProtectedKey.protecting(material.key, password: KeystorePassword(Self.password), in: .pkcs12(.standard))
        func losses(_ chains: [(String, [StoredCertificate])], _ trusted: [StoredCertificate] = []) -> [KeystoreLoss.Kind] {
            let entries = chains.map { Keystore.Entry(alias: $0.0, created: nil, content: .privateKey(key, chain: $0.1)) }
            return PKCS12.losses(
                in: Keystore(entries: entries + trusted.map { .init(alias: "t", created: nil, content: .trustedCertificate($0)) })
            ).map(\.kind)
        }
        #expect(losses([("a", [material.leafOfFirst, material.first]), ("b", [material.leafOfFirst])]) == [])
        #expect(losses([("a", [material.leafOfFirst])], [material.first]) == [], "it only grows")
        #expect(losses([("a", [material.leafOfFirst, material.plain])]) == [.chainOrder])
        #expect(losses([("a", [material.first, material.leafOfFirst])]) == [.chainOrder])
        #expect(losses([("a", []), ("b", [material.plain])]) == [])
        #expect(losses([("a", []), ("A", [])]) == [.duplicateAlias])
        #expect(losses([("a", [])], [StoredCertificate(bytes: [0x30, 0], type: "PGP")]) == [.certificateType])
    }

    /// The two forms of the empty password.
    @Test func emptyPassword() throws {
        let material = try PKCS12Material()
        let empty = KeystorePassword("")
        for settings in [PKCS12.Settings.standard, .legacy] {
            let key = try ProtectedKey.protecting(material.key, password: empty, in: .pkcs12(settings))
            let keystore = Keystore(entries: [.init(alias: "k", created: nil, content: .privateKey(key, chain: [material.leafOfPlain]))])
            let reading = try Keystore.read(PKCS12.write(keystore, settings: settings, password: empty), password: empty)
            #expect(reading.keystore.entries.first?.certificates == [material.leafOfPlain])
            #expect(try key.open(password: empty) == material.key)
        }
    }
}
