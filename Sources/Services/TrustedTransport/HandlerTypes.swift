import NIOCore
import NIOHTTP1
import Synchronization

/// Types that several event loops may be the first to use at the same moment.
///
/// Swift's runtime (6.3) does not stand that for a class such as `HTTPDecoder`, whose conformance depends on its generic arguments: it looks for
/// it while another thread completes the class, follows a superclass that is not there yet, and the process ends. One start of an agent in a
/// thousand ended so, when its first look-ups about a certificate began together.
public enum HandlerTypes {
    private static let handlers = Mutex<[any ChannelHandler]>([])

    /// Completes them on one thread; later calls find them complete.
    public static func complete() {
        handlers.withLock { handlers in
            guard handlers.isEmpty else { return }
            handlers = [
                ByteToMessageHandler(HTTPRequestDecoder()), ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)),
            ]
        }
    }
}
