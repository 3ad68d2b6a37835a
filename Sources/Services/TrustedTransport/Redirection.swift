import FoundationEssentials
public import TrustPolicy

/// Where an answer sends the client on to (RFC 9110 §15.4).
public struct Redirection: Sendable {
    public var request: OutboundRequest
    public var endpoint: Endpoint
    /// As it is shown.
    public var url: String

    /// Headers that may go to another host than the one that was asked; any other may be a key by some name.
    private static let impersonal: Set = ["accept", "accept-charset", "accept-language", "content-type", "user-agent"]
    static let urlLimit = 8192

    /// nil when the answer is no redirection, or sends to what is no URL of the web.
    public init?(of request: OutboundRequest, to endpoint: Endpoint, answer: InboundResponse) {
        guard [301, 302, 303, 307, 308].contains(answer.status), let location = answer.header("location"),
            location.utf8.count <= Self.urlLimit, let base = URL(string: endpoint.description + request.path),
            let url = URL(string: location, relativeTo: base)?.absoluteURL, let next = Endpoint(url.absoluteString),
            next.scheme == .https || next.scheme == .http
        else { return nil }
        var request = request
        request.path = OutboundRequest.target(of: url.absoluteString)
        // What browsers and curl do since ever, and 303 is for.
        let becomesGet = answer.status == 303 ? request.method != "HEAD" : answer.status < 303 && request.method == "POST"
        if becomesGet {
            (request.method, request.body, request.mayRepeat) = ("GET", [], true)
            request.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
        }
        if next != endpoint { request.headers.removeAll { !Self.impersonal.contains($0.name.lowercased()) } }
        (self.request, self.endpoint, self.url) = (request, next, url.absoluteString)
    }
}

extension OutboundRequest {
    /// Path and query of a URL; the fragment stays here. Bytes that may not stand in a request line are percent-encoded.
    public static func target(of url: String) -> String {
        let afterScheme = url.drop { $0 != ":" }.dropFirst(3)
        let rest = afterScheme.drop { $0 != "/" && $0 != "?" && $0 != "#" }.prefix { $0 != "#" }
        let target = rest.first == "/" ? String(rest) : "/" + rest
        return String(
            decoding: target.utf8.flatMap { byte -> [UInt8] in
                if (33..<127).contains(byte) { return [byte] }
                let digits = Array("0123456789ABCDEF".utf8)
                return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }, as: UTF8.self)
    }
}
