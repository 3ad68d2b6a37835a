import Counterparts
import Foundation
import Testing

@Suite("What is wrong with a store is said with a fix that works when pasted", .timeLimit(.minutes(15))) struct KeystoreFindingTests {
    /// Runs a printed command as a shell does, with our own binary in the place of the name.
    static func paste(_ command: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.environment = ["PATH": MidguardProcess.binary.deletingLastPathComponent().path + ":/usr/bin:/bin"]
        (process.standardInput, process.standardOutput, process.standardError) = (
            FileHandle.nullDevice, FileHandle.nullDevice, FileHandle.nullDevice
        )
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    @Test func wrongPassword() throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: "JKS")
        _ = try fixture.folder.write("not-the-word", to: "wrong")
        let outcome = try MidguardProcess.run(["keystore", "list", store, "--password-file", fixture.path("wrong"), "--json"])
        #expect(outcome.code == 1 && outcome.findingIDs == ["store.password-or-integrity"], "\(outcome.output)")
        #expect(!outcome.output.contains("not-the-word"))
        let command = try #require(outcome.fixCommands.first { $0.contains("--no-password") })
        #expect(try Self.paste(command) == 0)
    }

    @Test func filesThatCannotBeRead() throws {
        let fixture = try KeystoreFixture()
        let missing = try fixture.midguard("verify", fixture.path("nowhere"), "--json")
        #expect(missing.code == 3 && missing.findingIDs == ["store.missing"])
        let store = try fixture.store("store", type: "JKS")
        let noPassword = try MidguardProcess.run(["keystore", "verify", store, "--password-file", fixture.path("nowhere")])
        #expect(noPassword.code == 3, "\(noPassword.error)")
        let none = try fixture.midguard("verify", store, "--json", password: false)
        #expect(none.code == 2 && none.findingIDs == ["store.password-missing"], "\(none.output)")
    }

    @Test(arguments: ["JKS", "JCEKS", "PKCS12"]) func truncated(_ type: String) throws {
        let fixture = try KeystoreFixture()
        _ = try fixture.store("store", type: type)
        let bytes = try fixture.folder.read("store")
        try fixture.folder.write(Array(bytes.prefix(bytes.count / 2)), to: "half")
        let outcome = try fixture.midguard("list", fixture.path("half"), "--json")
        #expect(outcome.code == 1 && outcome.findingIDs == ["store.truncated"], "\(outcome.output)")
        try fixture.folder.write([], to: "empty")
        let empty = try fixture.midguard("list", fixture.path("empty"), "--json")
        #expect(empty.code == 1 && empty.findingIDs == ["store.truncated"], "\(empty.output)")
    }

    @Test func wrongType() throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: "JCEKS")
        let outcome = try fixture.midguard("list", store, "--type", "pkcs12", "--json")
        #expect(outcome.code == 1 && outcome.findingIDs == ["store.type-mismatch"])
        for command in outcome.fixCommands { #expect(try Self.paste(command) == 0, "\(command)") }
        #expect(outcome.fixCommands.count == 2)
    }

    @Test func certificatesAreNoKeystore() throws {
        let fixture = try KeystoreFixture()
        try fixture.authority()
        try fixture.openssl("x509", "-in", "root.pem", "-outform", "DER", "-out", "root.der")
        for name in ["root.pem", "root.der"] {
            let outcome = try fixture.midguard("list", fixture.path(name), "--json")
            #expect(outcome.code == 1 && outcome.findingIDs == ["store.type-unknown"], "\(name): \(outcome.output)")
            let command = try #require(outcome.fixCommands.first)
            #expect(try Self.paste(command) == 0, "\(command)")
            #expect(try fixture.keytoolAliases(name + ".p12") == ["corp-root"])
        }
    }

    @Test func lossesAreNamedAndRefused() throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: "PKCS12")
        #expect(try fixture.midguard("create", store, "--secret-key", "AES", "--alias", "aes").code == 0)
        let outcome = try fixture.midguard("convert", store, "--to", "jks", fixture.path("new.jks"), "--json")
        #expect(outcome.code == 1 && outcome.findingIDs == ["store.cannot-hold"], "\(outcome.output)")
        #expect(!FileManager.default.fileExists(atPath: fixture.path("new.jks")))
        let command = try #require(outcome.fixCommands.first { $0.contains("--drop") })
        #expect(try Self.paste(command) == 0, "\(command)")
        #expect(try fixture.keytoolAliases("new.jks") == ["agent", "root"])
    }

    @Test func whatJavaDoesNotSee() throws {
        let fixture = try KeystoreFixture()
        try fixture.authority()
        try fixture.openssl("pkcs12", "-export", "-nokeys", "-in", "root.pem", "-out", "store", "-passout", "pass:" + fixture.word)
        #expect(try fixture.keytoolAliases("store").isEmpty)
        let outcome = try fixture.midguard("list", fixture.path("store"), "--json")
        #expect(outcome.findingIDs == ["store.entry-unseen"], "\(outcome.output)")
        let refused = try fixture.midguard("create", fixture.path("store"), "--secret-key", "AES", "--json")
        #expect(refused.code == 1 && refused.findingIDs == ["store.entry-unseen"], "\(refused.output)")
        let command = try #require(outcome.fixCommands.first)
        #expect(try Self.paste(command) == 0, "\(command)")
        #expect(try fixture.keytoolAliases("store").count == 1)
    }

    @Test func chainThatStopsEarly() throws {
        let fixture = try KeystoreFixture()
        try fixture.leaf()
        try fixture.openssl(
            "pkcs12", "-export", "-inkey", "leaf.key", "-in", "leaf.pem", "-name", "leaf", "-out", "leaf.p12", "-passout",
            "pass:" + fixture.word)
        // A reader of PKCS#12 finds the issuer in the store by itself; JKS keeps chains as they are.
        let store = fixture.path("leaf.jks")
        #expect(try fixture.midguard("convert", fixture.path("leaf.p12"), "--to", "jks", store).code == 0)
        #expect(try fixture.midguard("import", store, fixture.path("root.pem")).code == 0)
        let outcome = try fixture.midguard("verify", store, "--json")
        #expect(outcome.findingIDs == ["auth.chain-incomplete"], "\(outcome.output)")
        let strict = try fixture.midguard("verify", store, "--strict")
        #expect(strict.code == 4)
        let command = try #require(outcome.fixCommands.first)
        #expect(try Self.paste(command) == 0, "\(command)")
        let mended = try fixture.midguard("verify", store, "--json")
        #expect(mended.code == 0 && mended.findingIDs.isEmpty, "\(mended.output)")
    }

    @Test func wellKnownPassword() throws {
        let fixture = try KeystoreFixture()
        _ = try fixture.folder.write("changeit", to: "changeit")
        let store = fixture.path("new.jks")
        let call = ["keystore", "create", store, "--type", "jks", "--self-signed", "CN=x", "--password-file", fixture.path("changeit")]
        #expect(try MidguardProcess.run(call).code == 0)
        let outcome = try MidguardProcess.run(["keystore", "verify", store, "--json", "--password-file", fixture.path("changeit")])
        #expect(outcome.findingIDs == ["store.default-password"] && outcome.code == 0, "\(outcome.output)")
    }

    @Test func aBundleThatIsCut() throws {
        let fixture = try KeystoreFixture()
        try fixture.leaf()
        let cut = try fixture.text("root.pem") + fixture.text("leaf.pem").dropLast(200)
        _ = try fixture.folder.write(String(cut), to: "bundle.pem")
        let outcome = try fixture.midguard("import", fixture.path("new.p12"), fixture.path("bundle.pem"), "--json")
        #expect(outcome.code == 1 && outcome.findingIDs == ["store.bundle-cut"], "\(outcome.output)")
        #expect(!FileManager.default.fileExists(atPath: fixture.path("new.p12")))
        #expect(try fixture.midguard("import", fixture.path("new.p12"), fixture.path("bundle.pem"), "--partial").code == 0)
        #expect(try fixture.keytoolAliases("new.p12") == ["corp-root"])
    }

    @Test func passwordsFromTheEnvironmentAndDescriptors() throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: "JKS")
        let outcome = try MidguardProcess.run(
            ["keystore", "verify", store, "--password-env", "STORE_WORD"], environment: ["STORE_WORD": fixture.word])
        #expect(outcome.code == 0, "\(outcome.error)")
        let unset = try MidguardProcess.run(["keystore", "verify", store, "--password-env", "NO_SUCH_WORD", "--json"])
        #expect(unset.code == 2 && unset.findingIDs == ["store.password-missing"])
        #expect(try Self.paste("midguard keystore verify --password-fd 7 \(store) 7<\(fixture.passwordFile)") == 0)
        #expect(try Self.paste("midguard keystore verify --password-file - \(store) <\(fixture.passwordFile)") == 0)
    }
}

