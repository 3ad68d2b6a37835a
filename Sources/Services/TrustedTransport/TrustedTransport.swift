public import TrustPolicy

// CONTRACT SKETCH (to be replaced by the implementation; the signatures stay)
public struct OutboundRequest: Sendable {
    public var method: String
    public var path: String
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    public var timeout: Duration
    public init(
        method: String = "GET", path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        timeout: Duration = .seconds(30)
    ) {
        (self.method, self.path, self.headers, self.body, self.timeout) = (method, path, headers, body, timeout)
    }
}

public struct InboundResponse: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        (self.status, self.headers, self.body) = (status, headers, body)
    }
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
