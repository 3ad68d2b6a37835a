public import TrustPolicy

/// A request to an endpoint that the transport has yet to trust.
public struct OutboundRequest: Sendable {
    public var method: String
    /// Path and query, beginning with `/`.
    public var path: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// For the whole exchange once a connection stands; setting one up has limits of its own.
    public var timeout: Duration
    /// The request may be sent again when a kept-alive connection turns out to be dead: true for GET, and for anything that the other
    /// side recognises when it comes twice.
    public var mayRepeat: Bool

    public init(
        method: String = "GET", path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        timeout: Duration = .seconds(30),
        mayRepeat: Bool? = nil
    ) {
        (self.method, self.path, self.headers, self.body, self.timeout) = (method, path, headers, body, timeout)
        self.mayRepeat = mayRepeat ?? ["GET", "HEAD"].contains(method)
    }
}

public struct InboundResponse: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }

    /// The first header of that name, without regard to case.
    public func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
}

/// Why a request brought no response. The evidence says why; `Diagnosis` turns it into findings.
public enum TransportFailure: Error, Sendable {
    /// Policy said no, or there was no session: nothing was sent.
    case notSent(ConnectionEvidence)
    /// The connection ended, or time ran out, after the request may have been sent.
    case interrupted(String)
    case responseOverLimit(bytes: Int)
}
