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
    fileprivate private(set) var isOver = false

    private init(target: String, authorization: String?, promise: EventLoopPromise<Void>) {
        (self.target, self.authorization, self.promise) = (target, authorization, promise)
    }

    /// On a connection that stands and is not read from yet. Afterwards nothing of this is left in its pipeline, and it is read from no more.
    static func open(on channel: any Channel, to target: String, through proxy: ProxyRoute, timeout: Duration) async throws(Failure) {
        let opened = channel.eventLoop.makePromise(of: Void.self)
        let seconds = timeout.seconds
        let limit = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
            opened.fail(Failure(obstacle: .notAProxy("no answer to CONNECT within \(Int(seconds)) seconds")))
            channel.close(promise: nil)
        }
        defer { limit.cancel() }
        let authorization = proxy.authorization
        do {
            let handlers = try await channel.eventLoop.submit {
                let encoder = HTTPRequestEncoder()
                let decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes))
                let tunnel = ProxyTunnel(target: target, authorization: authorization, promise: opened)
                let gate = HeadGate(of: tunnel)
                try channel.pipeline.syncOperations.addHandlers(gate, encoder, decoder, tunnel)
                // Should it fail, the channel has closed, and the tunnel knows why.
                _ = channel.setOption(.autoRead, value: true)
                return NIOLoopBound((gate, encoder, decoder, tunnel), eventLoop: channel.eventLoop)
            }.get()
            try await opened.futureResult.get()
            let early = try await channel.eventLoop.flatSubmit {
                let (gate, encoder, decoder, tunnel) = handlers.value
                _ = channel.setOption(.autoRead, value: false)
                let leaving: [any RemovableChannelHandler] = [tunnel, decoder, encoder, gate]
                return EventLoopFuture.andAllSucceed(
                    leaving.map { channel.pipeline.syncOperations.removeHandler($0) }, on: channel.eventLoop
                ).map { handlers.value.0.heldBack }
            }.get()
            // TLS begins with the client, so nothing can come through a tunnel before it.
            if !early.isEmpty {
                throw Failure(obstacle: .notAProxy("it sent more than its answer before TLS began: \(printable(early))"))
            }
        } catch {
            opened.fail(error)
            throw error as? Failure ?? Failure(obstacle: .notAProxy("it closed the connection after its answer"))
        }
    }

    func handlerAdded(context: ChannelHandlerContext) { if context.channel.isActive { ask(context) } }

    private func ask(_ context: ChannelHandlerContext) {
        var headers = HTTPHeaders([("host", target), ("user-agent", "midguard")])
        if let authorization { headers.add(name: "proxy-authorization", value: authorization) }
        context.write(
            wrapOutboundOut(.head(HTTPRequestHead(version: .http1_1, method: .CONNECT, uri: target, headers: headers))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
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

/// Lets the heads of answers through until one of them decides, and keeps what comes after it.
private final class HeadGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    /// The beginning of it.
    private(set) var heldBack: [UInt8] = []
    private let tunnel: ProxyTunnel
    private var lineIsEmpty = false

    init(of tunnel: ProxyTunnel) { self.tunnel = tunnel }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        while !tunnel.isOver, let passing = buffer.readSlice(length: lengthOfHead(buffer.readableBytesView)), passing.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(passing))
        }
        if heldBack.isEmpty { heldBack = Array(buffer.readableBytesView.prefix(FirstBytes.limit)) }
    }

    /// Octets up to the empty line that ends a head, or all of them.
    private func lengthOfHead(_ bytes: ByteBufferView) -> Int {
        for (index, byte) in bytes.enumerated() where byte != UInt8(ascii: "\r") {
            let isLineEnd = byte == UInt8(ascii: "\n")
            if isLineEnd, lineIsEmpty {
                lineIsEmpty = false
                return index + 1
            }
            lineIsEmpty = isLineEnd
        }
        return bytes.count
    }
}