@Suite(
    "A store that may not be written stays as it is", .timeLimit(.minutes(15)),
    .enabled(if: UnprivilegedRun.isPossible, "needs root and setpriv"))
struct KeystorePermissionTests {
    @Test func folderThatIsReadOnly() throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: "JKS")
        try UnprivilegedRun.open(fixture.folder.url.path, mode: 0o755)
        try UnprivilegedRun.open(store, mode: 0o644)
        try UnprivilegedRun.open(fixture.passwordFile, mode: 0o644)
        let before = try fixture.folder.read("store")
        let outcome = try UnprivilegedRun.run(
            ["keystore", "delete", store, "root", "--password-file", fixture.passwordFile, "--json"], fixture.folder)
        #expect(outcome.code == 3 && outcome.output.contains("store.not-writable"), "\(outcome.output)")
        #expect(try fixture.folder.read("store") == before)
    }

    @Test func fileOfAnotherUser() throws {
        let fixture = try KeystoreFixture()
        let store = try fixture.store("store", type: "JKS")
        try UnprivilegedRun.open(fixture.folder.url.path, mode: 0o777)
        try UnprivilegedRun.open(store, mode: 0o666)
        try UnprivilegedRun.open(fixture.passwordFile, mode: 0o644)
        let before = try fixture.folder.read("store")
        let outcome = try UnprivilegedRun.run(
            ["keystore", "delete", store, "root", "--password-file", fixture.passwordFile, "--json"], fixture.folder)
        #expect(outcome.code == 3 && outcome.output.contains("store.not-writable"), "\(outcome.output)")
        #expect(try fixture.folder.read("store") == before)
        #expect(try !FileManager.default.contentsOfDirectory(atPath: fixture.folder.url.path).contains { $0.contains(".new-") })
    }
}

