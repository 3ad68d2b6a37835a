import Counterparts
import Foundation
import Testing

/// Peers that are broken or mean, by the hundred. Whatever they do ends in a finding, within the time and the memory that a command may take.
@Suite("Two hundred hostile servers end in findings, in bounded time and memory", .timeLimit(.minutes(15)))
struct HostileServerTests {
    private typealias Script = @Sendable (ScriptedServer.Connection) -> Void
    private struct Behaviour {
        var name: String
        /// Identifiers that fit, or beginnings of them.
        var expected: [String]
        var script: Script
    }

    @Test func endpoints() throws {
        let authority = try CheckTests.Authority()
        let (chain, key) = try authority.leaf("good", hosts: "DNS:localhost")
        let genuine = try OpenSSLServer(chainPEM: chain, keyPEM: key)
        let behaviours = Self.silent + Self.otherProtocols + Self.noise + Self.alerts + Self.mutated(genuine.port)
        var servers: [(Behaviour, ScriptedServer)] = []
        for behaviour in behaviours { servers.append((behaviour, try ScriptedServer(behaviour.script))) }
        defer { for (_, server) in servers { server.stop() } }
        #expect(servers.count >= 200)

        let reports = try look(servers.map { "localhost:\($0.1.port)" }, store: authority.folder.path("root.pem"))
        for (behaviour, server) in servers {
            let report = try #require(reports["localhost:\(server.port)"])
            #expect(report.verdict != "trusted", "\(behaviour.name)")
            let id = report.findings.first?.id ?? "nothing"
            #expect(behaviour.expected.contains { id.hasPrefix($0) }, "\(behaviour.name): \(id) \(report.findings.first?.evidence ?? [:])")
        }
    }

