import ArgumentParser
import Testing

@testable import OperatorCommands

@Suite("A keytool call means what keytool makes of it, and what is not understood is said") struct KeytoolCallTests {
    struct Row: Sendable, CustomStringConvertible {
        var call: String, words: String, passwords: [String: KeytoolCall.Password] = [:]
        var description: String { call }
    }
    static let rows = [
        Row(call: "-list -keystore s.jks -storepass:env PW", words: "list s.jks", passwords: ["": .environment("PW")]),
        Row(call: "-list -v -keystore s.jks -storetype JKS -alias a", words: "show --type JKS --alias a s.jks"),
        Row(call: "-LIST -rfc -keyStore s.jks", words: "show --pem s.jks"),
        Row(call: "-list -cacerts", words: "list /java/lib/security/cacerts"),
        Row(call: "-list", words: "list /home/me/.keystore"),
        Row(
            call: "-importcert -trustcacerts -noprompt -alias ca -file ca.pem -keystore s -storepass:file pw",
            words: "import --alias ca s ca.pem", passwords: ["": .file("pw")]),
        Row(call: "-import -keystore s", words: "import --alias mykey s -"),
        Row(call: "-exportcert -rfc -alias a -file out -keystore s", words: "export --replace --output out --alias a s"),
        Row(call: "-export -alias a -keystore s", words: "export --as der --alias a s"),
        Row(call: "-delete -alias a -keystore s", words: "delete --yes --alias a s"),
        Row(call: "-changealias -alias a -destalias b -keystore s", words: "rename s a b"),
        Row(
            call: "-importkeystore -srckeystore a -destkeystore b -deststoretype PKCS12 -srcstorepass one -deststorepass two -noprompt",
            words: "import --type PKCS12 --replace b a", passwords: ["": .clear("two"), "source-": .clear("one")]),
        Row(
            call: "-importkeystore -srckeystore a -destkeystore a -deststoretype pkcs12 -srcstorepass one",
            words: "convert --to pkcs12 a a",
            passwords: ["": .clear("one")]),
        Row(
            call: "-importkeystore -srckeystore a -destkeystore b -srcalias x -destalias y", words: "import --entry x --alias y b a"),
        Row(
            call: "-genkeypair -keyalg RSA -keysize 3072 -dname CN=x -validity 10 -ext san=dns:a,ip:192.0.2.1 -alias k -keystore s",
            words: "create --self-signed CN=x --key rsa-3072 --days 10 --san dns:a --san ip:192.0.2.1 --alias k s"),
        Row(
            call: "-genkeypair -keyalg EC -groupname secp384r1 -dname CN=x -keystore s",
            words: "create --self-signed CN=x --key p-384 --days 90 --alias mykey s"),
        Row(call: "-genseckey -keyalg AES -keysize 128 -keystore s", words: "create --secret-key AES --bits 128 --alias mykey s"),
        Row(
            call: "-storepasswd -new:env N -storepass:env O -keystore s", words: "password s",
            passwords: ["new-": .environment("N"), "": .environment("O")]),
        Row(
            call: "-keypasswd -alias a -keypass k -new n -keystore s", words: "password --alias a s",
            passwords: ["key-": .clear("k"), "new-key-": .clear("n")]),
        Row(call: "-printcert -file c.pem", words: "show --no-password c.pem"),
        Row(call: "-list -keystore s -J-Dx=y -providerclass p", words: "list s"),
    ]

    @Test(arguments: rows) func translation(_ row: Row) throws {
        let call = try KeytoolCall(row.call.split(separator: " ").map(String.init))
        let translation = try KeytoolTranslation(call, javaHome: "/java", home: "/home/me")
        #expect(translation.words == row.words.split(separator: " ").map(String.init))
        #expect(translation.passwords == row.passwords)
    }

    static let refusals = [
        ("-lst -keystore s", "Is -list meant?"), ("-list -keystor s", "Is -keystore meant?"), ("-list -storepas x", "Is -storepass meant?"),
        ("-list -keystore", "needs a value"), ("-list stray", "belongs to no option"), ("-list -storepass:fd 3", "-storepass:env NAME"),
        ("-certreq -alias a", "not understood here"), ("list", "comes first"), ("-zzzzzzzz", "There are:"),
    ]
    @Test(arguments: refusals) func refusal(_ call: String, _ says: String) {
        let refusal = #expect(throws: KeytoolCall.Refusal.self) { try KeytoolCall(call.split(separator: " ").map(String.init)) }
        #expect(refusal?.message.contains(says) == true, "\(refusal?.message ?? "")")
    }

    static let calls = [
        ("-genkeypair -keyalg DSA -dname CN=x -keystore s", "not made"),
        ("-genkeypair -keyalg RSA -keysize 1024 -dname CN=x -keystore s", "2048"),
        ("-genkeypair -keyalg RSA -keystore s", "-dname"), ("-genkeypair -dname CN=x -ext bc=ca:true -keystore s", "only san"),
        ("-delete -keystore s", "-alias"),
    ]
    @Test(arguments: calls) func untranslatable(_ call: String, _ says: String) throws {
        let call = try KeytoolCall(call.split(separator: " ").map(String.init))
        let refusal = #expect(throws: KeytoolCall.Refusal.self) { try KeytoolTranslation(call, javaHome: nil, home: nil) }
        #expect(refusal?.message.contains(says) == true, "\(refusal?.message ?? "")")
    }

    @Test("Every translation is a call that our own parser takes", arguments: rows) func parses(_ row: Row) throws {
        let call = try KeytoolCall(row.call.split(separator: " ").map(String.init))
        let words = try KeytoolTranslation(call, javaHome: "/java", home: "/home/me").words
        #expect(throws: Never.self) { try KeystoreCommand.parseAsRoot(words) }
    }
}
