import NIOCore
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Asks the system's resolver (getaddrinfo, so hosts files and search domains count), on a thread that may block.
enum NameResolution {
    enum Answer: Sendable {
        case found([SocketAddress])
        case notFound
        /// The resolver goes on by itself, and nobody waits for it any more.
        case silent
    }

    /// At most this many addresses are tried.
    static let addressLimit = 8

    /// - Parameter loop: on which the answer arrives, and by whose clock.
    static func answer(of host: String, port: Int, within limit: Duration, on loop: any EventLoop) async -> Answer {
        if let literal = try? SocketAddress(ipAddress: host, port: port) { return .found([literal]) }
        if let known = memory.withLock({ $0.addresses(of: host, port: port) }) { return .found(known) }
        let answer = loop.makePromise(of: Answer.self)
        let clock = loop.scheduleTask(in: TimeAmount(limit)) { answer.succeed(.silent) }
        NIOThreadPool.singleton.runIfActive(eventLoop: loop) { lookUp(host, port: port) }.whenComplete { result in
            clock.cancel()
            answer.succeed((try? result.get()) ?? .notFound)
        }
        return (try? await answer.futureResult.get()) ?? .notFound
    }

    private static let memory = Mutex(NameMemory())

    private static func lookUp(_ host: String, port: Int) -> Answer {
        let found = ask(host, port: port)
        if found.isEmpty { return .notFound }
        memory.withLock { $0.remember(found, of: host) }
        return .found(found)
    }

    private static func ask(_ host: String, port: Int) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_family = AF_UNSPEC
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list else { return [] }
        defer { freeaddrinfo(first) }
        var found: [SocketAddress] = []
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let entry = next, found.count < addressLimit {
            next = entry.pointee.ai_next
            guard let address = entry.pointee.ai_addr else { continue }
            switch entry.pointee.ai_family {
            case AF_INET:
                address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { found.append(SocketAddress($0.pointee, host: host)) }
            case AF_INET6:
                address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { found.append(SocketAddress($0.pointee, host: host)) }
            default: break
            }
        }
        return found
    }
}

/// What the resolver said a moment ago, so that many connections to one host ask it once.
struct NameMemory {
    private var known: [String: (addresses: [SocketAddress], until: ContinuousClock.Instant)] = [:]
    static let keep: Duration = .seconds(5)
    static let limit = 1_024

    func addresses(of host: String, port: Int, at now: ContinuousClock.Instant = .now) -> [SocketAddress]? {
        guard let known = known[host], known.until > now else { return nil }
        return known.addresses.map { address in
            var address = address
            address.port = port
            return address
        }
    }

    mutating func remember(_ addresses: [SocketAddress], of host: String, at now: ContinuousClock.Instant = .now) {
        if known.count >= Self.limit { known = known.filter { $0.value.until > now } }
        if known.count < Self.limit { known[host] = (addresses, now + Self.keep) }
    }
}
