import PathValidation
import TrustPolicy

extension ProxyObstacle {
    /// What the proxy stands in the way with, explained. There is no `default`: an unexplained obstacle does not compile.
    func finding(for evidence: ConnectionEvidence, context: FixContext) -> Finding {
        let proxy = evidence.proxy ?? "the proxy"
        let subject = evidence.subject
        let again = Finding.Fix("Look again", command: context.command(["check", subject], store: true, connecting: true))
        func finding(
            _ id: String, _ summary: String, _ cause: String, _ details: [String: String] = [:], fixes: [Finding.Fix], vendor: [String] = []
        ) -> Finding {
            Finding(
                id: id, severity: .error, subject: subject, summary: summary, cause: cause,
                evidence: details.merging(["proxy": proxy]) { first, _ in first }, fixes: fixes, vendorMessages: vendor,
                references: ["RFC 9110 §9.3.6"])
        }
        switch self {
        case .nameNotFound:
            return finding(
                "proxy.name-not-found", "DNS has no address for the proxy \(proxy).",
                "The resolver of this machine does not know the name; the endpoint was not tried.",
                fixes: [.init("Correct the proxy's name" + setting(context, "mid.proxy.host")), again],
                vendor: ["java.net.UnknownHostException"])
        case .unreachable(let how):
            return finding(
                "proxy.unreachable", "The proxy \(proxy) cannot be reached: \(how).",
                "Nothing accepts connections there, or a firewall is between; the endpoint was not tried.", ["found": how],
                fixes: [
                    .init("Start the proxy, or correct host and port" + setting(context, "mid.proxy.host and mid.proxy.port")), again,
                    .init(
                        "See whether the endpoint can be reached without it",
                        command: context.direct.command(["check", subject], store: true, connecting: true)),
                ], vendor: ["java.net.ConnectException: Connection refused", "Socket error"])
        case .authenticationRequired(let schemes, let passwordSent):
            let offered = schemes.isEmpty ? "none" : schemes.joined(separator: ", ")
            guard schemes.isEmpty || schemes.contains(where: { $0.lowercased() == "basic" }) else {
                return finding(
                    "proxy.scheme-unsupported", "The proxy \(proxy) wants to know who asks, by \(offered) only.",
                    "Midguard sends a password by the Basic scheme; the proxy does not take it.", ["schemes": offered],
                    fixes: [
                        .init("Ask the proxy's owner to let this machine through without a password, or to offer Basic for it"), again,
                    ],
                    vendor: ["HTTP/1.1 407 Proxy Authentication Required"])
            }
            return finding(
                "proxy.authentication-required",
                passwordSent
                    ? "The proxy \(proxy) does not accept this user and password." : "The proxy \(proxy) wants a user and a password.",
                "It answered 407 to CONNECT; the endpoint was not reached, so nothing is known about it.",
                ["schemes": offered, "passwordSent": "\(passwordSent)"],
                fixes: [
                    .init(
                        "Give the proxy's user in --proxy http://USER@\(proxy) and its password in a file, --proxy-password-file"
                            + setting(context, "mid.proxy.username and mid.proxy.password")), again,
                ],
                vendor: ["HTTP/1.1 407 Proxy Authentication Required", "User cannot be authenticated or is missing the proper roles."])
        case .refusedConnect(let status, let reason, let via):
            let details = ["status": "\(status)", "reason": reason].merging(via.map { ["via": $0] } ?? [:]) { first, _ in first }
            if evidence.endpoint.hostAndPort == proxy {
                return finding(
                    "proxy.double", "\(subject) is the proxy's own address.",
                    "The URL leads to the proxy, and a proxy is configured too: it is asked for a tunnel to itself.", details,
                    fixes: [.init("Put the instance's own name into the URL, and leave the proxy to mid.proxy.host"), again])
            }
            if (502...504).contains(status), evidence.endpoint.isPrivate {
                return finding(
                    "proxy.double",
                    "\(subject) is an address of this network, and the proxy \(proxy) cannot reach it: \(status) \(reason).",
                    "A URL that leads to an inner proxy or gateway needs no other proxy before it.", details,
                    fixes: [
                        .init(
                            "Go there without the proxy",
                            command: context.direct.command(["check", subject], store: true, connecting: true)),
                        .init("Then leave mid.proxy.* away, or name the host in mid.midguard.proxy.exclusions"),
                    ],
                    vendor: ["SOAP Response: Status code=503", "java.lang.IllegalStateException: Unable to connect to instance"])
            }
            return finding(
                "proxy.refused-connect", "The proxy \(proxy) refuses a tunnel to \(evidence.endpoint.hostAndPort): \(status) \(reason).",
                status == 403
                    ? "A rule of the proxy forbids this host or port."
                    : "The proxy itself could not reach the endpoint, or does not want to.", details,
                fixes: [
                    .init("Ask the proxy's owner to allow CONNECT to \(evidence.endpoint.hostAndPort)"), again,
                    .init(
                        "See whether the endpoint can be reached without it",
                        command: context.direct.command(["check", subject], store: true, connecting: true)),
                ], vendor: ["Unable to tunnel through proxy. Proxy returns \"HTTP/1.1 \(status) \(reason)\""])
        case .notAProxy(let what):
            return finding(
                "proxy.refused-connect", "\(proxy) does not answer like an HTTP proxy: \(what).",
                "Something else is served on that port, or it speaks TLS where plain HTTP is expected.", ["found": what],
                fixes: [.init("Correct the proxy's port" + setting(context, "mid.proxy.port")), again])
        }
    }

