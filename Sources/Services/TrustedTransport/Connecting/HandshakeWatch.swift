import NIOCore
import NIOSSL
import NIOTLS

/// Tells when a TLS handshake has ended, well or not.
final class HandshakeWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    private let promise: EventLoopPromise<Void>
    private var isOver = false

    init(_ promise: EventLoopPromise<Void>) { self.promise = promise }

    struct Closed: Error {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { end(.success(())) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isOver { context.fireErrorCaught(error) } else { end(.failure(error)) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.failure(Closed()))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end(.failure(Closed())) }

    private func end(_ result: Result<Void, any Error>) {
        guard !isOver else { return }
        isOver = true
        promise.completeWith(result)
    }
}

/// Keeps the first bytes that the peer sends, so that an answer that is not TLS can be shown.
final class FirstBytes: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    static let limit = 80
    private let report: @Sendable ([UInt8]) -> Void
    private var isDone = false

    init(_ report: @escaping @Sendable ([UInt8]) -> Void) { self.report = report }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isDone {
            isDone = true
            report(Array(unwrapInboundIn(data).readableBytesView.prefix(Self.limit)))
        }
        context.fireChannelRead(data)
    }
}
