import Counterparts
import Foundation
import Testing

@Suite("Clients of other makers log in with an agent's client certificate, and none without", .timeLimit(.minutes(15)))
struct InteroperabilityTests {
    private static let javaClient = """
        import java.io.File;
        import java.net.URI;
        import java.net.http.*;
        import java.security.KeyStore;
        import javax.net.ssl.*;

        class Ask {
            public static void main(String[] words) throws Exception {
                var trust = TrustManagerFactory.getInstance("PKIX");
                trust.init(KeyStore.getInstance(new File(words[1]), "changeit".toCharArray()));
                KeyManager[] own = null;
                if (words.length > 2) {
                    var keys = KeyManagerFactory.getInstance("PKIX");
                    var word = words[3].toCharArray();
                    keys.init(KeyStore.getInstance(new File(words[2]), word), word);
                    own = keys.getKeyManagers();
                }
                var context = SSLContext.getInstance("TLS");
                context.init(own, trust.getTrustManagers(), null);
                var client = HttpClient.newBuilder().sslContext(context).build();
                var answer = client.send(HttpRequest.newBuilder(URI.create(words[0])).build(), HttpResponse.BodyHandlers.ofString());
                System.out.print(answer.statusCode());
            }
        }
        """

    @Test func curlAndJava() throws {
        let site = try RotationTests.Site()
        let (installation, folder) = (site.installation, site.installation.folder)
        let on = try MidguardProcess.run(["identity", "mutual-tls", installation.home, "on"])
        #expect(on.code == 0, "\(on.output)\(on.error)")
        let (word, root) = (try installation.midID(), installation.data + "/authority/root.pem")
        let converted = try MidguardProcess.run(
            [
                "keystore", "convert", installation.home + "/security/agent_keystore", folder.path("all.p12"), "--to", "pkcs12",
                "--password-env", "WORD",
            ], environment: ["WORD": word])
        #expect(converted.code == 0, "\(converted.error)")
        // Both must choose between the agent's two pairs by the authority's name, so give them only the one.
        try Counterpart.keytool.run(
            [
                "-importkeystore", "-srckeystore", "all.p12", "-srcstorepass", word, "-srcalias", installation.clientAlias(word),
                "-destkeystore", "client.p12", "-deststorepass", word, "-noprompt",
            ], in: folder)
        try Counterpart.openssl.run(
            ["pkcs12", "-in", "client.p12", "-passin", "pass:\(word)", "-nodes", "-out", "client.pem"], in: folder)
        let url = installation.url + "api/now/table/ecc_agent"

        func curl(_ more: String...) throws -> String {
            try Counterpart.curl.run(["-sS", "-o", "answer", "-w", "%{http_code}", "--cacert", root] + more + [url], in: folder)
        }
        #expect(try curl("--cert", "client.pem") == "200")
        #expect(try curl("--cert", "client.pem", "--tls-max", "1.2") == "200")
        #expect(try curl() == "401")

        try Data(Self.javaClient.utf8).write(to: URL(fileURLWithPath: folder.path("Ask.java")))
        try Counterpart.keytool.run(
            ["-importcert", "-noprompt", "-alias", "root", "-file", root, "-keystore", "trust.p12", "-storepass", "changeit"], in: folder)
        let bare = ["-Djava.net.useSystemProxies=false", "Ask.java", url, "trust.p12"]
        #expect(try Counterpart.java.run(bare + ["client.p12", word], in: folder) == "200")
        #expect(try Counterpart.java.run(bare, in: folder) == "401")

        // A pair that it made itself is no login, and openssl's own reading of the chain and the list agrees with the instance's.
        try Counterpart.openssl.run(
            ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=alpha", "-keyout", "own.key", "-out", "own.pem"], in: folder)
        #expect(try curl("--cert", "own.pem", "--key", "own.key") == "401")
        try Counterpart.curl.run(["-sS", "-f", "-o", "issuing.crl", installation.listURL(in: folder)], in: folder)
        try Counterpart.openssl.run(["crl", "-inform", "DER", "-in", "issuing.crl", "-out", "issuing.crl.pem"], in: folder)
        let verified = try Counterpart.openssl.run(
            [
                "verify", "-crl_check", "-CRLfile", "issuing.crl.pem", "-CAfile", root, "-untrusted", "client.pem", "-purpose", "sslclient",
                "client.pem",
            ], in: folder)
        #expect(verified.contains("client.pem: OK"))
    }

    /// What its `openssl ocsp` says counts, also while it is silent and after a restart; of what it never said nothing is known.
    @Test func anAuthorityOfSomebodyElse() throws {
        let installation = try Installation()
        var instance = try installation.startInstance()
        try installation.enrol()
        let (folder, port) = (installation.folder, try LoopbackPort.free())
        func openssl(_ line: String) throws { try Counterpart.openssl.run(line.split(separator: " ").map(String.init), in: folder) }
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        try openssl("req -x509 \(key) -keyout corp.key -out corp.pem -days 300 -subj /CN=Corp.Root")
        _ = try folder.write("extendedKeyUsage=clientAuth\nauthorityInfoAccess=OCSP;URI:http://127.0.0.1:\(port)/\n", to: "client.cnf")
        func administer(_ words: String...) throws -> MidguardProcess.Outcome {
            try MidguardProcess.run(["instance"] + words + ["--data", installation.data])
        }
        #expect(try administer("clients", "publish", folder.path("corp.pem")).code == 0)
        let user = try folder.read("enrolment/username")
        for name in ["good", "bad", "late"] {
            try openssl("req -new \(key) -keyout \(name).key -out \(name).csr -subj /CN=\(name)")
            try openssl(
                "x509 -req -in \(name).csr -CA corp.pem -CAkey corp.key -CAcreateserial -days 90 -extfile client.cnf -out \(name).pem")
            let words = String(decoding: user, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            #expect(try administer("clients", "map", folder.path("\(name).pem"), "--user", words).code == 0)
        }
        func logIn(_ name: String) throws -> String {
            let answer = try Counterpart.curl.run(
                [
                    "-sS", "-w", "%{http_code}", "--cacert", installation.data + "/authority/root.pem", "--cert", "\(name).pem", "--key",
                    "\(name).key", installation.url + "api/now/table/ecc_agent",
                ], in: folder)
            return String(answer.suffix(3)) + (answer.contains("was revoked at 2025-11-01") ? " revoked" : "")
        }
        let responder = try OpenSSLResponder(
            port: port, certificates: [.init("good.pem"), .init("bad.pem", revokedAt: "251101000000Z")], issuer: "corp", days: 3, in: folder
        )
        #expect(try logIn("good") == "200")
        #expect(try logIn("bad") == "401 revoked")
        responder.stop()
        instance.end(SIGTERM)
        instance = try installation.startInstance()
        #expect(try logIn("good") == "200")
        #expect(try logIn("bad") == "401 revoked")
        #expect(try !administer("audit").output.contains("login-unchecked"))
        #expect(try logIn("late") == "200")
        #expect(try administer("audit").output.contains("login-unchecked  revocation.responder-unreachable"))
        instance.end(SIGTERM)
    }
}

extension Installation {
    func midID() throws -> String {
        let text = try String(contentsOfFile: home + "/config.xml", encoding: .utf8)
        return String(try #require(text.firstMatch(of: #/name="keypairs.mid_id" value="([0-9a-f]+)"/#)?.1))
    }

    /// Under which the agent keeps the pair that it logs in with.
    func clientAlias(_ word: String) throws -> String {
        let listing = try Counterpart.keytool.run(["-list", "-keystore", "all.p12", "-storepass", word], in: folder)
        let alias = listing.split(separator: "\n").compactMap { $0.split(separator: ",").first }.first { $0.contains("client") }
        return String(try #require(alias, "\(listing)"))
    }

    /// Where the client certificate says that its list is.
    func listURL(in folder: TemporaryFolder) throws -> String {
        let text = try Counterpart.openssl.run(["x509", "-in", "client.pem", "-noout", "-ext", "crlDistributionPoints"], in: folder)
        return String(try #require(text.firstMatch(of: #/URI:(\S+)/#)?.1, "\(text)"))
    }
}
