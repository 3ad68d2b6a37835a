import Counterparts
import Foundation
import Testing

@Suite(
    "A job runs a script where that is allowed, in bounds, and what the script connects to is judged like everything else",
    .timeLimit(.minutes(15)))
struct ScriptProbeTests {
    private static let include = """
        var RemoteFileImport = function () {};
        RemoteFileImport.prototype.fetch = function (url) {
            var request = new HTTPRequest(url);
            request.setBasicAuth('somebody', 'p\u{E9}');
            var answer = request.post('caf\u{E9} \u{1F600}');
            return answer;
        };
        """

    private func allow(_ site: RotationTests.Site) throws {
        let path = site.installation.home + "/config.xml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let row = "  <parameter name=\"mid.midguard.javascript\" value=\"true\"/>\n</parameters>"
        try Data(text.replacing("</parameters>", with: row).utf8).write(to: URL(fileURLWithPath: path))
        try restart(site)
    }

    private func restart(_ site: RotationTests.Site) throws {
        site.agent.end(SIGTERM)
        site.agent = try site.installation.startAgent()
    }

    @Test func scripts() throws {
        let site = try RotationTests.Site()
        let home = site.installation.home
        func script(_ text: String, _ more: String...) throws -> RotationTests.Site.FinishedJob {
            try site.run("JavascriptProbe", "lab", ["script=" + text] + more)
        }
        let off = try script("1 + 1")
        #expect(off.state == "error" && off.result?.contains("runtime.job-refused") == true, "\(off)")
        try allow(site)
        let words = try script(
            "// two lines\nms.log('seen \u{E9}');\nprobe.getParameter('a') + ' ' + ms.getName() + ' ' + (1 < 2 && 3)", "a=\u{E9}\u{1F600}&<"
        )
        #expect(
            words.state == "processed" && words.result?.contains("<output>\u{E9}\u{1F600}&amp;&lt; alpha 3</output>") == true, "\(words)")
        let log = try String(contentsOfFile: home + "/logs/agent0.log.0", encoding: .utf8)
        #expect(log.contains(#/Worker-Standard:JavascriptProbe-[0-9a-f]{32} seen é/#), "\(log.suffix(2_000))")

        // Secrets are not for scripts, and there is no Java.
        let secrets = try script(
            "[ms.getConfigParameter('mid.instance.password'), ms.getConfigParameter('keypairs.mid_id'), ms.getConfigParameter('name')].join()"
        )
        #expect(secrets.result?.contains("<output>,,alpha</output>") == true, "\(secrets)")
        let java = try script("var a = 1;\nPackages.java.lang.System.exit(0);")
        #expect(
            java.error?.contains("no Java") == true && java.error?.contains("Caused by error in the script at line 2") == true, "\(java)")

        // It ends, whatever it does, and the agent works on.
        let endless = try script("while (true) {}", "timeout=1")
        #expect(endless.state == "error" && endless.error?.contains("The script was ended") == true, "\(endless)")
        let greedy = try script("var a = ['x'];\nwhile (true) { a.push(a.join('') + a.length); }")
        #expect(greedy.error?.contains("alloc failed") == true && greedy.error?.contains("in the script at line 2") == true, "\(greedy)")
        let deep = try script("(function f() { return f() + 1; })()")
        #expect(deep.error?.contains("RangeError") == true, "\(deep)")
        #expect(try script("ms.include('../config')").error?.contains("There is no script include") == true)
        #expect(try script("6 * 7").result?.contains("<output>42</output>") == true)
    }

    @Test func whatItConnectsTo() throws {
        let site = try RotationTests.Site()
        let installation = site.installation
        try FileManager.default.createDirectory(atPath: installation.home + "/scripts", withIntermediateDirectories: true)
        try Data(Self.include.utf8).write(to: URL(fileURLWithPath: installation.home + "/scripts/RemoteFileImport.js"))
        try allow(site)
        let authority = try CheckTests.Authority()
        let (chain, key) = try authority.leaf("files", hosts: "DNS:localhost")
        let root = try String(contentsOfFile: authority.folder.path("root.pem"), encoding: .utf8)
        let server = try WebServer(chainPEM: chain + root, keyPEM: key)
        let text = """
            script=ms.include('RemoteFileImport');
            var answer = new RemoteFileImport().fetch('https://localhost:\(server.port)/echo');
            answer.getStatusCode() + ' ' + answer.getHeader('Content-Type') + ' ' + answer.getBody();
            """
        let refused = try site.run("JavascriptProbe", "files", [text])
        let message = try #require(refused.error)
        // As in the log of a Java-based agent, and then what mends it.
        #expect(message.hasPrefix("javax.net.ssl.SSLHandshakeException: ") && message.contains("[chain.root-missing]"), "\(message)")
        #expect(message.contains("Caused by error in MID Server script include 'RemoteFileImport' at line 5"), "\(message)")
        let command = try #require(message.firstMatch(of: #/midguard trust add [^"&<\n]*/#)?.0)
        try CheckTests.paste(String(command), in: installation.folder)
        try restart(site)
        let done = try site.run("JavascriptProbe", "files", [text])
        #expect(done.state == "processed", "\(done)")
        #expect(
            done.result?.contains("200 text/plain POST /echo body=caf\u{E9} \u{1F600} authorization=Basic c29tZWJvZHk6cMOp") == true,
            "\(done)")
    }
}
