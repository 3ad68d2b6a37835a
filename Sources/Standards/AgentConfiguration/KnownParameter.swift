/// A parameter of config.xml that we know, with its vendor name and meaning.
public struct KnownParameter: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case text
        case flag
        case number(ClosedRange<Int>)
        case secret
        case url
    }
    public var name: String
    public var aliases: [String]
    public var kind: Kind
    public var byDefault: String?
    public var meaning: String

    private init(_ name: String, _ kind: Kind, _ byDefault: String?, _ meaning: String, aliases: [String] = []) {
        (self.name, self.kind, self.byDefault, self.meaning, self.aliases) = (name, kind, byDefault, meaning, aliases)
    }

    /// A host's name is asked for, and people write URLs.
    var isProxyHost: Bool { name == "mid.proxy.host" || name == "glide.mid.autoupgrade.proxy_host" }

    public static func named(_ name: String) -> KnownParameter? { all.first { $0.name == name || $0.aliases.contains(name) } }

    /// Sources: the vendor's public parameter pages, as of the release Australia; those named `midguard` are ours.
    public static let all: [KnownParameter] = [
        .init("url", .url, nil, "Where the instance is."),
        .init("mid.instance.username", .text, nil, "The user that the agent logs in as.", aliases: ["glide.glidesoap.username"]),
        .init("mid.instance.password", .secret, nil, "That user's password.", aliases: ["glide.glidesoap.password"]),
        .init("mid.instance.skip_basic_auth", .flag, "true", "Try the session's cookies before the password."),
        .init("name", .text, nil, "The agent's name."),
        .init("mid_sys_id", .text, "", "The agent's record on the instance; filled in by the agent."),
        .init("keypairs.mid_id", .text, "", "Binds this file to the identity's keystore; filled in by the agent."),
        .init("threads.max", .number(1...200), "25", "Jobs of standard priority at once."),
        .init("threads.expedited.max", .number(1...200), "20", "Jobs of expedited priority at once."),
        .init("threads.interactive.max", .number(1...200), "10", "Jobs of interactive priority at once."),
        .init("mid.poll.time", .number(1...3_600), "40", "Seconds between polls when push works."),
        .init("mid.poll.time.standard", .number(1...3_600), "5", "Seconds between polls while busy."),
        .init("mid.disable_amb", .flag, "false", "No push: poll only."),
        .init("mid.log.level", .text, "info", "debug, info, warn or error, and loggers with levels of their own."),
        .init("mid.ssl.bootstrap.default.check_cert_chain", .flag, "true", "Chain check on first contact with the instance."),
        .init("mid.ssl.bootstrap.default.check_cert_hostname", .flag, "true", "Host-name check on first contact."),
        .init("mid.ssl.bootstrap.default.check_cert_revocation", .flag, "false", "Revocation check on first contact."),
        .init("mid.ssl.bootstrap.default.target_endpoint", .text, "*.service-now.com", "Which host these three are for."),
        .init("mid.ssl.use.instance.security.policy", .flag, "false", "Take the policies of the instance."),
        .init("mid.httpclient.tls.verify_revoked_certificate.verify_issuer", .flag, "true", "A missing issuer fails the OCSP check."),
        .init("mid.truststore.migration.strategy", .text, "migrate_delta", "What an upgrade does with added certificates."),
        .init("mid.https.truststore.path", .text, nil, "Trust store of the message bus only."),
        .init("mid.https.truststore.password", .secret, nil, "Its password."),
        .init("mid.proxy.use_proxy", .flag, "false", "Reach the instance through a proxy.", aliases: ["mid.instance.use_proxy"]),
        .init("mid.proxy.host", .text, nil, "The proxy's name, without http:// in front."),
        .init("mid.proxy.port", .number(1...65_535), "80", "The proxy's port."),
        .init("mid.proxy.username", .text, nil, "User for the proxy."),
        .init("mid.proxy.password", .secret, nil, "That user's password."),
        .init(
            "mid.midguard.proxy.exclusions", .text, nil,
            "Hosts that are reached without the proxy: host.example, *.corp.example, 10.0.0.0/8."),
        .init("mid.midguard.javascript", .flag, "false", "Whether jobs may run scripts (JavascriptProbe)."),
        .init("glide.outbound.tls_sni.enabled", .flag, "true", "Say the name that is meant in the handshake (SNI)."),
        .init("mid.upgrade.use_proxy", .flag, "true", "Use the proxy for upgrades too."),
        .init("glide.mid.autoupgrade.proxy_host", .text, nil, "A proxy for upgrades only.", aliases: ["glide.glidesoap.proxy_host"]),
        .init("glide.mid.autoupgrade.proxy_port", .number(1...65_535), "80", "Its port.", aliases: ["glide.glidesoap.proxy_port"]),
        .init("glide.mid.autoupgrade.proxy_user", .text, nil, "Its user.", aliases: ["glide.glidesoap.proxy_username"]),
        .init("glide.mid.autoupgrade.proxy_password", .secret, nil, "That user's password.", aliases: ["glide.glidesoap.proxy_password"]),
        .init("glide.mid.max.sender.queue.size", .text, "0.5 gigabytes", "How much may wait to be sent."),
        .init("glide.mid.fast.responses", .flag, "false", "Send each result at once."),
        .init("instance.date.format", .text, "yyyy-MM-dd HH:mm:ss", "How the instance writes dates."),
        .init("mid.http_classy.request_timeout", .number(0...3_600_000), "30000", "Milliseconds for a request."),
        .init("mid.sa.cloud.request_timeout", .number(0...3_600_000), "30000", "Milliseconds for a cloud request."),
        .init("mid.powershell_api.winrm.use_ssl", .flag, "false", "WinRM over HTTPS."),
        .init("mid.secure_credentials.key_pairs.provider", .text, nil, "The class that holds key pairs in Java-based agents."),
        .init("mid.credentials.provider", .text, nil, "The class that gets credentials in Java-based agents."),
        .init("mid.secure_encrypter", .text, nil, "The class that encrypts values of this file in Java-based agents."),
        .init("mid.ipki.enabled", .flag, "false", "Log in with a token signed by the agent's key."),
        .init("mid.ipki.user", .text, nil, "The user's record for that."),
        .init("mid.ipki.registration_key", .secret, nil, "One-time key for that."),
        .init("mid.ipki.rotation_trigger_threshold", .number(1...60), "15", "Days before the end at which to renew."),
        .init("mid.pinned.version", .text, nil, "The version to stay at."),
        .init("mid.version.override", .text, nil, "The version to take instead of the instance's."),
        .init("disable.status", .flag, "false", "No status reports."),
        .init("disable.remote.logging", .flag, "false", "No logs to the instance."),
        .init("debug", .flag, "false", "Superseded by mid.log.level."),
        .init("debug.logging", .flag, "false", "Superseded by mid.log.level."),
        .init("glide.http.log_debug", .flag, "false", "Log HTTP in detail."),
        .init("mid.midguard.login", .text, "password", "How the agent logs in: password, certificate (mutual TLS) or token."),
        .init("mid.midguard.registration_key", .secret, nil, "One-time key that validates a new agent; removed once used."),
    ]
}