    private func setting(_ context: FixContext, _ names: String) -> String {
        if context.upgradeRoute { return " (glide.mid.autoupgrade.proxy_* in config.xml, or else \(names))" }
        return context.home == nil ? "" : " (\(names) in config.xml)"
    }
}

extension FixContext {
    /// The same call without a proxy, also without the home's own.
    var direct: FixContext {
        var copy = self
        (copy.proxy, copy.proxyPasswordFile, copy.proxyExclusions) = (home == nil ? nil : "none", nil, nil)
        return copy
    }
}

extension ConnectionObstacle {
    /// The way out is blocked, and the environment knows a proxy that nobody told us to use.
    func missingProxy(for evidence: ConnectionEvidence, context: FixContext) -> Finding? {
        guard evidence.proxy == nil, let proxy = context.environmentProxy else { return nil }
        let what: String
        switch self {
        case .nameNotFound(let host) where host.contains("."): what = "DNS has no address for \(host)"
        case .refused(let address) where isPublic(address): what = "\(address) refuses connections"
        case .timeout(let address, _) where isPublic(address): what = "\(address) does not answer"
        default: return nil
        }
        var proxied = context
        proxied.proxy = proxy
        return Finding(
            id: "proxy.missing", severity: .error, subject: evidence.subject,
            summary: "\(evidence.endpoint.hostAndPort) cannot be reached directly, and no proxy is configured.",
            cause: "\(what). The environment names the proxy \(proxy); it is not used unless a call or config.xml says so.",
            evidence: ["found": what, "environmentProxy": proxy],
            fixes: [
                .init("Go through that proxy", command: proxied.command(["check", evidence.subject], store: true, connecting: true)),
                .init("For an agent: set mid.proxy.use_proxy, mid.proxy.host and mid.proxy.port in config.xml"),
            ], vendorMessages: ["User cannot be authenticated or is missing the proper roles.", "Socket error"])
    }

    private func isPublic(_ place: String) -> Bool {
        guard let address = Endpoint(place).flatMap({ IPAddress($0.host) }) else { return false }
        return !AddressRange.intranet.contains { $0.contains(address) }
    }
}

extension Endpoint {
    /// By what is written: behind a proxy nobody here looks names up.
    fileprivate var isPrivate: Bool {
        guard let address = IPAddress(host) else { return !host.contains(".") }
        return AddressRange.intranet.contains { $0.contains(address) }
    }
}
