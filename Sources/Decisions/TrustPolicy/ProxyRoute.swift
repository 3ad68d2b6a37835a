import PathValidation

/// The HTTP proxy through which connections leave, and for which hosts.
public struct ProxyRoute: Hashable, Sendable {
    /// A DNS name or an IP address without brackets.
    public var host: String
    public var port: Int
    public var credentials: ProxyCredentials?
    /// Hosts that are reached directly: `host.example`, `*.example`, or an address range `10.0.0.0/8` for URLs with addresses in them.
    public var exclusions: [String]

    public init(host: String, port: Int, credentials: ProxyCredentials? = nil, exclusions: [String] = []) {
        (self.host, self.port, self.credentials, self.exclusions) = (host, port, credentials, exclusions)
    }

    /// `HOST:PORT`.
    public var place: String { Endpoint(scheme: .tls, host: host, port: port).description }

    public func applies(to host: String) -> Bool {
        let address = IPAddress(host)
        return !exclusions.contains { pattern in
            if let range = AddressRange(pattern) { return address.map(range.contains) ?? false }
            return HostPattern(pattern).matches(host)
        }
    }

    /// `host.example, *.corp.example`, as people write lists.
    public static func exclusions(in list: String) -> [String] {
        list.split { $0 == "," || $0 == ";" || $0.isWhitespace }.map(String.init)
    }
}

/// User and password for a proxy's Basic scheme (RFC 7617).
public struct ProxyCredentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public let username: String
    private let password: String
    public init(username: String, password: String) { (self.username, self.password) = (username, password) }

    /// `user:password`, for the one place that sends it.
    public func reveal() -> String { username + ":" + password }
    public var description: String { "ProxyCredentials(\(username), hidden)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What stopped a connection at the proxy, before the endpoint was met.
public enum ProxyObstacle: Hashable, Sendable {
    case nameNotFound
    /// TCP says no, or nothing.
    case unreachable(String)
    /// 407: the schemes that the proxy offers, and whether it was sent a password.
    case authenticationRequired(schemes: [String], passwordSent: Bool)
    case refusedConnect(status: Int, reason: String, via: String?)
    /// The answer to CONNECT is not HTTP, or none came.
    case notAProxy(String)
}
