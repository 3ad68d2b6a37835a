import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A TCP server on a loopback port of its own that does to every connection what a test says: what real peers do only when they are broken.
public final class ScriptedServer: Sendable {
    public let port: Int
    private let descriptor: Int32
    private let open = Mutex<Set<Int32>>([])
    private let isOver = Mutex(false)
    private let count = Mutex(0)

    /// One accepted connection; calls return false once the peer has gone.
    public struct Connection: Sendable {
        let descriptor: Int32
        let server: ScriptedServer
        /// Of the server.
        public var port: Int { server.port }

        @discardableResult
        public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

        @discardableResult
        public func send(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let sent = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard sent > 0 else { return false }
                rest = rest.dropFirst(sent)
            }
            return true
        }

        /// What came until `mark` did; nil when the peer went before.
        public func read(until mark: String) -> String? {
            var all: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while all.count < 1 << 20 {
                let got = recv(descriptor, &buffer, buffer.count, 0)
                guard got > 0 else { return nil }
                all += buffer.prefix(got)
                let text = String(decoding: all, as: UTF8.self)
                if text.contains(mark) { return text }
            }
            return nil
        }

        /// Stands between the peer and a server on loopback, whose octets `change` may alter (with the position of their first one).
        /// nil ends the connection.
        public func relay(to port: Int, _ change: (_ bytes: [UInt8], _ position: Int) -> [UInt8]?) {
            let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(upstream) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            address.sin_port = UInt16(port).bigEndian
            // Somebody else may want the port next.
            var reuse: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
            let connected = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(upstream, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            var position = 0
            var buffer = [UInt8](repeating: 0, count: 16_384)
            var waiting = [
                pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0), pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
            ]
            while connected, poll(&waiting, 2, 20_000) > 0 {
                for (index, (from, to)) in [(descriptor, upstream), (upstream, descriptor)].enumerated() where waiting[index].revents != 0 {
                    let got = recv(from, &buffer, buffer.count, 0)
                    guard got > 0 else { return }
                    var bytes = Array(buffer.prefix(got))
                    if from == upstream {
                        guard let changed = change(bytes, position) else { return }
                        position += got
                        bytes = changed
                    }
                    guard Connection(descriptor: to, server: server).send(bytes) else { return }
                }
            }
        }

        /// Ends the connection as a device does that wants no more of it (RST).
        public func reset() {
            var hard = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &hard, socklen_t(MemoryLayout<linger>.size))
        }

        /// Until the peer goes, or the test is over.
        public func saysNothing() {
            var buffer = [UInt8](repeating: 0, count: 4_096)
            while recv(descriptor, &buffer, buffer.count, 0) > 0 {}
        }

        /// Until the peer goes, or the test is over.
        public func repeats(_ text: String, every microseconds: UInt32 = 0) {
            while send(text) { if microseconds > 0 { usleep(microseconds) } }
        }
    }

    /// - Parameter port: any free one when 0.
    public init(port: Int = 0, _ script: @escaping @Sendable (Connection) -> Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = UInt16(port).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isListening else { throw CounterpartFailure("a server of the test's own cannot listen: errno \(errno)") }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        self.descriptor = descriptor
        Thread.detachNewThread { [weak self] in
            // Here and nowhere else: nobody waits for it any more.
            defer { close(descriptor) }
            while true {
                let accepted = accept(descriptor, nil, nil)
                guard accepted >= 0, let server = self, !server.isOver.withLock({ $0 }) else { return }
                server.count.withLock { $0 += 1 }
                server.open.withLock { _ = $0.insert(accepted) }
                let connection = Connection(descriptor: accepted, server: server)
                Thread.detachNewThread {
                    script(connection)
                    connection.server.end(accepted)
                }
            }
        }
    }

    /// Connections that were made so far.
    public var connections: Int { count.withLock { $0 } }

    /// Ends all connections; it has to be called, as threads of the server keep it.
    public func stop() {
        isOver.withLock { $0 = true }
        shutdown(descriptor, Int32(SHUT_RDWR))
        open.withLock { open in for connection in open { shutdown(connection, Int32(SHUT_RDWR)) } }
    }

    private func end(_ connection: Int32) {
        open.withLock { _ = $0.remove(connection) }
        close(connection)
    }

    deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
