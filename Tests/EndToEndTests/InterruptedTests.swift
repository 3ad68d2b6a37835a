import CertificateFactory
import Counterparts
import Foundation
import Testing

/// Commands on the identity of an agent that its instance knows, killed at every boundary between two steps. Whatever is there then, the agent
/// is started, nobody helps it, and it works: validated, under its own name, with secrets that it opens.
@Suite("An agent works on after a command on its identity was killed at any step", .timeLimit(.minutes(15)))
struct InterruptedTests {
    typealias Site = RotationTests.Site

    static let points = [
        "identity.begun", "backup.copied", "backup.recorded", "identity.old-kept", "identity.old-set-aside", "identity.replaced",
        "identity.old-removed", "identity.identifier-recorded", "identity.new-kept", "identity.leftover-removed",
        "rotation.keystore-replaced",
    ]

    struct Command: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// How many of the points it passes.
        var least: Int
        /// The words of the command, in that round.
        var words: @Sendable (Site, Int) throws -> [String]
    }

    static let commands = [
        Command(testDescription: "fips", least: 10) { ["fips", $1.isMultiple(of: 2) ? "on" : "off", $0.installation.home] },
        Command(testDescription: "migrate", least: 10) {
            ["migrate", $0.installation.home, "--to", $1.isMultiple(of: 2) ? "quebec" : "rome"]
        },
        Command(testDescription: "reset", least: 10) { site, _ in ["reset", site.installation.home, "--yes"] },
        Command(testDescription: "seal", least: 3) { ["seal", $0.installation.home, $1.isMultiple(of: 2) ? "on" : "off"] },
        Command(testDescription: "import", least: 10) { site, round in
            let root = try TestAuthority.root("Corp Root")
            let leaf = try root.issueLeaf("agent-\(round)") {
                $0.key = .rsa(bits: 2_048)
                $0.isForClients()
            }
            return [
                "import", site.installation.home, try site.installation.folder.write(leaf.pem + root.pem + leaf.keyPEM, to: "\(round).pem"),
            ]
        },
        Command(testDescription: "restore", least: 5) { site, round in
            let home = site.installation.home
            // In turns the identifier is wrong, and the keystore is gone.
            if round.isMultiple(of: 2) {
                let text = try String(contentsOfFile: home + "/config.xml", encoding: .utf8)
                let wrong = text.replacing(try site.installation.midID(), with: String(repeating: "0", count: 32))
                try Data(wrong.utf8).write(to: URL(fileURLWithPath: home + "/config.xml"))
            } else {
                try FileManager.default.removeItem(atPath: home + "/security/agent_keystore")
            }
            return ["restore", home]
        },
    ]

    @Test(arguments: commands) func nothingIsLost(_ command: Command) throws {
        let site = try Site()
        var kills = 0
        // Their number is odd: what is done in turns meets each of them in both ways.
        for (round, point) in (Self.points + Self.points).enumerated() {
            site.agent.end(SIGTERM)
            let words = try command.words(site, round)
            let outcome = try MidguardProcess.run(["identity"] + words, environment: ["MIDGUARD_KILL_AT": point])
            #expect(outcome.code == 9 || outcome.code == 0, "\(words) at \(point): \(outcome.error)")
            if outcome.code == 9 { kills += 1 }
            site.agent = try site.installation.startAgent()
            try site.sealedJobWorks()
            #expect(try site.certificate() != nil, "still validated after \(words) at \(point)")
        }
        #expect(kills >= command.least, "\(command) was killed \(kills) times")
        struct Listing: Decodable {
            struct Agent: Decodable { var name: String }
            var agents: [Agent]
        }
        let listed = try MidguardProcess.run(["instance", "agents", "--data", site.installation.data, "--json"]).output
        #expect(try JSONDecoder().decode(Listing.self, from: Data(listed.utf8)).agents.map(\.name) == [Installation.agentName])
    }
}
