import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A small HTTPS server on loopback: a local system for the trial's jobs to meet, with whatever certificate it is given.
struct TrialEndpoint: Sendable {
    let channel: any Channel
    var port: Int { channel.localAddress?.port ?? 0 }

    /// - Parameters:
    ///   - chain: DER, end entity first, exactly as it is to be sent.
    ///   - credential: when given, `/credential` answers 200 to that user and password and 401 to everybody else.
    static func start(chain: [[UInt8]], keyPEM: String, credential: (user: String, password: String)? = nil) async throws -> TrialEndpoint {
        let certificates = try chain.map { NIOSSLCertificateSource.certificate(try NIOSSLCertificate(bytes: $0, format: .der)) }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates, privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(keyPEM.utf8), format: .pem)))
        tls.minimumTLSVersion = .tlsv12
        let context = try NIOSSLContext(configuration: tls)
        let expected = credential.map { "Basic " + Data("\($0.user):\($0.password)".utf8).base64EncodedString() }
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Answering(expected: expected))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return TrialEndpoint(channel: channel)
    }

    func stop() async { try? await channel.close() }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let expected: String?
        private var head: HTTPRequestHead?

        init(expected: String?) { self.expected = expected }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): self.head = head
            case .body: break
            case .end:
                guard let head else { return }
                answer(head, context)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)  // a client that refuses our certificate hangs up: that is what some endpoints are for
        }

        private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
            let secret = head.uri == "/credential"
            let allowed = !secret || (expected != nil && head.headers.first(name: "authorization") == expected)
            let text =
                allowed ? (secret ? "{\"credential\":\"accepted\"}" : "{\"endpoint\":\"trial\"}") : "{\"error\":\"credential refused\"}"
            var headers = HTTPHeaders([("content-type", "application/json"), ("content-length", String(text.utf8.count))])
            if !allowed { headers.add(name: "www-authenticate", value: "Basic realm=\"trial\"") }
            context.write(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: allowed ? .ok : .unauthorized, headers: headers))),
                promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
