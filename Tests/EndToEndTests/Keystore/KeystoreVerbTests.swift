import Counterparts
import Foundation
import Testing

@Suite("What midguard keystore writes, keytool reads, and the other way round", .timeLimit(.minutes(15))) struct KeystoreVerbTests {
    @Test(arguments: ["JKS", "JCEKS", "PKCS12"]) func list(_ type: String) throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: type)
        let outcome = try fixture.midguard("list", "--json", store)
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(outcome.json["format"] as? String == type.lowercased())
        #expect(outcome.json["integrity"] as? String == "verified")
        let entries = try #require(outcome.json["entries"] as? [[String: Any]])
        #expect(entries.compactMap { $0["alias"] as? String }.sorted() == ["agent", "root"])
        let agent = try #require(entries.first { $0["alias"] as? String == "agent" })
        #expect(agent["kind"] as? String == "privateKey" && agent["keyAlgorithm"] as? String == "RSA")
        let certificate = try #require((agent["chain"] as? [[String: Any]])?.first)
        #expect(certificate["subject"] as? String == "CN=agent.example,O=Corp")
        let fingerprint = try #require(certificate["sha256"] as? String)
        let theirs = try fixture.keytool("-list", "-v", "-alias", "agent", "-keystore", "store", "-storepass", fixture.word)
        #expect(theirs.replacingOccurrences(of: ":", with: "").lowercased().contains(fingerprint))

        let unchecked = try fixture.midguard("list", "--json", store, password: false)
        #expect(unchecked.code == 0 && unchecked.json["integrity"] as? String == "notChecked", "\(unchecked.error)")
    }

    /// Each style is read by the program that it is for.
    @Test(arguments: ["legacy", "passwordless", "scrypt", "key-wrap"]) func convertToAStyle(_ style: String) throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store.jks", type: "JKS")
        let format = ["legacy", "passwordless"].contains(style) ? "pkcs12" : "bcfks"
        let outcome = try fixture.midguard("convert", store, "--to", format, "--style", style, fixture.path("new"))
        #expect(outcome.code == 0, "\(outcome.error)")
        switch style {
        case "legacy":
            let seen = try fixture.openssl("pkcs12", "-in", "new", "-passin", "pass:\(fixture.word)", "-info", "-noout", "-legacy")
            #expect(seen.contains("RC2") && seen.contains("sha1"))
        case "passwordless":
            let seen = try fixture.keytool("-list", "-keystore", "new", "-storetype", "PKCS12", "-storepass", fixture.word)
            #expect(seen.contains("2 entries"))
            #expect(try fixture.midguard("list", fixture.path("new"), "--no-password", password: false).output.contains("root"))
        default:
            let words = ["-list", "-keystore", "new", "-storetype", "BCFKS", "-storepass", fixture.word]
            let seen = try Counterpart.keytool.run(words + Counterpart.bouncyCastleArguments(), in: fixture.folder)
            #expect(seen.contains("PrivateKeyEntry") && seen.contains("trustedCertEntry"))
        }
        let other = format == "pkcs12" ? "bcfks" : "jks"
        #expect(try fixture.midguard("convert", store, "--to", other, "--style", style, fixture.path("other")).code == 2)
    }

    @Test(arguments: ["jks", "jceks", "pkcs12"]) func convert(_ target: String) throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: target == "jks" ? "PKCS12" : "JKS")
        let new = fixture.path("new")
        let outcome = try fixture.midguard("convert", store, "--to", target, new, "--json")
        #expect(outcome.code == 0, "\(outcome.error) \(outcome.output)")
        #expect(try fixture.keytoolAliases("new") == ["agent", "root"])
        // keytool reads the private key, too: it writes it into a store of its own.
        try fixture.keytool(
            "-importkeystore", "-srckeystore", "new", "-srcstorepass", fixture.word, "-destkeystore", "again", "-deststoretype", "PKCS12",
            "-deststorepass", fixture.word)
        let comparison = try fixture.midguard("compare", "--ignore-dates", store, fixture.path("again"))
        #expect(comparison.code == 0, "\(comparison.output) \(comparison.error)")
        #expect(try fixture.midguard("verify", new).code == 0)
        // Nothing is replaced unasked.
        let second = try fixture.midguard("convert", store, "--to", target, new, "--json")
        #expect(second.code == 1 && second.findingIDs == ["store.exists"], "\(second.output)")
    }

    @Test func importingABundleMendsItsOrder() throws {
        let fixture = try KeystoreFixture()
        try fixture.leaf()
        _ = try fixture.folder.write(try fixture.text("root.pem") + fixture.text("leaf.key") + fixture.text("leaf.pem"), to: "bundle.pem")
        let store = fixture.path("new.p12")
        let outcome = try fixture.midguard("import", store, fixture.path("bundle.pem"), "--alias", "Web")
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(outcome.output.contains("put in order"))
        let theirs = try fixture.keytool("-list", "-v", "-keystore", "new.p12", "-storepass", fixture.word)
        #expect(theirs.contains("Alias name: web") && theirs.contains("Certificate chain length: 2"), "\(theirs)")
        let verified = try fixture.midguard("verify", store)
        #expect(verified.code == 0, "\(verified.output) \(verified.error)")
        // Once more: there already, and the file stays as it is.
        let before = try fixture.folder.read("new.p12")
        let again = try fixture.midguard("import", store, fixture.path("bundle.pem"), "--alias", "web", "--json")
        #expect(
            again.code == 0 && (again.json["changes"] as? [[String: Any]])?.first?["action"] as? String == "alreadyThere", "\(again.output)"
        )
        #expect(try fixture.folder.read("new.p12") == before)
    }

    @Test func aReplyRenewsTheChainOfItsKey() throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: "JKS")
        try fixture.keytool("-certreq", "-alias", "agent", "-keystore", "store", "-storepass", fixture.word, "-file", "agent.csr")
        try fixture.openssl(
            "x509", "-req", "-in", "agent.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "90", "-out",
            "agent.pem")
        let outcome = try fixture.midguard("import", store, "--alias", "agent", fixture.path("agent.pem"))
        #expect(outcome.code == 0, "\(outcome.error)")
        let theirs = try fixture.keytool("-list", "-v", "-alias", "agent", "-keystore", "store", "-storepass", fixture.word)
        #expect(theirs.contains("Certificate chain length: 2") && theirs.contains("Issuer: CN=Corp Root, O=Corp"), "\(theirs)")

        try fixture.leaf()
        let other = try fixture.midguard("import", store, "--alias", "agent", fixture.path("leaf.pem"), "--json")
        #expect(other.code == 1 && other.findingIDs == ["auth.pair-mismatch"], "\(other.output)")
    }

    @Test func deleteAndRename() throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: "PKCS12")
        #expect(try fixture.midguard("rename", store, "root", "Corp-Root").code == 0)
        #expect(try fixture.keytoolAliases("store") == ["agent", "corp-root"])
        let dry = try fixture.midguard("delete", store, "agent", "--dry-run")
        #expect(dry.code == 0 && dry.output.contains("would delete"))
        #expect(try fixture.keytoolAliases("store").count == 2)
        let outcome = try fixture.midguard("delete", store, "agent", "--json")
        let backup = try #require(outcome.json["backup"] as? String, "\(outcome.error)")
        #expect(try fixture.keytoolAliases("store") == ["corp-root"])
        #expect(try fixture.keytoolAliases(URL(fileURLWithPath: backup).lastPathComponent) == ["agent", "corp-root"])
        let missing = try fixture.midguard("delete", store, "agnet", "--json")
        #expect(missing.code == 1 && missing.findingIDs == ["store.alias-missing"])
    }

    @Test(arguments: ["JKS", "PKCS12"]) func password(_ type: String) throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: type)
        _ = try fixture.folder.write("Another-word-18\n", to: "new")
        let outcome = try fixture.midguard("password", store, "--new-password-file", fixture.path("new"))
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(!(outcome.output + outcome.error).contains("Another-word-18"))
        // keytool opens the store and the key with it.
        try fixture.keytool(
            "-importkeystore", "-srckeystore", "store", "-srcstorepass", "Another-word-18", "-destkeystore", "again", "-deststoretype",
            "PKCS12",
            "-deststorepass", "Another-word-18")
        #expect(try fixture.midguard("list", store).code == 1, "the old password opens nothing")
    }

    @Test func exports() throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: "JCEKS")
        let certificate = try fixture.midguard("export", store, "root")
        let theirs = try fixture.openssl("x509", "-in", "root.pem")
        #expect(certificate.code == 0 && certificate.output == theirs, "\(certificate.error)")
        let refused = try fixture.midguard("export", store, "agent", "--private-key")
        #expect(refused.code == 2 && !refused.output.contains("PRIVATE"))
        #expect(try fixture.midguard("export", store, "agent", "--private-key", "--chain", "--output", fixture.path("key.pem")).code == 0)
        #expect(try fixture.openssl("pkey", "-in", "key.pem", "-noout", "-text").contains("2048 bit"))
        let mode = try FileManager.default.attributesOfItem(atPath: fixture.path("key.pem"))[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try fixture.midguard("export", store, "agent", "--as", "pkcs12", "--output", fixture.path("one.p12")).code == 0)
        #expect(try fixture.keytoolAliases("one.p12") == ["agent"])
        #expect(try fixture.midguard("export", store, "--as", "pkcs7", "--output", fixture.path("all.p7")).code == 0)
        #expect(try fixture.openssl("pkcs7", "-in", "all.p7", "-print_certs", "-noout").contains("CN = Corp Root"))
    }

    @Test(arguments: ["rsa-2048", "p-384", "ed25519"]) func keyPairs(_ kind: String) throws {
        let fixture = try KeystoreFixture()
        let store = fixture.path("new.p12")
        let outcome = try fixture.midguard(
            "create", store, "--self-signed", "CN=new.example, O=Corp", "--key", kind, "--san", "dns:new.example")
        #expect(outcome.code == 0, "\(outcome.error)")
        let theirs = try fixture.keytool("-list", "-v", "-keystore", "new.p12", "-storepass", fixture.word)
        #expect(theirs.contains("Owner: CN=new.example, O=Corp") && theirs.contains("DNSName: new.example"), "\(theirs)")
        #expect(try fixture.midguard("verify", store).code == 0)
        #expect(try fixture.midguard("create", store, "--secret-key", "AES", "--alias", "aes").code == 0)
        #expect(try fixture.keytoolAliases("new.p12") == ["aes", "mykey"])
        #expect(try fixture.midguard("create", store).code == 1, "an empty store takes the place of none")
    }

    @Test func comparing() throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: "JKS")
        #expect(try fixture.midguard("convert", store, "--to", "bcfks", fixture.path("other")).code == 0)
        let same = try fixture.midguard("compare", store, fixture.path("other"), "--json")
        #expect(same.code == 0 && same.json["same"] as? Bool == true, "\(same.output) \(same.error)")
        #expect(try fixture.midguard("delete", fixture.path("other"), "root").code == 0)
        let differing = try fixture.midguard("compare", store, fixture.path("other"), "--json")
        #expect(differing.code == 1)
        #expect((differing.json["onlyInFirst"] as? [[String: Any]])?.compactMap { $0["alias"] as? String } == ["root"])
    }
}
