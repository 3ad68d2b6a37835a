import NIOCore
import NIOPosix
import PathValidation
import Synchronization
import TrustPolicy

import struct Foundation.Date

/// Fetches OCSP answers, CRLs and issuers over plain HTTP, as certificates name them: bounded in size, time and redirects.
///
/// Answers are signed, so plain HTTP is by design. The same question asked twice at once is asked once; answers are kept for a while,
/// and a host that failed is left alone for a while, each time longer.
final class EvidenceFetcher: RememberingSource, TimeTeller {
    private let group: any EventLoopGroup
    private let timeout: Duration
    private let proxy: ProxyRoute?
    private let memory = Mutex(EvidenceMemory())

    /// Large public CRLs are around 10 MiB; OCSP answers a few KiB.
    static func limit(for kind: EvidenceRequest.Kind) -> Int {
        switch kind {
        case .ocsp: 64 << 10
        case .crl: 32 << 20
        case .issuer: 256 << 10
        }
    }
    static let redirectLimit = 3

    init(group: any EventLoopGroup, timeout: Duration, proxy: ProxyRoute? = nil) {
        (self.group, self.timeout, self.proxy) = (group, timeout, proxy)
    }

    func remembered(_ request: EvidenceRequest) -> EvidenceAnswer? { memory.withLock { $0.known(request) } }

    func fetch(_ request: EvidenceRequest) async -> EvidenceAnswer {
        let authority = Endpoint(request.url).map { "\($0.host):\($0.port)" } ?? request.url
        let found = memory.withLock { memory in
            memory.look(up: request, at: authority) {
                Task {
                    let answer = await self.follow(request)
                    self.memory.withLock { $0.remember(answer, to: request, from: authority) }
                    return answer
                }
            }
        }
        return switch found {
        case .known(let answer): answer
        case .underWay(let task): await task.value
        }
    }

    private func follow(_ request: EvidenceRequest) async -> EvidenceAnswer {
        var url = request.url
        for _ in 0...Self.redirectLimit {
            guard let endpoint = Endpoint(url), endpoint.scheme == .http else { return .failed(.unsupportedScheme(String(url.prefix(16)))) }
            let response: InboundResponse
            do {
                response = try await exchange(request.kind, endpoint: endpoint, path: Self.path(of: url))
            } catch {
                return .failed(Self.failure(error, timeout: timeout))
            }
            if [301, 302, 303, 307, 308].contains(response.status), let location = response.header("location"),
                location.hasPrefix("http://")
            {
                url = location
                continue
            }
            return .answered(
                status: response.status, contentType: response.header("content-type"), via: response.header("via"), body: response.body)
        }
        return .failed(.other("more than \(Self.redirectLimit) redirects"))
    }

    func time(at url: String) async -> Date? {
        guard let endpoint = Endpoint(url), endpoint.scheme == .http else { return nil }
        let answer = try? await exchange(.issuer, endpoint: endpoint, path: Self.path(of: url), method: "HEAD")
        guard let answer, let time = answer.header("date").flatMap(HTTPDate.read) else { return nil }
        // What a cache gives away was true so many seconds ago (RFC 9111 §5.1).
        return time.addingTimeInterval(Double(answer.header("age").flatMap(UInt32.init) ?? 0))
    }

    private func exchange(_ kind: EvidenceRequest.Kind, endpoint: Endpoint, path: String, method: String = "GET") async throws
        -> InboundResponse
    {
        var request = OutboundRequest(method: method, path: path, headers: [("accept", "*/*"), ("connection", "close")], timeout: timeout)
        if case .ocsp(let body) = kind {
            request.method = "POST"
            request.body = body
            request.headers.append(("content-type", "application/ocsp-request"))
        }
        let place = String(endpoint.description.dropFirst("http://".count))
        let proxy = proxy.flatMap { $0.applies(to: endpoint.host) ? $0 : nil }
        if let proxy {
            // A proxy is asked for the whole URL (RFC 9112 §3.2.2).
            request.path = "http://\(place)\(path)"
            if let authorization = proxy.authorization { request.headers.append(("proxy-authorization", authorization)) }
        }
        let addresses = try await addresses(of: proxy?.host ?? endpoint.host, port: proxy?.port ?? endpoint.port)
        var last: any Error = NameNotFound()
        for address in addresses.prefix(3) {
            do {
                let channel = try await ClientBootstrap(group: group).connectTimeout(TimeAmount(timeout)).connect(to: address).get()
                let connection = try await HTTPConnection.adopt(channel)
                defer { connection.close() }
                return try await connection.exchange(request, host: place, limit: Self.limit(for: kind)).response
            } catch let error as HTTPConnection.Failure {
                throw error
            } catch {
                last = error
            }
        }
        throw last
    }

    private struct NameNotFound: Error {}

    private func addresses(of host: String, port: Int) async throws -> [SocketAddress] {
        switch await NameResolution.answer(of: host, port: port, within: timeout, on: group.any()) {
        case .found(let addresses): return addresses
        case .notFound: throw NameNotFound()
        case .silent: throw HTTPConnection.Failure.timeout
        }
    }

    private static func path(of url: String) -> String {
        let rest = url.dropFirst("http://".count)
        guard let slash = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return "/" }
        let path = rest[slash...].prefix { $0 != "#" }
        return path.first == "?" ? "/" + path : String(path)
    }

    private static func failure(_ error: any Error, timeout: Duration) -> FetchFailure {
        switch error {
        case is NameNotFound: return .nameNotFound
        case HTTPConnection.Failure.timeout: return .timeout(seconds: timeout.seconds)
        case HTTPConnection.Failure.overLimit(let bytes): return .overLimit(bytes: bytes)
        case HTTPConnection.Failure.closed: return .reset
        case HTTPConnection.Failure.protocolError(let what): return .other("not HTTP/1.1 (\(what))")
        default: break
        }
        return switch ConnectionObstacle.connecting(error, address: "", seconds: timeout.seconds) {
        case .refused: .refused
        case .timeout(_, let seconds): .timeout(seconds: seconds)
        case .reset: .reset
        case .other(let what): .other(what)
        default: .other(String(describing: type(of: error)))
        }
    }
}
