import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOPosix
import Synchronization

/// One HTTP/1.1 connection: one exchange at a time, kept alive as long as the peer agrees.
final class HTTPConnection: Sendable {
    let channel: any Channel
    private let state: Mutex<State>
    private struct State {
        var isOpen = true
        var idleSince = ContinuousClock.now
    }

    private init(channel: any Channel) {
        self.channel = channel
        state = Mutex(State())
    }

    /// Takes over a channel whose TLS, if any, is up.
    ///
    /// - Parameter limit: octets of a response, unpacked; nil asks for none that are packed.
    static func adopt(_ channel: any Channel, unpackingUpTo limit: Int? = nil) async throws -> HTTPConnection {
        try await channel.eventLoop.submit {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandlers(
                HTTPRequestEncoder(), ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)))
            if let limit { try pipeline.addHandler(NIOHTTPResponseDecompressor(limit: .size(limit))) }
            try pipeline.addHandler(ExchangeHandler())
        }.get()
        let connection = HTTPConnection(channel: channel)
        channel.closeFuture.whenComplete { _ in connection.state.withLock { $0.isOpen = false } }
        return connection
    }

    var isOpen: Bool { state.withLock { $0.isOpen } && channel.isActive }
    var idle: Duration { state.withLock { ContinuousClock.now - $0.idleSince } }

    enum Failure: Error {
        /// `untouched`: not one byte of an answer came.
        case closed(untouched: Bool)
        case timeout
        case overLimit(Int)
        case protocolError(String)
    }

    /// Sends and waits for the whole response. On any failure the connection is closed.
    func exchange(_ request: OutboundRequest, host: String, limit: Int) async throws -> (response: InboundResponse, reusable: Bool) {
        let promise = channel.eventLoop.makePromise(of: Exchange.Answer.self)
        let timeout = channel.eventLoop.scheduleTask(in: TimeAmount(request.timeout)) { promise.fail(Failure.timeout) }
        let exchange = Exchange(request: request, host: host, limit: limit, promise: promise)
        channel.writeAndFlush(exchange, promise: nil)
        do {
            let answer = try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                // At once: closing waits for the peer's close_notify, which a peer that is busy does not send.
                promise.fail(CancellationError())
                channel.close(promise: nil)
            }
            timeout.cancel()
            state.withLock { $0.idleSince = ContinuousClock.now }
            if !answer.keepAlive { close() }
            return (answer.response, answer.keepAlive)
        } catch {
            timeout.cancel()
            close()
            throw error
        }
    }

    func close() {
        state.withLock { $0.isOpen = false }
        channel.close(promise: nil)
    }
}

/// What the handler is asked to do.
struct Exchange: Sendable {
    struct Answer: Sendable {
        var response: InboundResponse
        var keepAlive: Bool
    }
    var request: OutboundRequest
    var host: String
    var limit: Int
    var promise: EventLoopPromise<Answer>
}

/// Turns one exchange into HTTP parts and the parts of the answer into one response.
final class ExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Exchange
    typealias OutboundOut = HTTPClientRequestPart

    private var current: Exchange?
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let exchange = unwrapOutboundIn(data)
        guard context.channel.isActive, current == nil else {
            exchange.promise.fail(HTTPConnection.Failure.closed(untouched: true))
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        (current, head, body) = (exchange, nil, [])
        let request = exchange.request
        var headers = HTTPHeaders(request.headers.map { ($0.name, $0.value) })
        headers.replaceOrAdd(name: "host", value: exchange.host)
        if !request.body.isEmpty || !["GET", "HEAD"].contains(request.method) {
            headers.replaceOrAdd(name: "content-length", value: String(request.body.count))
        }
        if !headers.contains(name: "user-agent") { headers.add(name: "user-agent", value: "midguard") }
        let head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !request.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: request.body)))), promise: nil)
        }
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let exchange = current else { return context.close(promise: nil) }  // nobody asked
        switch unwrapInboundIn(data) {
        case .head(let head):
            if (100..<200).contains(head.status.code) { return }
            self.head = head
        case .body(let part):
            guard body.count + part.readableBytes <= exchange.limit else {
                return fail(.overLimit(body.count + part.readableBytes), context: context)
            }
            body.append(contentsOf: part.readableBytesView)
        case .end:
            guard let head else { return }
            current = nil
            let response = InboundResponse(
                status: Int(head.status.code), headers: head.headers.map { (name: $0.name, value: $0.value) }, body: body)
            body = []
            exchange.promise.succeed(.init(response: response, keepAlive: head.isKeepAlive))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case NIOHTTPDecompression.DecompressionError.limit = error { return fail(.overLimit(current?.limit ?? 0), context: context) }
        fail(.protocolError(String(describing: type(of: error))), context: context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        let untouched = head == nil
        current?.promise.fail(HTTPConnection.Failure.closed(untouched: untouched))
        current = nil
        context.fireChannelInactive()
    }

    private func fail(_ failure: HTTPConnection.Failure, context: ChannelHandlerContext) {
        current?.promise.fail(failure)
        current = nil
        context.close(promise: nil)
    }
}
