import FoundationEssentials
import NIOCore
import NIOHTTP1
import TrustPolicy

extension ProxyRoute {
    /// The value of `Proxy-Authorization`; nil without credentials.
    var authorization: String? { credentials.map { "Basic " + Data($0.reveal().utf8).base64EncodedString() } }
}

/// Asks an HTTP proxy for a tunnel (CONNECT, RFC 9110 §9.3.6) on a connection that has just been made to it, and then gets out of the way.
final class ProxyTunnel: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Why there is no tunnel.
    struct Failure: Error { var obstacle: ProxyObstacle }

    private let target: String
    private let authorization: String?
    private let promise: EventLoopPromise<Void>
    private var head: HTTPResponseHead?
    private var isOver = false

    private init(target: String, authorization: String?, promise: EventLoopPromise<Void>) {
        (self.target, self.authorization, self.promise) = (target, authorization, promise)
    }

    /// On the event loop of a channel that is not connected yet. `established` runs there once the channel is the tunnel, with nothing of this
    /// left in its pipeline.
    static func install(
        in channel: any Channel, to target: String, through proxy: ProxyRoute, timeout: Duration,
        established: @escaping @Sendable (any Channel) throws -> Void
    ) throws -> EventLoopFuture<Void> {
        let opened = channel.eventLoop.makePromise(of: Void.self)
        let encoder = HTTPRequestEncoder()
        let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
        let tunnel = ProxyTunnel(target: target, authorization: proxy.authorization, promise: opened)
        try channel.pipeline.syncOperations.addHandlers(encoder, decoder, tunnel)
        let seconds = timeout.seconds
        let limit = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
            opened.fail(Failure(obstacle: .notAProxy("no answer to CONNECT within \(Int(seconds)) seconds")))
            channel.close(promise: nil)
        }
        let pipeline = NIOLoopBound((encoder, decoder, tunnel), eventLoop: channel.eventLoop)
        return opened.futureResult.flatMap {
            let (encoder, decoder, tunnel) = pipeline.value
            let operations = channel.pipeline.syncOperations
            return EventLoopFuture.andAllSucceed(
                [operations.removeHandler(tunnel), operations.removeHandler(decoder), operations.removeHandler(encoder)],
                on: channel.eventLoop)
        }.flatMapThrowing { try established(channel) }.always { _ in limit.cancel() }
    }

    func channelActive(context: ChannelHandlerContext) {
        var headers = HTTPHeaders([("host", target), ("user-agent", "midguard")])
        if let authorization { headers.add(name: "proxy-authorization", value: authorization) }
        context.write(
            wrapOutboundOut(.head(HTTPRequestHead(version: .http1_1, method: .CONNECT, uri: target, headers: headers))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver, case .head(let head) = unwrapInboundIn(data), !(100..<200).contains(head.status.code) else { return }
        if (200..<300).contains(head.status.code) { return end(.success(())) }
        end(.failure(Failure(obstacle: obstacle(head))))
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(.failure(Failure(obstacle: .notAProxy("its answer is not HTTP (\(type(of: error)))"))))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.failure(Failure(obstacle: .notAProxy("it closed the connection without an answer"))))
        context.fireChannelInactive()
    }

    private func end(_ result: Result<Void, any Error>) {
        guard !isOver else { return }
        isOver = true
        promise.completeWith(result)
    }

    private func obstacle(_ head: HTTPResponseHead) -> ProxyObstacle {
        guard head.status == .proxyAuthenticationRequired else {
            return .refusedConnect(
                status: Int(head.status.code), reason: Self.shown(head.status.reasonPhrase),
                via: head.headers.first(name: "via").map(Self.shown))
        }
        // `Basic realm="…"`: the scheme is the first word (RFC 9110 §11.6.1).
        let schemes = head.headers["proxy-authenticate"].compactMap { $0.split(separator: " ").first.map { Self.shown(String($0)) } }
        return .authenticationRequired(schemes: schemes, passwordSent: authorization != nil)
    }

    /// A stranger's words, short and printable.
    private static func shown(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(120).map { (" "..."~").contains($0) ? $0 : "." }))
    }
}
