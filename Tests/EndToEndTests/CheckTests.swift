import CertificateFactory
import Counterparts
import Foundation
import Testing

/// Endpoints of another maker (openssl s_server), looked at by the command line.
@Suite("midguard check tells good endpoints from bad ones, and its fixes work when pasted", .timeLimit(.minutes(15)))
struct CheckTests {
    struct Report: Decodable {
        struct Finding: Decodable {
            struct Fix: Decodable { var command: String? }
            var id: String
            var evidence: [String: String]
            var fixes: [Fix]
        }
        struct Stage: Decodable { var name: String }
        struct Checks: Decodable { var chain: String, hostname: String, revocation: String }
        var verdict: String
        var decidedBy: String
        var stages: [Stage]
        var checks: Checks
        var findings: [Finding]
    }

    /// A root, an intermediate and leaves, all made by openssl.
    final class Authority {
        let folder: TemporaryFolder
        init() throws {
            folder = try TemporaryFolder()
            try run(
                "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 30 -subj /CN=Lab.Root")
            _ = try folder.write("basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n", to: "ca.cnf")
            try issue("intermediate", by: "root", subject: "/CN=Lab.Issuing", extensions: "ca.cnf")
        }

        /// - Parameter more: further lines of extensions.
        func leaf(_ name: String, hosts: String, more: String = "") throws -> (chain: String, key: String) {
            _ = try folder.write("subjectAltName=\(hosts)\nextendedKeyUsage=serverAuth\n" + more, to: "\(name).cnf")
            try issue(name, by: "intermediate", subject: "/CN=\(name)", extensions: "\(name).cnf")
            let text = { (file: String) in try String(contentsOfFile: self.folder.path(file), encoding: .utf8) }
            return (try text("\(name).pem") + text("intermediate.pem"), try text("\(name).key"))
        }

        func issue(_ name: String, by issuer: String, subject: String, extensions: String) throws {
            try run("req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout \(name).key -out \(name).csr -subj \(subject)")
            try run(
                "x509 -req -in \(name).csr -CA \(issuer).pem -CAkey \(issuer).key -CAcreateserial -days 20 -extfile \(extensions) -out \(name).pem"
            )
        }

        private func run(_ line: String) throws { try Counterpart.openssl.run(line.split(separator: " ").map(String.init), in: folder) }
    }

