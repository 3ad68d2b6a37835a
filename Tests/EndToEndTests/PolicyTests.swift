import Counterparts
import Foundation
import Testing

/// The same bad endpoints under every release, and the rows that decide.
@Suite("Releases refuse and pass the same endpoints as the matrix says, and rows of a policy file decide", .timeLimit(.minutes(15)))
struct PolicyTests {
    struct Profile: Decodable { var name: String, chain: Bool, hostname: Bool, revocation: [String] }

    /// OCSP by openssl, for the two leaves of one authority: one good, one revoked.
    final class Responder: Sendable {
        let folder: TemporaryFolder
        let port: Int
        private let process: OpenSSLResponder

        init(_ authority: CheckTests.Authority) throws {
            folder = authority.folder
            port = try LoopbackPort.free()
            let extensions =
                "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\nauthorityInfoAccess=OCSP;URI:http://127.0.0.1:\(port)/\n"
            for name in ["good", "bad"] {
                _ = try folder.write(extensions, to: "\(name).cnf")
                try authority.issue(name, by: "intermediate", subject: "/CN=\(name)", extensions: "\(name).cnf")
            }
            process = try OpenSSLResponder(
                port: port, certificates: [.init("good.pem"), .init("bad.pem", revokedAt: "251101000000Z")], issuer: "intermediate",
                days: 3, in: folder)
        }

        func chain(_ name: String) throws -> (chain: String, key: String) {
            let text = { (file: String) in try String(contentsOfFile: self.folder.path(file), encoding: .utf8) }
            return (try text("\(name).pem") + text("intermediate.pem"), try text("\(name).key"))
        }
    }