/// Runs midguard as nobody: root may write anywhere.
enum UnprivilegedRun {
    private static let setpriv = "/usr/bin/setpriv"
    private static let identity = ["--reuid=65534", "--regid=65534", "--clear-groups"]

    static var isPossible: Bool {
        guard geteuid() == 0, FileManager.default.isExecutableFile(atPath: setpriv) else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: setpriv)
        process.arguments = identity + ["test", "-x", MidguardProcess.binary.path]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    static func open(_ path: String, mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    static func run(_ arguments: [String], _ folder: TemporaryFolder) throws -> (code: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: setpriv)
        process.arguments = identity + [MidguardProcess.binary.path] + arguments
        let pipe = Pipe()
        (process.standardInput, process.standardOutput, process.standardError) = (FileHandle.nullDevice, pipe, pipe)
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

@Suite("A keytool call that people paste does the same without Java", .timeLimit(.minutes(15))) struct KeytoolAliasTests {
    @Test func aDayWithKeytool() throws {
        let fixture = try KeystoreFixture()
        try fixture.authority()
        let store = fixture.path("store.jks")
        func run(_ arguments: String...) throws -> MidguardProcess.Outcome {
            try MidguardProcess.run(["keytool"] + arguments, environment: ["STORE_WORD": fixture.word])
        }
        let made = try run(
            "-genkeypair", "-alias", "agent", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=agent.example", "-validity", "30",
            "-storetype", "JKS",
            "-keystore", store, "-storepass:env", "STORE_WORD")
        #expect(made.code == 0, "\(made.error)")
        let imported = try run(
            "-importcert", "-trustcacerts", "-noprompt", "-alias", "Root", "-file", fixture.path("root.pem"), "-keystore", store,
            "-storepass:file", fixture.passwordFile)
        #expect(imported.code == 0, "\(imported.error)")
        let listed = try run("-list", "-keystore", store, "-storepass", fixture.word)
        #expect(listed.code == 0 && listed.output.contains("2 entries"), "\(listed.error)")
        #expect(listed.error.contains("warning: everybody on this machine can read -storepass") && !listed.error.contains(fixture.word))
        #expect(try fixture.keytoolAliases("store.jks") == ["agent", "root"])
        let converted = try run(
            "-importkeystore", "-srckeystore", store, "-srcstorepass:env", "STORE_WORD", "-destkeystore", fixture.path("new.p12"),
            "-deststoretype", "PKCS12", "-deststorepass:env", "STORE_WORD")
        #expect(converted.code == 0, "\(converted.error)")
        #expect(try fixture.keytoolAliases("new.p12") == ["agent", "root"])
        let printed = try run("-printcert", "-file", fixture.path("root.pem"))
        #expect(printed.code == 0 && printed.output.contains("subject: CN=Corp Root,O=Corp"), "\(printed.error)")
        let wrong = try run("-list", "-keystroe", store)
        #expect(wrong.code == 2 && wrong.error.contains("Is -keystore meant?"))
        let removed = try run("-delete", "-alias", "root", "-keystore", store, "-storepass:env", "STORE_WORD")
        #expect(removed.code == 0)
        #expect(try fixture.keytoolAliases("store.jks") == ["agent"])
        #expect(try run("-help").output.contains("midguard keystore list"))
    }
}
