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
        let server = try PeerProcess(
            .python3, ["-m", "http.server", "\(port)", "--bind", "127.0.0.1", "--directory", folder.url.path], port: port)
        defer { withExtendedLifetime(server) {} }
        let proxy = try SquidProxy(names: ["lists.behind.example": "127.0.0.1"])
        let request = EvidenceRequest(kind: .crl, url: "http://lists.behind.example:\(port)/list.crl")
        let through = ProxyRoute(host: "127.0.0.1", port: proxy.port)
        let fetcher = EvidenceFetcher(group: MultiThreadedEventLoopGroup.singleton, timeout: .seconds(5), proxy: through)
        let answer = await fetcher.fetch(request)
        guard case .answered(200, _, let via, let body) = answer else { return #expect(Bool(false), "\(answer)") }
        #expect(body == Array("a list".utf8))
        #expect(via?.contains("lab.proxy") == true)
        let direct = EvidenceFetcher(group: MultiThreadedEventLoopGroup.singleton, timeout: .seconds(5))
        #expect(await direct.fetch(request) == .failed(.nameNotFound))
    }
}