    @Test func theReleaseMatrix() throws {
        let authority = try CheckTests.Authority()
        let responder = try Responder(authority)
        let store = authority.folder.path("root.pem")
        let other = try CheckTests.Authority()
        let stranger = other.folder.path("root.pem")
        let (good, bad) = (try responder.chain("good"), try responder.chain("bad"))
        let sound = try OpenSSLServer(chainPEM: good.chain, keyPEM: good.key)
        let revoked = try OpenSSLServer(chainPEM: bad.chain, keyPEM: bad.key)
        let listing = try MidguardProcess.run(["policy", "profiles", "--json"])
        let profiles = try JSONDecoder().decode([Profile].self, from: Data(listing.output.utf8))
        #expect(profiles.count == 18)
        // Three releases that differ in each check and the newest stand for those that check the same.
        for profile in profiles where ["new-york", "orlando", "orlando-p8", "quebec", "australia", "current"].contains(profile.name) {
            func verdict(_ url: String, _ store: String, _ more: [String] = []) throws -> String {
                let report = try CheckTests.check(url, store: store, ["--release", profile.name] + more).0
                return report.verdict == "unreachable" ? "unreachable: \(report.findings.map(\.id))" : report.verdict
            }
            let name = profile.name
            #expect(try verdict("https://localhost:\(sound.port)", store) == "trusted", "\(name), sound")
            #expect(
                try verdict("https://localhost:\(revoked.port)", store) == (profile.revocation.isEmpty ? "trusted" : "refused"),
                "\(name), revoked")
            #expect(try verdict("https://localhost:\(sound.port)", stranger) == (profile.chain ? "refused" : "trusted"), "\(name), chain")
            let wrongName = try verdict("https://other.example", store, ["--connect", "127.0.0.1:\(sound.port)"])
            #expect(wrongName == (profile.hostname ? "refused" : "trusted"), "\(name), name")
        }
    }

    @Test func anOverrideDecidesForItsHostUntilItEnds() throws {
        let authority = try CheckTests.Authority()
        let (chain, key) = try authority.leaf("good", hosts: "DNS:localhost")
        let server = try OpenSSLServer(chainPEM: chain, keyPEM: key)
        let file = authority.folder.path("policies.json")
        let url = "https://localhost:\(server.port)"
        func set(_ more: [String]) throws -> MidguardProcess.Outcome {
            try MidguardProcess.run(
                ["policy", "set", "lab", "--policy", file, "--category", "overridden", "--include", "localhost"] + more)
        }
        let unowned = try set(["--chain", "off"])
        #expect(unowned.code == 1 && unowned.error.contains("owner"))
        #expect(!FileManager.default.fileExists(atPath: file))
        let owned = ["--owner", "alice", "--reason", "a lab", "--until", "2099-01-01T00:00:00Z"]
        #expect(try set(["--chain", "off", "--hostname", "on"] + owned).error.contains("policy.combination"))
        #expect(try set(["--chain", "off"] + owned).code == 0)

        let other = try CheckTests.Authority()
        let stranger = other.folder.path("root.pem")
        let (report, code) = try CheckTests.check(url, store: stranger, ["--policy", file])
        #expect(report.verdict == "trusted" && code == 0)
        #expect(report.decidedBy.contains("lab"))
        let note = try #require(report.findings.first { $0.id == "policy.check-disabled" })
        #expect(note.evidence["owner"] == "alice" && note.evidence["off"] == "chain, hostname")
        #expect(
            try CheckTests.paste(try #require(note.fixes.first?.command), in: authority.folder).contains(
                "overridden for the host localhost"))
        // When it has ended it decides nothing.
        let (after, _) = try CheckTests.check(url, store: stranger, ["--policy", file, "--at", "2099-06-01T00:00:00Z"])
        #expect(!after.decidedBy.contains("lab"))

        // Report only: said, and not enforced.
        #expect(try set(["--chain", "on", "--report-only", "on"]).code == 0)
        let (reported, _) = try CheckTests.check(url, store: stranger, ["--policy", file])
        #expect(reported.verdict == "trusted" && reported.findings.contains { $0.id == "policy.report-only" })
        #expect(try MidguardProcess.run(["policy", "remove", "lab", "--policy", file]).code == 0)
        #expect(try CheckTests.check(url, store: stranger, ["--policy", file]).0.verdict == "refused")
    }

    /// The list of former releases, as the agent's own file has it: what it named is checked, of the others it is said what would be refused.
    @Test func aFormerListOfEndpoints() throws {
        let authority = try CheckTests.Authority()
        let (chain, key) = try authority.leaf("one", hosts: "DNS:localhost,DNS:listed.example")
        let server = try OpenSSLServer(chainPEM: chain, keyPEM: key)
        let stranger = try CheckTests.Authority().folder
        let (home, file) = (try BareHome(at: authority.folder.path("agent")).path, authority.folder.path("rows.json"))
        func convert(_ words: String...) throws -> MidguardProcess.Outcome {
            try MidguardProcess.run(["policy", "convert", "--home", home, "--policy", file, "--owner", "alice"] + words)
        }
        #expect(try convert().code == 3)
        try Data("a=b\nmid.security.validation.endpoints=https\\://listed.example/x, *.corp.example\n".utf8).write(
            to: URL(fileURLWithPath: home + "/work/remote.properties"))
        let dry = try convert("--dry-run")
        #expect(dry.code == 0 && !FileManager.default.fileExists(atPath: file), "\(dry)")
        let converted = try convert()
        #expect(converted.code == 0 && converted.output.contains("for listed.example, *.corp.example"), "\(converted)")

        let store = stranger.path("root.pem")
        let listed = try CheckTests.check(
            "https://listed.example", store: store, ["--connect", "localhost:\(server.port)", "--policy", file]
        ).0
        #expect(listed.verdict == "refused" && listed.decidedBy.hasPrefix("validation-endpoints"), "\(listed)")
        let other = try CheckTests.check("https://localhost:\(server.port)", store: store, ["--policy", file]).0
        #expect(other.verdict == "trusted" && other.findings.contains { $0.id == "policy.report-only" }, "\(other)")
        #expect(try convert("not a host!").code == 2)
        // An empty list named nobody.
        #expect(try convert("").output.contains("validation-endpoints") == false)
    }

    @Test func aTableThatDoesNotHoldTogetherIsRefused() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(#"{"policies":[{"name":"a","category":"internet","chain":false,"hostname":true}]}"#, to: "p.json")
        let outcome = try MidguardProcess.run(["check", "https://localhost:1", "--policy", file])
        #expect(outcome.code == 1 && outcome.error.contains("policy.combination"))
        #expect(try MidguardProcess.run(["check", "https://localhost:1", "--release", "atlantis"]).code == 2)
    }
}