    /// Sources of revocation that certificates name: the connection is judged without them, and says so.
    @Test func sourcesOfRevocation() throws {
        let authority = try CheckTests.Authority()
        let endless = String(repeating: "x", count: 65_536)
        let scripts: [(String, Script)] = [
            ("silence", { $0.saysNothing() }),
            (
                "endless headers",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 200 OK\r\n")
                    $0.repeats("X-A: b\r\n")
                }
            ),
            (
                "one endless header",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 200 OK\r\nX: ")
                    $0.repeats(endless)
                }
            ),
            (
                "a list of 100 MB",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n")
                    $0.repeats(endless)
                }
            ),
            (
                "a list without end",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 200 OK\r\n\r\n")
                    $0.repeats(endless)
                }
            ),
            (
                "chunks without end",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                    $0.repeats("1\r\nx\r\n")
                }
            ),
            (
                "a drop now and then",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                    $0.repeats("x", every: 100_000)
                }
            ),
            (
                "a redirect to itself",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\($0.port)/list\r\nContent-Length: 0\r\n\r\n")
                }
            ),
            (
                "a redirect to https",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n")
                }
            ),
            (
                "a portal's page",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>")
                }
            ),
            (
                "a bomb in gzip",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\n")
                    $0.send([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + [UInt8](repeating: 0xFF, count: 10))
                }
            ),
            ("another protocol", { $0.send("SSH-2.0-OpenSSH_9.2\r\n") }),
            (
                "a length below zero",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")
                }
            ),
            (
                "only hints",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.repeats("HTTP/1.1 100 Continue\r\n\r\n")
                }
            ),
            (
                "503",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
                }
            ),
        ]
        var sources: [ScriptedServer] = []
        var peers: [(name: String, server: OpenSSLServer)] = []
        defer { for source in sources { source.stop() } }
        for (index, (name, script)) in scripts.enumerated() {
            let source = try ScriptedServer(script)
            sources.append(source)
            let (chain, key) = try authority.leaf(
                "leaf\(index)", hosts: "DNS:localhost",
                more: "authorityInfoAccess=OCSP;URI:http://127.0.0.1:\(source.port)/\n"
                    + "crlDistributionPoints=URI:http://127.0.0.1:\(source.port)/list\n")
            peers.append((name, try OpenSSLServer(chainPEM: chain, keyPEM: key)))
        }
        let reports = try look(peers.map { "localhost:\($0.server.port)" }, store: authority.folder.path("root.pem"))
        for (name, peer) in peers {
            let report = try #require(reports["localhost:\(peer.port)"])
            #expect(report.verdict == "trusted" && report.checks.revocation == "unknown", "\(name): \(report.verdict)")
            #expect(
                report.findings.contains { $0.id.hasPrefix("revocation.") && $0.id != "revocation.no-source" },
                "\(name): \(report.findings.map(\.id))")
        }
    }

    @Test func proxies() throws {
        let authority = try CheckTests.Authority()
        let endless = String(repeating: "x", count: 65_536)
        let scripts: [(String, Script)] = [
            ("silence", { $0.saysNothing() }),
            ("nothing", { _ in }),
            ("a reset", { $0.reset() }),
            (
                "another protocol",
                {
                    $0.send("220 mail.example ESMTP\r\n")
                    $0.saysNothing()
                }
            ),
            (
                "endless headers",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 200 OK\r\n")
                    $0.repeats("X-A: b\r\n")
                }
            ),
            (
                "one endless header",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 200 OK\r\nX: ")
                    $0.repeats(endless)
                }
            ),
            (
                "only hints",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.repeats("HTTP/1.1 100 Continue\r\n\r\n")
                }
            ),
            (
                "garbage after 200",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 200 OK\r\n\r\n<html>")
                    $0.repeats(endless)
                }
            ),
            (
                "a body",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/1.1 502 No\r\n\r\n")
                    $0.repeats(endless)
                }
            ),
            (
                "HTTP/9",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.send("HTTP/9.9 200 OK\r\n\r\n")
                    $0.saysNothing()
                }
            ),
            (
                "a drop now and then",
                {
                    _ = $0.read(until: "\r\n\r\n")
                    $0.repeats("H", every: 100_000)
                }
            ),
        ]
        for (name, script) in scripts {
            let proxy = try ScriptedServer(script)
            defer { proxy.stop() }
            let outcome = try MidguardProcess.run(
                [
                    "check", "https://peer.example", "--json", "--timeout", "2", "--trust-store", authority.folder.path("root.pem"),
                    "--proxy",
                    "http://127.0.0.1:\(proxy.port)",
                ], seconds: 20)
            let report = try JSONDecoder().decode(CheckTests.Report.self, from: Data(outcome.output.utf8))
            #expect(outcome.code == 3 && report.findings.first?.id.hasPrefix("proxy.") == true, "\(name): \(report.findings.map(\.id))")
            #expect(outcome.peakKiB < Self.memoryKiB, "\(name)")
        }
    }

    /// A debug build's; nothing near the 100 MB that some send.
    private static let memoryKiB = 160 << 10

    private func look(_ urls: [String], store: String) throws -> [String: CheckTests.Report] {
        let outcome = try MidguardProcess.run(
            ["check", "-", "--json", "--timeout", "10", "--jobs", "100", "--trust-store", store], input: urls.joined(separator: "\n"),
            seconds: 120)
        #expect(outcome.peakKiB < Self.memoryKiB)
        var reports: [String: CheckTests.Report] = [:]
        struct Place: Decodable { var url: String }
        for line in outcome.output.split(separator: "\n") {
            let data = Data(line.utf8)
            reports[try JSONDecoder().decode(Place.self, from: data).url] = try JSONDecoder().decode(CheckTests.Report.self, from: data)
        }
        #expect(reports.count == urls.count, "\(outcome.error)")
        return reports
    }

    private static let silent: [Behaviour] = [
        Behaviour(name: "closes at once", expected: ["network.reset"]) { _ in },
        Behaviour(name: "resets at once", expected: ["network.reset"]) { $0.reset() },
        Behaviour(name: "says nothing", expected: ["network.timeout"]) { $0.saysNothing() },
        Behaviour(name: "a record that never ends", expected: ["network.timeout"]) {
            $0.send([22, 3, 3, 0x40, 0, 2])
            $0.repeats("\u{0}", every: 100_000)
        },
        Behaviour(name: "an alert that never ends", expected: ["network.timeout"]) {
            $0.send([21, 3, 3, 0])
            $0.saysNothing()
        },
    ]

    private static let otherProtocols: [Behaviour] =
        [
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "220 mail.example ESMTP\r\n",
            "+OK POP3 ready\r\n",
            "* OK IMAP4rev1\r\n", "RFB 003.008\n", "-ERR unknown command\r\n", "220 ftp.example\r\n", "J\u{0}\u{0}\u{0}\n8.0.30\u{0}",
            "0\u{0C}\u{2}\u{1}\u{0}", "<stream:stream>", "AMQP\u{0}\u{0}\u{9}\u{1}", "\u{5}\u{0}", "@RSYNCD: 31.0\n",
            "NOTICE AUTH :hello\r\n",
        ].map { greeting in
            Behaviour(name: "greets with \(greeting.prefix(6))", expected: ["tls.not-tls"]) {
                $0.send(greeting)
                $0.saysNothing()
            }
        } + [
            Behaviour(name: "headers without end", expected: ["tls.not-tls"]) { $0.repeats("HTTP/1.1 200 OK\r\nX: y\r\n") },
            Behaviour(name: "lines without end", expected: ["tls.not-tls"]) { $0.repeats("220-welcome\r\n", every: 10_000) },
        ]

    /// The same in every run.
    private static let noise: [Behaviour] = (0..<40).map { seed in
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func byte() -> UInt8 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 32)
        }
        let length = 1 << (seed % 14)
        let body = (0..<length).map { _ in byte() }
        // Half of it looks like a record of the handshake.
        let head: [UInt8] = seed % 2 == 0 ? [] : [22, 3, 3, UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)]
        return Behaviour(name: "noise \(seed)", expected: ["tls.", "network."]) {
            $0.send(head + body)
            if seed % 4 > 1 { $0.saysNothing() }
        }
    }

    private static let alerts: [Behaviour] = [
        0, 10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 60, 70, 71, 80, 86, 90, 100, 109, 110, 111, 112, 113, 115,
        116,
        120, 255,
    ].map { (code: UInt8) in
        Behaviour(name: "alert \(code)", expected: ["tls.", "network."]) {
            $0.send([21, 3, 3, 0, 2, 2, code])
            $0.saysNothing()
        }
    }

    /// What a genuine server says, cut off or with one octet changed.
    private static func mutated(_ port: Int) -> [Behaviour] {
        (0..<55).map { number in
            let place = 6 + 13 * number
            return Behaviour(name: "cut at \(place)", expected: ["network."]) { connection in
                connection.relay(to: port) { bytes, position in
                    guard position < place else { return nil }
                    if position + bytes.count > place {
                        connection.send(Array(bytes.prefix(place - position)))
                        return nil
                    }
                    return bytes
                }
            }
        }
            + (0..<55).map { number in
                let place = 5 + 13 * number
                return Behaviour(name: "octet \(place) changed", expected: ["tls.", "network."]) { connection in
                    connection.relay(to: port) { bytes, position in
                        var bytes = bytes
                        if (position..<position + bytes.count).contains(place) { bytes[place - position] ^= 0x55 }
                        return bytes
                    }
                }
            }
    }
}
