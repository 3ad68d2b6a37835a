import NIOCore
import NIOSSL
import NIOTLS

/// Tells when a TLS handshake has ended, well (and in which version) or not, and when its end has settled.
///
/// In TLS 1.3 a server reads the client's certificate after the client takes the handshake for ended (RFC 8446 §4.4.2.4, §4.6.2): only the next
/// thing that it sends, an alert or anything else, says whether it agrees.
final class HandshakeWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    private let ended: EventLoopPromise<TLSVersion?>
    private let settled: EventLoopPromise<Void>
    private(set) var isOver = false

    init(ended: EventLoopPromise<TLSVersion?>, settled: EventLoopPromise<Void>) { (self.ended, self.settled) = (ended, settled) }

    struct Closed: Error {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            isOver = true
            ended.succeed(try? context.pipeline.syncOperations.nioSSL_tlsVersion())
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// The peer sent something, which has been read.
    func heard() { if isOver { settled.succeed() } }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isOver { context.fireErrorCaught(error) }
        fail(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(Closed())
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { fail(Closed()) }

    /// A promise that was kept stays so.
    private func fail(_ error: any Error) {
        isOver = true
        ended.fail(error)
        settled.fail(error)
    }
}

/// Keeps the first bytes that the peer sends, so that an answer that is not TLS can be shown, and tells the watch of later ones.
final class FirstBytes: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    static let limit = 80
    private let report: @Sendable ([UInt8]) -> Void
    private let watch: HandshakeWatch
    private var isDone = false

    init(watch: HandshakeWatch, _ report: @escaping @Sendable ([UInt8]) -> Void) { (self.watch, self.report) = (watch, report) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isDone {
            isDone = true
            report(Array(unwrapInboundIn(data).readableBytesView.prefix(Self.limit)))
        }
        let wasOver = watch.isOver
        context.fireChannelRead(data)
        if wasOver { watch.heard() }
    }
}