    static func check(_ url: String, store: String, _ more: [String] = []) throws -> (Report, Int32) {
        let outcome = try MidguardProcess.run(["check", url, "--trust-store", store, "--json"] + more)
        do {
            return (try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8)), outcome.code)
        } catch {
            throw CounterpartFailure("no report: \(outcome.output)\(outcome.error)")
        }
    }

    @Test func theWholeChainIsTrusted() throws {
        let authority = try Authority()
        let (chain, key) = try authority.leaf("good", hosts: "DNS:localhost")
        let server = try OpenSSLServer(chainPEM: chain, keyPEM: key)
        let (report, code) = try Self.check("https://localhost:\(server.port)", store: authority.folder.path("root.pem"))
        #expect(report.verdict == "trusted" && code == 0)
        #expect(report.checks.chain == "pass" && report.checks.hostname == "pass")
        // These certificates name no source: that is said, and is not taken for a yes.
        #expect(report.checks.revocation == "unknown")
        #expect(report.findings.map(\.id).allSatisfy { $0 == "revocation.no-source" })
        let strict = try MidguardProcess.run([
            "check", "https://localhost:\(server.port)", "--trust-store", authority.folder.path("root.pem"), "--strict",
        ])
        #expect(strict.code == 4)
    }

    @Test func aMissingRootIsNamedAndTheFixMendsIt() throws {
        let authority = try Authority()
        let (chain, key) = try authority.leaf("good", hosts: "DNS:localhost")
        let root = try String(contentsOfFile: authority.folder.path("root.pem"), encoding: .utf8)
        let server = try OpenSSLServer(chainPEM: chain + root, keyPEM: key)
        let other = try Authority()
        let store = try other.folder.write(try String(contentsOfFile: other.folder.path("root.pem"), encoding: .utf8), to: "store.pem")
        let (report, code) = try Self.check("https://localhost:\(server.port)", store: store)
        #expect(report.verdict == "refused" && code == 1)
        #expect(report.findings.first?.id == "chain.root-missing")
        let command = try #require(report.findings.first?.fixes.first?.command)
        try Self.paste(command, in: other.folder)
        let (mended, afterwards) = try Self.check("https://localhost:\(server.port)", store: store)
        #expect(mended.verdict == "trusted" && afterwards == 0)
    }

    @Test func aWrongNameIsNamedAndTheFixShowsTheRightOne() throws {
        let authority = try Authority()
        let (chain, key) = try authority.leaf("other", hosts: "DNS:other.example")
        let server = try OpenSSLServer(chainPEM: chain, keyPEM: key)
        let (report, code) = try Self.check("https://localhost:\(server.port)", store: authority.folder.path("root.pem"))
        #expect(code == 1)
        #expect(report.findings.first?.id == "hostname.mismatch")
        let command = try #require(report.findings.first?.fixes.first?.command)
        let outcome = try Self.paste(command, in: authority.folder)
        #expect(outcome.contains("trusted"))
    }

    @Test func aSelfSignedCertificateIsTrustedByItself() throws {
        let folder = try TemporaryFolder()
        try Counterpart.openssl.run(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem", "-out", "self.pem",
                "-days", "9",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:false",
            ], in: folder)
        let pem = try String(contentsOfFile: folder.path("self.pem"), encoding: .utf8)
        let server = try OpenSSLServer(chainPEM: pem, keyPEM: try String(contentsOfFile: folder.path("key.pem"), encoding: .utf8))
        let other = try Authority()
        let (report, _) = try Self.check("https://localhost:\(server.port)", store: other.folder.path("root.pem"))
        #expect(report.findings.first?.id == "chain.self-signed")
        try Self.paste(try #require(report.findings.first?.fixes.first?.command), in: other.folder)
        let (mended, code) = try Self.check("https://localhost:\(server.port)", store: other.folder.path("root.pem"))
        #expect(mended.verdict == "trusted" && code == 0)
    }

    @Test func aStoreThatIsNotThereIsSaidInJSON() throws {
        let outcome = try MidguardProcess.run(["check", "https://localhost:1", "--trust-store", "/nonexistent/store", "--json"])
        struct Answer: Decodable { var url: String, verdict: String, findings: [Report.Finding] }
        let answer = try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
        #expect(outcome.code == 3 && answer.verdict == "undetermined" && answer.findings.first?.id == "store.missing")
    }

    @Test func aClosedPortIsNotKnowing() throws {
        let authority = try Authority()
        let (report, code) = try Self.check("https://localhost:\(try LoopbackPort.free())", store: authority.folder.path("root.pem"))
        #expect(report.verdict == "unreachable" && code == 3)
        #expect(report.findings.first?.id == "network.refused")
    }

    @Test func plainHTTPIsRefused() throws {
        let authority = try Authority()
        let (report, code) = try Self.check("http://localhost", store: authority.folder.path("root.pem"))
        #expect(report.verdict == "refused" && code == 1)
        #expect(report.findings.first?.id == "policy.plain-http-refused")
    }

    @Test func aClientCertificateIsAskedForAndTheFixShowsOne() throws {
        let authority = try Authority()
        let (chain, key) = try authority.leaf("good", hosts: "DNS:localhost")
        let server = try OpenSSLServer(
            chainPEM: chain, keyPEM: key,
            arguments: ["-Verify", "2", "-verify_return_error", "-CAfile", authority.folder.path("root.pem")])
        let store = authority.folder.path("root.pem")
        let (report, code) = try Self.check("https://localhost:\(server.port)", store: store)
        #expect(report.verdict == "undetermined" && code == 3)
        #expect(report.findings.first?.id == "tls.client-certificate-required")
        // What somebody who has a certificate does with the fix: name it as the fix does.
        _ = try authority.folder.write("extendedKeyUsage=clientAuth\n", to: "client.cnf")
        try authority.issue("agent", by: "intermediate", subject: "/CN=agent", extensions: "client.cnf")
        let parts = try ["agent.key", "agent.pem", "intermediate.pem"].map {
            String(decoding: try authority.folder.read($0), as: UTF8.self)
        }
        _ = try authority.folder.write(parts.joined(), to: "client.pem")
        let command = try #require(report.findings.first?.fixes.first?.command)
        #expect(try Self.paste(command, in: authority.folder).contains("trusted"))

        // One that the peer does not know is refused, by the peer.
        let foreign = try Authority()
        _ = try foreign.folder.write("extendedKeyUsage=clientAuth\n", to: "client.cnf")
        try foreign.issue("agent", by: "intermediate", subject: "/CN=agent", extensions: "client.cnf")
        let (refused, refusedCode) = try Self.check(
            "https://localhost:\(server.port)", store: store,
            ["--client-certificate", foreign.folder.path("agent.pem"), "--client-certificate", foreign.folder.path("agent.key")])
        #expect(refused.findings.first?.id == "tls.client-certificate-refused" && refusedCode == 3)
        // Files that do not belong together never get there.
        let mixed = try MidguardProcess.run([
            "check", "https://localhost:\(server.port)", "--trust-store", store, "--client-certificate", authority.folder.path("agent.pem"),
            "--client-certificate", foreign.folder.path("agent.key"),
        ])
        #expect(mixed.code == 2 && mixed.error.contains("auth.pair-mismatch"))
    }

    @Test func aListGivesALineForEachAndASummary() throws {
        let authority = try Authority()
        let (chain, key) = try authority.leaf("good", hosts: "DNS:localhost")
        let server = try OpenSSLServer(chainPEM: chain, keyPEM: key)
        let silent = try ScriptedServer { $0.saysNothing() }
        defer { silent.stop() }
        let closed = try LoopbackPort.free()
        let list = """
            # one that nobody answers for holds nobody back
            localhost:\(silent.port)
            https://localhost:\(server.port)

            localhost:\(closed)
            this is no endpoint \u{1B}[31m
            http://localhost
            """
        let words = ["check", "-", "--trust-store", authority.folder.path("root.pem")]
        let process = try MidguardProcess.run(words, input: list)
        let lines = process.output.split(separator: "\n").map(String.init)
        #expect(process.code == 1)
        #expect(lines.count == 10, "\(process.output)")
        #expect(lines[4].hasPrefix("unreachable  localhost:\(silent.port)  network.timeout"))
        #expect(lines[..<4].contains { $0.hasPrefix("trusted  https://localhost:\(server.port)") })
        #expect(lines[..<4].contains { $0.hasPrefix("undetermined  this is no endpoint") && !$0.contains("\u{1B}") })
        #expect(lines[5] == "5 checked: 1 trusted (1 with warnings), 1 refused, 1 undetermined, 2 unreachable")
        #expect(
            Set(lines[6...]) == [
                "  1 × config.bad-value", "  1 × network.refused", "  1 × network.timeout", "  1 × policy.plain-http-refused",
            ])

        let json = try MidguardProcess.run(words + ["--json"], input: "localhost:\(server.port)\nlocalhost:\(closed)\n")
        let reports = try json.output.split(separator: "\n").map { try JSONDecoder().decode(Report.self, from: Data($0.utf8)) }
        #expect(Set(reports.map(\.verdict)) == ["trusted", "unreachable"])
        #expect(json.code == 3 && json.error.hasPrefix("2 checked: 1 trusted"))
    }

    /// Each is told before the next one is there.
    @Test func aListThatComesSlowly() throws {
        let authority = try Authority()
        let (chain, key) = try authority.leaf("slow", hosts: "DNS:localhost")
        let server = try OpenSSLServer(chainPEM: chain, keyPEM: key)
        let url = "https://localhost:\(server.port)"
        let slowly = """
            { echo \(url); for try in $(seq 600); do [ -s told ] && break; sleep 0.1; done; [ -s told ] && echo \(url); } |
                midguard check - --trust-store root.pem > told; cat told
            """
        let told = try Self.paste(slowly, in: authority.folder)
        #expect(told.contains("2 checked: 2 trusted"), "\(told)")
    }

    /// Trusted today, and said what will change that.
    @Test func whatLiesInWait() throws {
        let folder = try TemporaryFolder()
        let root = try TestAuthority.root("Renewed Root") { $0.notBefore = Self.inDays(-100) }
        let former = try TestAuthority.root("Renewed Root") {
            $0.privateKey = root.privateKey
            ($0.notBefore, $0.notAfter) = (Self.inDays(-900), Self.inDays(-60.5))
        }
        let leaf = try root.issueLeaf("localhost", san: ["localhost"]) {
            ($0.notBefore, $0.notAfter) = (Self.inDays(-85), Self.inDays(5.5))
        }
        let store = try folder.write(former.pem + root.pem, to: "store.pem")
        let server = try OpenSSLServer(chainPEM: leaf.pem, keyPEM: leaf.keyPEM)
        let url = "https://localhost:\(server.port)"
        let (report, code) = try Self.check(url, store: store)
        #expect(report.verdict == "trusted" && code == 0)
        func ahead(_ report: Report) -> [Report.Finding] { report.findings.filter { $0.id.hasPrefix("chain.") } }
        #expect(ahead(report).map(\.id) == ["chain.expired-alternate", "chain.expiring"])
        try Self.paste(try #require(ahead(report).first?.fixes.first?.command), in: folder)
        #expect(ahead(try Self.check(url, store: store).0).map(\.id) == ["chain.expiring"])

        // Sent by the server instead, and a certificate that lives for six days, of which two are left.
        let short = try root.issueLeaf("localhost", san: ["localhost"]) {
            ($0.notBefore, $0.notAfter) = (Self.inDays(-4), Self.inDays(2.5))
        }
        let other = try OpenSSLServer(chainPEM: short.pem + former.pem, keyPEM: short.keyPEM)
        #expect(ahead(try Self.check("https://localhost:\(other.port)", store: store).0).map(\.id) == ["chain.expired-alternate"])
    }

    private static func inDays(_ days: Double) -> Date { Date(timeIntervalSinceNow: days * 86_400) }

    @Test func usageErrorsAreCodeTwo() throws {
        #expect(try MidguardProcess.run(["check", "nonsense"]).code == 2)
        #expect(try MidguardProcess.run(["chekc"]).code == 2)
        #expect(try MidguardProcess.run(["check", "https://localhost", "--trust-store", "/nonexistent"]).code == 3)
        #expect(try MidguardProcess.run(["--help"]).code == 0)
    }

    /// Runs a printed command as a shell does, with `midguard` on the path.
    @discardableResult
    static func paste(_ command: String, in folder: TemporaryFolder) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", command]
        process.currentDirectoryURL = folder.url
        process.environment = ["PATH": MidguardProcess.binary.deletingLastPathComponent().path + ":/usr/bin:/bin"]
        let output = URL(fileURLWithPath: folder.path("pasted-\(UUID().uuidString)"))
        try Data().write(to: output)
        let sink = try FileHandle(forWritingTo: output)
        defer { try? sink.close() }
        process.standardOutput = sink
        process.standardError = sink
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let text = try String(contentsOf: output, encoding: .utf8)
        guard process.terminationStatus == 0 else { throw CounterpartFailure("\(command): \(process.terminationStatus): \(text)") }
        return text
    }
}
