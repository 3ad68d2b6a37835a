import Counterparts
import Foundation
import Testing

@Suite("No secret is in an argument, an environment, a log, an answer, or a file that others may read", .timeLimit(.minutes(15)))
struct SecretsTests {
    /// Everything that commands printed, and what `/proc` showed of the programs.
    private final class Transcript {
        var text = ""

        func run(_ arguments: [String], environment: [String: String] = [:]) throws -> MidguardProcess.Outcome {
            let outcome = try MidguardProcess.run(arguments, environment: environment)
            text += "$ \(arguments.joined(separator: " "))\n\(outcome.output)\(outcome.error)"
            return outcome
        }

        /// Arguments and environments of all programs of this build that run now.
        func look() throws {
            let binary = MidguardProcess.binary.resolvingSymlinksInPath().path
            for process in try FileManager.default.contentsOfDirectory(atPath: "/proc").filter({ Int($0) != nil }) {
                guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/exe"), program == binary
                else { continue }
                for name in ["cmdline", "environ"] {
                    let bytes = FileManager.default.contents(atPath: "/proc/\(process)/\(name)") ?? Data()
                    text += "/proc/\(process)/\(name): \(String(decoding: bytes, as: UTF8.self).replacing("\0", with: "\n"))\n"
                }
            }
        }
    }

    @Test func aDayInTheLifeOfSecrets() throws {
        let (site, transcript) = (try RotationTests.Site(), Transcript())
        let (installation, folder) = (site.installation, site.installation.folder)
        func secret(_ path: String) throws -> String {
            try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let planted = "planted-\(UUID().uuidString)"
        let plantedFile = try folder.write(planted, to: "planted")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: plantedFile)
        let secrets = [
            "planted": planted, "password": try secret(folder.path("enrolment/password")),
            "administrator's password": try secret(installation.data + "/admin-password"), "keypairs.mid_id": try installation.midID(),
            "registration key": try secret(folder.path("enrolment/registration_key")),
        ]
        for (name, value) in secrets { #expect(value.count >= 16, "\(name)") }

        // Used and refused, shown and moved, in each way there is.
        _ = try transcript.run([
            "instance", "credential", "wrong", "--username", "admin", "--password-file", plantedFile, "--data", installation.data,
        ])
        _ = try transcript.run([
            "instance", "jobs", "--data", installation.data, "--insert", "RESTProbe", "--agent", Installation.agentName, "--source",
            installation.url + "api/now/table/ecc_agent", "--parameter", "credential=wrong",
        ])
        try site.waitForJobs()
        try site.sealedJobWorks()
        try transcript.look()
        for words in [["show"], ["show", "--json"], ["backup"], ["mutual-tls", "on"], ["mutual-tls", "off"], ["token", "on"]] {
            _ = try transcript.run(["identity", words[0], installation.home] + words.dropFirst())
        }
        _ = try transcript.run(["identity", "password", installation.home, "--user", "mid.alpha", "--password-file", plantedFile])
        _ = try transcript.run(["instance", "rekey", Installation.agentName, "--data", installation.data])
        site.agent.end(SIGTERM)
        site.agent = try installation.startAgent()
        try site.sealedJobWorks()
        try transcript.look()
        // The keystore is taken away, so that it is refused and restored.
        site.agent.end(SIGTERM)
        try Data("no keystore".utf8).write(to: URL(fileURLWithPath: installation.home + "/security/agent_keystore"))
        for words in [["show"], ["restore"]] { _ = try transcript.run(["identity", words[0], installation.home] + words.dropFirst()) }
        for arguments in [["jobs", "--json"], ["agents", "--json"], ["audit"], ["clients", "list"]] {
            _ = try transcript.run(["instance"] + arguments + ["--data", installation.data])
        }
        _ = try transcript.run(["agent", "status", "--home", installation.home])
        site.instance.end(SIGTERM)

        for (name, value) in secrets { #expect(!transcript.text.contains(value), "\(name) was shown") }
        let files = try Self.files(under: folder.url.path)
        #expect(files.count > 20)
        var holders: [String: Set<String>] = [:]
        for file in files {
            let bytes = FileManager.default.contents(atPath: file) ?? Data()
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int ?? 0
            for (name, value) in secrets where bytes.range(of: Data(value.utf8)) != nil {
                let place = String(file.dropFirst(folder.url.path.count + 1))
                holders[name, default: []].insert(place)
                // What the test wrote into the folder itself is none of theirs.
                #expect(mode & 0o077 == 0 || place == "planted", "\(place) holds \(name) and has mode \(String(mode, radix: 8))")
                // The vendor's record of what opens which backup; it is no log but for its name.
                let isTrail = name == "keypairs.mid_id" && place == "agent/security_backup/keystore_backup_audit_trail.log"
                #expect(isTrail || !place.hasPrefix("agent/logs") && !place.hasSuffix(".log"), "\(place) holds \(name)")
            }
        }
        // Else the search would not find anything.
        #expect(holders["keypairs.mid_id"]?.contains("agent/config.xml") == true, "\(holders)")
        #expect(holders["planted"]?.contains("planted") == true)
        // The instance keeps credentials for others sealed, and passwords only as hashes.
        #expect(holders["password"]?.contains { $0.hasPrefix("instance/") } != true, "\(holders)")
    }

    private static func files(under folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).map { folder + "/" + $0 }.filter {
            (try? FileManager.default.attributesOfItem(atPath: $0)[.type] as? FileAttributeType) == .typeRegular
        }
    }
}

extension RotationTests.Site {
    /// However they end.
    func waitForJobs() throws {
        try eventually(within: 60, "no job waits; \(installation.logs)") {
            try installation.jobs().allSatisfy { ["processed", "error"].contains($0.state) } ? () : nil
        }
    }
}
