import Counterparts
import Foundation
import Testing

@testable import JavaKeystore

@Suite("keytool opens what we write, and we open what keytool writes") struct KeytoolTests {
    static let password = "Secret-0-pass"

    @Test(arguments: [["rsa:2048"], ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]]) func keytoolReadsOurs(algorithm: [String]) throws {
        let folder = try TemporaryFolder()
        try Counterpart.openssl.run(
            ["req", "-x509", "-newkey"] + algorithm + [
                "-nodes", "-subj", "/CN=ours", "-days", "30", "-keyout", "key.pem", "-out", "c.pem",
            ],
            in: folder)
        try Counterpart.openssl.run(["x509", "-in", "c.pem", "-outform", "DER", "-out", "c.der"], in: folder)
        try Counterpart.openssl.run(["pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "key.der"], in: folder)
        let certificate = StoredCertificate(der: try folder.read("c.der"))
        let password = KeystorePassword(Self.password)
        let key = try ProtectedKey.protecting(PrivateKeyInfo(der: folder.read("key.der")), password: password, in: .jks)
        let keystore = Keystore()
            .setting(asJava: .init(alias: "MyKey", created: Samples.created, content: .privateKey(key, chain: [certificate])))
            .setting(.init(alias: "wurzel-äöü", created: Samples.created, content: .trustedCertificate(certificate)))
        try folder.write(JKS.write(keystore, password: password), to: "ours.jks")

        let store = ["-keystore", "ours.jks", "-storetype", "JKS", "-storepass", Self.password]
        let list = try Counterpart.keytool.run(["-list"] + store, in: folder)
        #expect(list.contains("Your keystore contains 2 entries"))
        #expect(list.contains("mykey, Oct 26, 2020, PrivateKeyEntry"))
        #expect(list.contains("wurzel-äöü, Oct 26, 2020, trustedCertEntry"))
        try Counterpart.keytool.run(["-exportcert", "-alias", "MyKey", "-file", "exported.der"] + store, in: folder)
        #expect(try folder.read("exported.der") == certificate.der)

        try Counterpart.keytool.run(
            [
                "-importkeystore", "-srckeystore", "ours.jks", "-srcstoretype", "JKS", "-srcstorepass", Self.password, "-srcalias", "mykey",
                "-destkeystore", "theirs.p12", "-deststoretype", "PKCS12", "-deststorepass", Self.password, "-noprompt",
            ], in: folder)
        try Counterpart.openssl.run(
            ["pkcs12", "-in", "theirs.p12", "-passin", "pass:\(Self.password)", "-nocerts", "-nodes", "-out", "theirs.pem"], in: folder)
        try Counterpart.openssl.run(["pkey", "-in", "theirs.pem", "-outform", "DER", "-out", "theirs.der"], in: folder)
        try Counterpart.openssl.run(["pkey", "-in", "key.pem", "-outform", "DER", "-out", "ours.der"], in: folder)
        #expect(try folder.read("theirs.der") == folder.read("ours.der"))
    }

    @Test func weReadKeytools() throws {
        let folder = try TemporaryFolder()
        let store = ["-keystore", "theirs.jks", "-storetype", "JKS", "-storepass", Self.password]
        for (alias, algorithm) in [
            ("RsaKey", ["-keyalg", "RSA", "-keysize", "2048"]), ("EcKey", ["-keyalg", "EC", "-groupname", "secp256r1"]),
        ] {
            try Counterpart.keytool.run(
                ["-genkeypair", "-alias", alias, "-dname", "CN=\(alias)", "-keypass", "another-\(alias)"] + algorithm + store, in: folder)
        }
        try Counterpart.keytool.run(["-exportcert", "-alias", "RsaKey", "-file", "rsa.der"] + store, in: folder)
        try Counterpart.keytool.run(["-importcert", "-alias", "root", "-file", "rsa.der", "-noprompt"] + store, in: folder)
        let before = Date()

        let bytes = try folder.read("theirs.jks")
        let reading = try Keystore.read(bytes, password: KeystorePassword(Self.password))
        #expect(reading.integrity == .verified)
        #expect(Set(reading.keystore.entries.map(\.alias)) == ["rsakey", "eckey", "root"])
        #expect(try JKS.write(reading.keystore, password: KeystorePassword(Self.password)) == bytes, "saved again, byte for byte")
        for entry in reading.keystore.entries {
            #expect(abs(try #require(entry.created).timeIntervalSince(before)) < 120)
            switch entry.content {
            case .trustedCertificate(let certificate):
                #expect(try certificate == StoredCertificate(der: folder.read("rsa.der")))
            case .secretKey: #expect(Bool(false), "JKS holds none")
            case .privateKey(let key, let chain):
                let name = entry.alias == "rsakey" ? "RsaKey" : "EcKey"
                #expect(throws: KeystoreError.keyPassword) { try key.open(password: KeystorePassword(Self.password)) }
                try folder.write(key.open(password: KeystorePassword("another-\(name)")).der, to: "key.der")
                try folder.write(try #require(chain.first).der, to: "chain.der")
                let fromKey = try Counterpart.openssl.run(["pkey", "-inform", "DER", "-in", "key.der", "-pubout"], in: folder)
                let fromCertificate = try Counterpart.openssl.run(
                    ["x509", "-inform", "DER", "-in", "chain.der", "-noout", "-pubkey"], in: folder)
                #expect(fromKey == fromCertificate)
            }
        }
    }
}
