import Counterparts
import Foundation
import NIOPosix
import PathValidation
import Testing
import TrustPolicy

@testable import TrustedTransport

@Suite("OCSP answers, lists and issuers are fetched through the proxy, too", .timeLimit(.minutes(1)))
struct ProxiedEvidenceTests {
    @Test func aListBehindTheProxy() async throws {
        let folder = try TemporaryFolder()
        _ = try folder.write("a list", to: "list.crl")
        let port = try LoopbackPort.free()
        let server = Process()
        server.executableURL = try Counterpart.python3.executable()
        server.arguments = ["-m", "http.server", "\(port)", "--bind", "127.0.0.1", "--directory", folder.url.path]
        (server.standardInput, server.standardOutput, server.standardError) = (
            FileHandle.nullDevice, FileHandle.nullDevice, FileHandle.nullDevice
        )
        try server.run()
        defer { server.terminate() }
        let proxy = try SquidProxy(names: ["lists.behind.example": "127.0.0.1"])
        let request = EvidenceRequest(kind: .crl, url: "http://lists.behind.example:\(port)/list.crl")
        let through = ProxyRoute(host: "127.0.0.1", port: proxy.port)
        var answer = EvidenceAnswer.failed(.nameNotFound)
        // The server of Python takes a moment to start; squid says 503 until then.
        for _ in 0..<100 {
            let fetcher = EvidenceFetcher(group: MultiThreadedEventLoopGroup.singleton, timeout: .seconds(5), proxy: through)
            answer = await fetcher.fetch(request)
            if case .answered(200, _, _, _) = answer { break }
            try await Task.sleep(for: .milliseconds(100))
        }
        guard case .answered(200, _, let via, let body) = answer else { return #expect(Bool(false), "\(answer)") }
        #expect(body == Array("a list".utf8))
        #expect(via?.contains("lab.proxy") == true)
        let direct = EvidenceFetcher(group: MultiThreadedEventLoopGroup.singleton, timeout: .seconds(5))
        #expect(await direct.fetch(request) == .failed(.nameNotFound))
    }
}
