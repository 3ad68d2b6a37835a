/// Where a connection goes: a host and port, and what is spoken there.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    public enum Scheme: String, Hashable, Sendable {
        case https, http, ldaps, ldap
        /// Bare TLS, written `HOST:PORT`.
        case tls
    }
    public var scheme: Scheme
    /// A DNS name (A-labels) or an IP address without brackets.
    public var host: String
    public var port: Int

    public init(scheme: Scheme, host: String, port: Int) { (self.scheme, self.host, self.port) = (scheme, host, port) }

    public var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return scheme == .tls ? "\(name):\(port)" : "\(scheme.rawValue)://\(name)\(port == scheme.defaultPort ? "" : ":\(port)")"
    }
}

extension Endpoint {
    public var hostAndPort: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}

extension Endpoint.Scheme {
    public var defaultPort: Int? {
        switch self {
        case .https: 443
        case .http: 80
        case .ldaps: 636
        case .ldap: 389
        case .tls: nil
        }
    }
}

extension Endpoint {
    /// Reads `https://host[:port][/…]`, `ldaps://…`, `ldap://…`, `http://…` or `HOST:PORT`; nil when it is none of these.
    public init?(_ text: String) {
        var rest = Substring(text)
        var scheme = Scheme.tls
        if let colon = text.utf8.firstIndex(of: 0x3A), text.utf8[colon...].starts(with: "://".utf8) {
            guard let known = Scheme(rawValue: text[..<colon].lowercased()), known != .tls else { return nil }
            scheme = known
            rest = text[text.utf8.index(colon, offsetBy: 3)...]
        }
        rest = rest.prefix { !"/?#".contains($0) }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        let host: Substring
        let portText: Substring?
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]") else { return nil }
            host = rest[rest.index(after: rest.startIndex)..<close]
            let tail = rest[rest.index(after: close)...]
            guard tail.isEmpty || tail.first == ":" else { return nil }
            portText = tail.isEmpty ? nil : tail.dropFirst()
        } else {
            let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            host = parts.first ?? ""
            portText = parts.count == 2 ? parts[1] : nil
        }
        guard !host.isEmpty, host.utf8.count <= 253, !host.contains(where: { $0.isWhitespace }) else { return nil }
        let port: Int
        if let portText {
            guard let number = Int(portText), (1...65_535).contains(number) else { return nil }
            port = number
        } else {
            guard let number = scheme.defaultPort else { return nil }
            port = number
        }
        self.init(scheme: scheme, host: host.lowercased(), port: port)
    }
}
