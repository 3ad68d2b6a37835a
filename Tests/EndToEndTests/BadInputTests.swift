import Counterparts
import Foundation
import Testing

@Suite("Bad input brings one finding and the promised exit code, and nothing half-written", .timeLimit(.minutes(15)))
struct BadInputTests {
    /// A home that was set up against an instance that is not there.
    static func home(_ folder: TemporaryFolder) throws -> String {
        let home = folder.path("agent")
        let outcome = try MidguardProcess.run([
            "agent", "setup", "--home", home, "--url", "https://localhost:1/", "--name", "beta", "--username", "mid.beta",
            "--password-file",
            try folder.write("secret-word\n", to: "password"),
        ])
        #expect(outcome.code == 0, "\(outcome.error)")
        return home
    }

    static func findings(_ outcome: MidguardProcess.Outcome) -> [String] {
        (outcome.output + outcome.error).split(separator: "\n").filter { $0.hasPrefix("[error] ") }
            .map { String($0.dropFirst("[error] ".count).prefix { $0 != ":" }) }
    }

    @Test func missingConfiguration() throws {
        let folder = try TemporaryFolder()
        let outcome = try MidguardProcess.run(["agent", "run", "--home", folder.path("nowhere")])
        #expect(outcome.code == 3, "\(outcome.error)")
        #expect(Self.findings(outcome) == ["config.missing"])
        #expect(!FileManager.default.fileExists(atPath: folder.path("nowhere")))
    }

    @Test func malformedConfigurationNamesLineAndColumn() throws {
        let folder = try TemporaryFolder()
        let home = try Self.home(folder)
        let path = home + "/config.xml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try Data(text.replacingOccurrences(of: "value=\"secret-word\"", with: "value=\"a&b\"").utf8).write(to: URL(fileURLWithPath: path))
        let outcome = try MidguardProcess.run(["agent", "run", "--home", home])
        #expect(outcome.code == 1, "\(outcome.error)")
        #expect(Self.findings(outcome) == ["config.not-escaped"])
        #expect(outcome.error.contains("line 6, column"), "\(outcome.error)")
        try Data(text.dropLast(30).utf8).write(to: URL(fileURLWithPath: path))
        let cut = try MidguardProcess.run(["agent", "run", "--home", home])
        #expect(cut.code == 1)
        #expect(Self.findings(cut) == ["config.malformed"])
    }

    @Test func wrongKeystorePasswordIsOutOfSyncAndTheStoreStays() throws {
        let folder = try TemporaryFolder()
        let home = try Self.home(folder)
        let store = home + "/security/agent_keystore"
        try Counterpart.keytool.run(
            [
                "-genkeypair", "-storetype", "JKS", "-alias", "defaultsecuritykeypairhandle", "-keyalg", "RSA", "-keysize", "2048",
                "-dname", "CN=x",
                "-storepass", "another-password", "-keypass", "another-password", "-keystore", store,
            ], in: folder)
        let before = try Data(contentsOf: URL(fileURLWithPath: store))
        let path = home + "/config.xml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let midID = String(repeating: "ab", count: 16)
        try Data(
            text.replacingOccurrences(of: "name=\"keypairs.mid_id\" value=\"\"", with: "name=\"keypairs.mid_id\" value=\"\(midID)\"").utf8
        )
        .write(to: URL(fileURLWithPath: path))
        let outcome = try MidguardProcess.run(["agent", "run", "--home", home])
        #expect(outcome.code == 1, "\(outcome.error)")
        #expect(Self.findings(outcome).first == "identity.out-of-sync", "\(outcome.error)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: store)) == before)
        #expect(!outcome.error.contains(midID))
    }

    @Test func unwritableHome() throws {
        let folder = try TemporaryFolder()
        // A file where the folder's parent should be: not even root can make a folder below it.
        let blocked = try folder.write("", to: "file") + "/agent"
        let outcome = try MidguardProcess.run([
            "agent", "setup", "--home", blocked, "--url", "https://localhost:1/", "--name", "beta", "--username", "mid.beta",
            "--password-file",
            try folder.write("secret-word\n", to: "password"),
        ])
        #expect(outcome.code == 3, "\(outcome.error)")
        #expect(Self.findings(outcome) == ["store.not-writable"], "\(outcome.error)")
    }

    @Test func plainHTTPInstance() throws {
        let folder = try TemporaryFolder()
        let outcome = try MidguardProcess.run([
            "agent", "setup", "--home", folder.path("agent"), "--url", "http://localhost:1/", "--name", "beta", "--username", "mid.beta",
            "--password-file", try folder.write("secret-word\n", to: "password"),
        ])
        #expect(outcome.code == 1)
        #expect(Self.findings(outcome) == ["policy.plain-http-refused"])
        #expect(!FileManager.default.fileExists(atPath: folder.path("agent")))
        let home = try Self.home(folder)
        let path = home + "/config.xml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try Data(text.replacingOccurrences(of: "https://localhost:1/", with: "http://localhost:1/").utf8).write(
            to: URL(fileURLWithPath: path))
        let run = try MidguardProcess.run(["agent", "run", "--home", home])
        #expect(run.code == 1)
        #expect(Self.findings(run) == ["policy.plain-http-refused"], "\(run.error)")
    }

    @Test func portInUse() throws {
        let folder = try TemporaryFolder()
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 1) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        #expect(listening)
        let port = Int(UInt16(bigEndian: address.sin_port))
        let outcome = try MidguardProcess.run([
            "instance", "serve", "--data", folder.path("instance"), "--port", "\(port)", "--http-port", "0",
        ])
        #expect(outcome.code == 3, "\(outcome.error)")
        #expect(Self.findings(outcome) == ["listener.port-in-use"], "\(outcome.error)")
    }

    @Test func aSecondSetUpOverwritesNothing() throws {
        let folder = try TemporaryFolder()
        let home = try Self.home(folder)
        let before = try Data(contentsOf: URL(fileURLWithPath: home + "/config.xml"))
        let outcome = try MidguardProcess.run([
            "agent", "setup", "--home", home, "--url", "https://localhost:2/", "--name", "gamma", "--username", "mid.gamma",
            "--password-file",
            folder.path("password"),
        ])
        #expect(outcome.code == 1)
        #expect(try Data(contentsOf: URL(fileURLWithPath: home + "/config.xml")) == before)
    }
}
