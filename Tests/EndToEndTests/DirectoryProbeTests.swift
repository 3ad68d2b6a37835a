import Counterparts
import Foundation
import Testing

@Suite("A job in a directory is refused with the way out, and done once that was gone", .timeLimit(.minutes(15)))
struct DirectoryProbeTests {
    private struct Job: Decodable { var sys_id: String, state: String, result: String?, error: String? }

    private func run(_ topic: String, _ source: String, _ parameters: [String], at site: RotationTests.Site) throws -> Job {
        let installation = site.installation
        let inserted = try MidguardProcess.run(
            [
                "instance", "jobs", "--data", installation.data, "--insert", topic, "--agent", Installation.agentName, "--source", source,
            ] + parameters.flatMap { ["--parameter", $0] })
        #expect(inserted.code == 0, "\(inserted.error)")
        return try eventually(within: 60, "the job ends; \(installation.logs)") {
            let listing = try MidguardProcess.run(["instance", "jobs", "--data", installation.data, "--json", "--limit", "1000"])
            struct Listing: Decodable { var jobs: [Job] }
            let jobs = try JSONDecoder().decode(Listing.self, from: Data(listing.output.utf8)).jobs
            return jobs.allSatisfy { ["processed", "error"].contains($0.state) }
                ? jobs.first { inserted.output.contains($0.sys_id) } : nil
        }
    }

    @Test(arguments: ["ldap", "ldaps"]) func aSearch(scheme: String) throws {
        let authority = try CheckTests.Authority()
        let (chain, key) = try authority.leaf("directory", hosts: "DNS:localhost")
        let root = try String(contentsOfFile: authority.folder.path("root.pem"), encoding: .utf8)
        let server = try SlapdServer(chainPEM: chain + root, keyPEM: key)
        let site = try RotationTests.Site()
        let installation = site.installation
        let word = try installation.folder.write(SlapdServer.password, to: "directory-password")
        let stored = try MidguardProcess.run([
            "instance", "credential", "directory", "--username", SlapdServer.reader, "--password-file", word, "--data", installation.data,
        ])
        #expect(stored.code == 0, "\(stored.error)")
        let place = "localhost:\(scheme == "ldap" ? server.port : server.securePort)"
        let (source, search) = (
            "\(scheme)://\(place)", ["credential=directory", "base_dn=\(SlapdServer.suffix)", "filter=(uid=person-1)", "attributes=cn, sn"]
        )

        let refused = try run("LDAPProbe", source, search, at: site)
        let result = try #require(refused.result)
        // As in the log of a Java-based agent, and then what mends it.
        let shape = "javax.naming.CommunicationException: \(place) [Root exception is javax.net.ssl.SSLHandshakeException: "
        #expect(result.contains(shape) && result.contains("[chain.root-missing]"), "\(result)")
        #expect(result.contains("No issuer certificate for certificate in certification path found"), "\(result)")
        let command = try #require(result.firstMatch(of: #/midguard trust add [^"&<]*/#)?.0)
        try CheckTests.paste(String(command), in: installation.folder)
        site.agent.end(SIGTERM)
        site.agent = try installation.startAgent()

        let done = try run("LDAPProbe", source, search, at: site)
        #expect(done.state == "processed", "\(done)")
        let text = try #require(done.result)
        #expect(text.contains("dn: uid=person-1,ou=people,\(SlapdServer.suffix)\ncn: Person (1) *\nsn:: "), "\(text)")
        #expect(text.contains("<count>1</count>") && !text.contains(SlapdServer.password), "\(text)")
        let tested = try run("LDAPConnectionTesterProbe", source, ["credential=directory"], at: site)
        #expect(tested.state == "processed" && tested.result?.contains(SlapdServer.reader) == true, "\(tested)")

        _ = try installation.folder.write("wrong", to: "directory-password")
        _ = try MidguardProcess.run([
            "instance", "credential", "directory", "--username", SlapdServer.reader, "--password-file", word, "--data", installation.data,
        ])
        let wrong = try run("LDAPProbe", source, search, at: site)
        #expect(
            wrong.result?.contains("[LDAP: error code 49 - ") == true && wrong.result?.contains("ldap.bind-refused") == true, "\(wrong)")
        let malformed = try run("LDAPProbe", source, ["filter=(uid=person-1"], at: site)
        #expect(malformed.result?.contains("The filter goes wrong at character 14") == true, "\(malformed)")
    }
}
