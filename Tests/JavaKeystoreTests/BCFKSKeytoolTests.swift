import Counterparts
import Crypto
import Foundation
import Testing

@testable import JavaKeystore

@Suite("keytool with Bouncy Castle opens the BCFKS stores that we write, and we open those that it writes") struct BCFKSKeytoolTests {
    typealias Vectors = BouncyCastleVectors
    static let password = "Vector-0"
    static let settings: [BCFKS.Settings] = [
        .standard,
        BCFKS.Settings(keyDerivation: .pbkdf2(.sha3_512, iterations: 100), cipher: .aesKeyWrap, integrity: .mac(.sha3_512)),
        BCFKS.Settings(keyDerivation: .scrypt(cost: 1024, blockSize: 4, statedParallelism: 1)),
        BCFKS.Settings(keyDerivation: .pbkdf2(.sha512, iterations: 100), cipher: .none),
    ]

    @Test(arguments: settings) func keytoolReadsOurs(_ settings: BCFKS.Settings) throws {
        let folder = try TemporaryFolder()
        let password = KeystorePassword(Self.password)
        let info = try PrivateKeyInfo(der: Vectors.bytes("key.pkcs8"))
        let certificate = StoredCertificate(der: try Vectors.bytes("certificate.der"))
        let secret = SecretKey(algorithm: "AES", bytes: Vectors.aes)
        let store = Keystore(entries: [
            .init(
                aliasUnits: Array("MyKey".utf16), createdMilliseconds: 1_603_732_292_120,
                content: .privateKey(try ProtectedKey.protecting(info, password: password, in: .bcfks(settings)), chain: [certificate])),
            .init(
                aliasUnits: Array("geheim-äöü".utf16), createdMilliseconds: 1_603_732_292_000,
                content: .secretKey(
                    try ProtectedSecretKey.protecting(secret, alias: "geheim", password: password, in: .bcfks(settings)))),
            .init(aliasUnits: Array("Root".utf16), createdMilliseconds: 1_603_732_292_123, content: .trustedCertificate(certificate)),
        ])
        try folder.write(store.write(.bcfks(settings), password: password), to: "ours.bcfks")

        let provider = try Counterpart.bouncyCastleArguments()
        let list = try Counterpart.keytool.run(
            ["-list", "-keystore", "ours.bcfks", "-storetype", "BCFKS", "-storepass", Self.password] + provider, in: folder)
        #expect(list.contains("Your keystore contains 3 entries"))
        #expect(list.contains("MyKey, Oct 26, 2020, PrivateKeyEntry"))
        #expect(list.contains("geheim-äöü, Oct 26, 2020, SecretKeyEntry"))
        #expect(list.contains("Root, Oct 26, 2020, trustedCertEntry"))
        // Java opens every key and closes it in its own way again.
        try Counterpart.keytool.run(
            [
                "-importkeystore", "-srckeystore", "ours.bcfks", "-srcstoretype", "BCFKS", "-srcstorepass", Self.password, "-destkeystore",
                "theirs.jceks", "-deststoretype", "JCEKS", "-deststorepass", Self.password, "-noprompt",
            ] + provider, in: folder)
        let theirs = try Keystore.read(folder.read("theirs.jceks"), password: password).keystore
        #expect(theirs.entries.count == 3)
        guard case .privateKey(let key, let chain) = try #require(theirs.entry(exactly: "mykey")).content,
            case .secretKey(let theirSecret) = try #require(theirs.entry(exactly: "geheim-äöü")).content
        else { return #expect(Bool(false)) }
        #expect(chain == [certificate])
        #expect(theirs.entry(exactly: "root")?.content == .trustedCertificate(certificate))
        let opened = try key.open(password: password)
        #expect(opened.algorithm == info.algorithm)
        #expect(try opened.p256().rawRepresentation == info.p256().rawRepresentation)
        #expect(try theirSecret.open(password: password).bytes == secret.bytes)
    }

    @Test func weReadKeytools() throws {
        let folder = try TemporaryFolder()
        let store =
            ["-keystore", "theirs.bcfks", "-storetype", "BCFKS", "-storepass", Self.password] + (try Counterpart.bouncyCastleArguments())
        try Counterpart.keytool.run(
            ["-genkeypair", "-alias", "EcKey", "-dname", "CN=ec", "-keyalg", "EC", "-groupname", "secp256r1"] + store, in: folder)
        try Counterpart.keytool.run(["-genseckey", "-alias", "Aes", "-keyalg", "AES", "-keysize", "256"] + store, in: folder)
        let before = Date()
        let password = KeystorePassword(Self.password)
        let reading = try Keystore.read(folder.read("theirs.bcfks"), password: password)
        #expect(reading.integrity == .verified)
        guard case .bcfks(var settings) = reading.settings else { return #expect(Bool(false)) }
        (settings.createdMilliseconds, settings.modifiedMilliseconds) = (nil, nil)
        #expect(settings == .standard)
        #expect(Set(reading.keystore.entries.map(\.alias)) == ["EcKey", "Aes"])
        for entry in reading.keystore.entries {
            #expect(try abs(#require(entry.created).timeIntervalSince(before)) < 120)
            switch entry.content {
            case .privateKey(let key, let chain):
                #expect(try key.open(password: password).algorithm == .ellipticCurve("P-256"))
                #expect(chain.count == 1)
            case .secretKey(let key): #expect(try key.open(password: password).bytes.count == 32)
            case .trustedCertificate: #expect(Bool(false))
            }
        }
    }
}
