import NIOCore

/// Ends what is held for a connection when its client goes away, and lets the connection go with it.
///
/// Channels of the server tolerate a peer that has only stopped sending. No client of ours does that, and it would leave a held claim, and
/// the client's own closing, to wait for each other: so the tolerance is taken back here.
final class ConnectionWatch: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = Any

    private let closed: @Sendable (ObjectIdentifier) -> Void

    /// `closed` gets the identity of the channel, as ``InstanceRequestContext/connection`` has it.
    init(closed: @escaping @Sendable (ObjectIdentifier) -> Void) { self.closed = closed }

    func handlerAdded(context: ChannelHandlerContext) {
        context.channel.setOption(.allowRemoteHalfClosure, value: false).whenFailure { _ in }
    }

    func channelInactive(context: ChannelHandlerContext) {
        closed(ObjectIdentifier(context.channel))
        context.fireChannelInactive()
    }
}
