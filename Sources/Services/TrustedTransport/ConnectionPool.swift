import Synchronization
import TrustPolicy

/// Kept-alive connections, newest first. Each one passed its endpoint's verdict when it was opened.
final class ConnectionPool: Sendable {
    private let idle = Mutex<[Endpoint: [HTTPConnection]]>([:])
    private let perEndpoint: Int
    private let idleTimeout: Duration

    init(perEndpoint: Int, idleTimeout: Duration) { (self.perEndpoint, self.idleTimeout) = (perEndpoint, idleTimeout) }

    func take(_ endpoint: Endpoint) -> HTTPConnection? {
        var discarded: [HTTPConnection] = []
        let found = idle.withLock { idle -> HTTPConnection? in
            while let connection = idle[endpoint]?.popLast() {
                if connection.isOpen, connection.idle < idleTimeout { return connection }
                discarded.append(connection)
            }
            idle[endpoint] = nil
            return nil
        }
        for connection in discarded { connection.close() }
        return found
    }

    func give(_ connection: HTTPConnection, for endpoint: Endpoint) {
        let surplus = idle.withLock { idle -> HTTPConnection? in
            var kept = idle[endpoint, default: []].filter(\.isOpen)
            kept.append(connection)
            let surplus = kept.count > perEndpoint ? kept.removeFirst() : nil
            idle[endpoint] = kept
            return surplus
        }
        surplus?.close()
    }

    func closeAll() {
        let all = idle.withLock { idle in
            defer { idle = [:] }
            return idle.values.flatMap { $0 }
        }
        for connection in all { connection.close() }
    }
}
