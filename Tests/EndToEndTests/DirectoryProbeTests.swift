import Counterparts
import Foundation
import Testing

@Suite("A job in a directory is refused with the way out, and done once that was gone", .timeLimit(.minutes(15)))
struct DirectoryProbeTests {
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

        let refused = try site.run("LDAPProbe", source, search)
        let result = try #require(refused.result)
        // As in the log of a Java-based agent, and then what mends it.
        let shape = "javax.naming.CommunicationException: \(place) [Root exception is javax.net.ssl.SSLHandshakeException: "
        #expect(result.contains(shape) && result.contains("[chain.root-missing]"), "\(result)")
        #expect(result.contains("No issuer certificate for certificate in certification path found"), "\(result)")
        let command = try #require(result.firstMatch(of: #/midguard trust add [^"&<]*/#)?.0)
        try CheckTests.paste(String(command), in: installation.folder)
        site.agent.end(SIGTERM)
        site.agent = try installation.startAgent()

        let done = try site.run("LDAPProbe", source, search)
        #expect(done.state == "processed", "\(done)")
        let text = try #require(done.result)
        #expect(text.contains("dn: uid=person-1,ou=people,\(SlapdServer.suffix)\ncn: Person (1) *\nsn:: "), "\(text)")
        #expect(text.contains("<count>1</count>") && !text.contains(SlapdServer.password), "\(text)")
        let tested = try site.run("LDAPConnectionTesterProbe", source, ["credential=directory"])
        #expect(tested.state == "processed" && tested.result?.contains(SlapdServer.reader) == true, "\(tested)")

        _ = try installation.folder.write("wrong", to: "directory-password")
        _ = try MidguardProcess.run([
            "instance", "credential", "directory", "--username", SlapdServer.reader, "--password-file", word, "--data", installation.data,
        ])
        let wrong = try site.run("LDAPProbe", source, search)
        #expect(
            wrong.result?.contains("[LDAP: error code 49 - ") == true && wrong.result?.contains("ldap.bind-refused") == true, "\(wrong)")
        let malformed = try site.run("LDAPProbe", source, ["filter=(uid=person-1"])
        #expect(malformed.result?.contains("The filter goes wrong at character 14") == true, "\(malformed)")
    }
}
