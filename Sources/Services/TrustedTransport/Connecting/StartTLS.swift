import LDAP
import NIOCore
import TrustPolicy

/// Asks an LDAP server for TLS (RFC 4511 §4.14) on a connection that has just been made, and then gets out of the way. Nothing else is ever
/// said before TLS.
final class StartTLS: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Why TLS does not begin.
    struct Failure: Error { var obstacle: ConnectionObstacle }

    private let promise: EventLoopPromise<Void>
    private var received: [UInt8] = []
    private var isOver = false
    /// Octets of an answer; genuine ones have some dozens, and a reason.
    private static let limit = 8192

    private init(promise: EventLoopPromise<Void>) { self.promise = promise }

    /// On a connection that stands and is not read from yet. Afterwards nothing of this is left in its pipeline, and it is read from no more.
    static func begin(on channel: any Channel, at place: String, timeout: Duration) async throws(Failure) {
        let answered = channel.eventLoop.makePromise(of: Void.self)
        let silence = Failure(obstacle: .timeout(address: place, seconds: timeout.seconds))
        let limit = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
            answered.fail(silence)
            channel.close(promise: nil)
        }
        defer { limit.cancel() }
        do {
            let handler = try await channel.eventLoop.submit {
                let handler = StartTLS(promise: answered)
                try channel.pipeline.syncOperations.addHandler(handler)
                // Should it fail, the channel has closed, and the handler knows why.
                _ = channel.setOption(.autoRead, value: true)
                return NIOLoopBound(handler, eventLoop: channel.eventLoop)
            }.get()
            try await answered.futureResult.get()
            try await channel.eventLoop.flatSubmit {
                _ = channel.setOption(.autoRead, value: false)
                return channel.pipeline.syncOperations.removeHandler(handler.value)
            }.get()
        } catch {
            answered.fail(error)
            throw error as? Failure ?? Failure(obstacle: .reset(during: "StartTLS"))
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let request = LDAPRequest.startTLS.encoded(messageID: 1)
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        received += unwrapInboundIn(data).readableBytesView.prefix(Self.limit + 1 - received.count)
        do throws(LDAPError) {
            guard let length = try LDAPResponse.length(beginning: received), received.count >= length else {
                if received.count > Self.limit { refuse(.notLDAP(beginning: printable(received)), context) }
                return
            }
            let answer = try LDAPResponse(received[..<length])
            guard case .extended(let result, _) = answer.operation else { return refuse(.notLDAP(beginning: printable(received)), context) }
            guard result.isSuccess else {
                return refuse(.startTLSRefused(code: result.code, name: result.name, message: printable(result.message.utf8)), context)
            }
            // TLS begins with the client: what came along was put there by somebody between (as in CVE-2011-0411).
            guard received.count == length else { return refuse(.notLDAP(beginning: printable(received[length...])), context) }
            isOver = true
            promise.succeed()
        } catch {
            refuse(.notLDAP(beginning: printable(received)), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        refuse(.reset(during: "StartTLS"), context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { refuse(.reset(during: "StartTLS"), context) }

    private func refuse(_ obstacle: ConnectionObstacle, _ context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        promise.fail(Failure(obstacle: obstacle))
        context.close(promise: nil)
    }
}
