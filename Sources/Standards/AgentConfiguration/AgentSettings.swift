public import StrictXML

/// config.xml as typed settings. Vendor names and meanings; what is absent has the default of `KnownParameter`.
public struct AgentSettings: Sendable {
    /// Where the instance is; always https.
    public struct InstanceURL: Hashable, Sendable, CustomStringConvertible {
        public var host: String
        public var port: Int
        public var description: String { "https://\(host.contains(":") ? "[\(host)]" : host)\(port == 443 ? "" : ":\(port)")/" }
    }
    /// The checks of the first contact, and whether the file says so or the default does.
    public struct Bootstrap: Hashable, Sendable {
        public struct Check: Hashable, Sendable {
            public var isOn: Bool
            public var isFromFile: Bool
        }
        public var chain: Check
        public var hostname: Check
        public var revocation: Check
        /// nil when the file names none; then it is for the instance's own host.
        public var targetEndpoint: String?
    }
    public struct Proxy: Hashable, Sendable {
        public var host: String
        public var port: Int
        public var username: String?
        public var password: Secret?
        /// A list of hosts that are reached directly.
        public var exclusions: String?
    }

    /// How the agent logs in to the instance.
    public enum Login: String, Hashable, Sendable, CaseIterable {
        case password
        /// A client certificate (mutual TLS).
        case certificate
        /// A token signed by the agent's key, made anew every few minutes.
        case token
    }

    public var url: InstanceURL
    public var login: Login
    public var username: String
    public var password: Secret
    public var name: String
    /// nil until the instance has given one.
    public var midSysID: String?
    /// nil until the keystore was made.
    public var keypairsMidID: String?
    public var registrationKey: Secret?
    public var bootstrap: Bootstrap
    public var useInstancePolicy: Bool
    /// nil when `mid.proxy.use_proxy` is not true.
    public var proxy: Proxy?
    /// Whether the name is said in the handshake (SNI).
    public var serverNameIndication: Bool
    public var interactiveThreads: Int
    public var expeditedThreads: Int
    public var standardThreads: Int
    public var pollSeconds: Int
    public var pushDisabled: Bool
    public var logLevel: String

    public init(_ file: ConfigurationFile) throws(SettingsError) {
        let read = Reading(file: file)
        url = try read.instanceURL()
        username = try read.required("mid.instance.username")
        login = try read.login()
        password = Secret(login == .password ? try read.required("mid.instance.password") : read.text("mid.instance.password") ?? "")
        name = try read.required("name")
        midSysID = read.text("mid_sys_id")
        keypairsMidID = read.text("keypairs.mid_id")
        registrationKey = read.text("mid.midguard.registration_key").map { Secret($0) }
        bootstrap = Bootstrap(
            chain: try read.check("chain"), hostname: try read.check("hostname"), revocation: try read.check("revocation"),
            targetEndpoint: read.text("mid.ssl.bootstrap.default.target_endpoint"))
        useInstancePolicy = try read.flag("mid.ssl.use.instance.security.policy")
        proxy = try read.proxy()
        serverNameIndication = try read.flag("glide.outbound.tls_sni.enabled")
        interactiveThreads = try read.number("threads.interactive.max")
        expeditedThreads = try read.number("threads.expedited.max")
        standardThreads = try read.number("threads.max")
        pollSeconds = try read.number("mid.poll.time")
        pushDisabled = try read.flag("mid.disable_amb")
        logLevel = read.text("mid.log.level") ?? "info"
    }

    /// The proxy for downloads of upgrades: one of their own, or the other one unless `mid.upgrade.use_proxy` is false; nil when they go directly.
    /// Apart from the settings, as an agent works without upgrades.
    public static func upgradeProxy(_ file: ConfigurationFile) throws(SettingsError) -> Proxy? { try Reading(file: file).upgradeProxy() }
}

/// What the settings lack or cannot have. Values of secrets are never in here.
public enum SettingsError: Error, Hashable, Sendable {
    case missing(name: String)
    case badValue(name: String, expected: String, at: XMLPosition)
    /// `http://` to the instance.
    case plainHTTP(url: String, at: XMLPosition)
    case proxyHostHasScheme(name: String, value: String, at: XMLPosition)
}

/// A URL without the user and password that may stand in it.
func withoutUser(_ url: String) -> String {
    // The last @ of all: a password may hold any character.
    guard let scheme = url.firstRange(ofText: "://"), let at = url[scheme.upperBound...].lastIndex(of: "@") else { return url }
    return String(url[..<scheme.upperBound] + url[url.index(after: at)...])
}

extension String {
    fileprivate func firstRange(ofText text: String) -> Range<Index>? {
        indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
    }
}

/// One reading of a file, by the catalogue's names, aliases and defaults.
struct Reading {
    var file: ConfigurationFile

    func parameter(_ name: String) -> ConfigurationFile.Parameter? {
        let names = [name] + (KnownParameter.named(name)?.aliases ?? [])
        return names.lazy.compactMap { file.parameter($0) }.first { !$0.value.isEmpty }
    }

    func text(_ name: String) -> String? { parameter(name)?.value }

    func required(_ name: String) throws(SettingsError) -> String {
        guard let value = text(name) else { throw .missing(name: name) }
        return value
    }

    func flag(_ name: String) throws(SettingsError) -> Bool {
        guard let parameter = parameter(name) else { return KnownParameter.named(name)?.byDefault == "true" }
        switch parameter.value.lowercased() {
        case "true": return true
        case "false": return false
        default: throw .badValue(name: parameter.name, expected: "true or false", at: parameter.position)
        }
    }

    func login() throws(SettingsError) -> AgentSettings.Login {
        guard let parameter = parameter("mid.midguard.login") else { return .password }
        guard let login = AgentSettings.Login(rawValue: parameter.value.lowercased()) else {
            let all = AgentSettings.Login.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badValue(name: parameter.name, expected: "one of \(all)", at: parameter.position)
        }
        return login
    }

    func check(_ name: String) throws(SettingsError) -> AgentSettings.Bootstrap.Check {
        let name = "mid.ssl.bootstrap.default.check_cert_" + name
        return .init(isOn: try flag(name), isFromFile: text(name) != nil)
    }

    func number(_ name: String) throws(SettingsError) -> Int {
        guard let known = KnownParameter.named(name), case .number(let range) = known.kind else { throw .missing(name: name) }
        guard let parameter = parameter(name) else { return known.byDefault.flatMap { Int($0) } ?? range.lowerBound }
        guard let number = Int(parameter.value), range.contains(number) else {
            throw .badValue(
                name: parameter.name, expected: "a number from \(range.lowerBound) to \(range.upperBound)", at: parameter.position)
        }
        return number
    }

    func instanceURL() throws(SettingsError) -> AgentSettings.InstanceURL {
        guard let parameter = parameter("url") else { throw .missing(name: "url") }
        let bad = SettingsError.badValue(name: "url", expected: "https://HOST/ or https://HOST:PORT/", at: parameter.position)
        let text = parameter.value
        if text.lowercased().hasPrefix("http://") {
            // What follows a ? may be a secret, too.
            throw .plainHTTP(url: String(withoutUser(text).prefix { $0 != "?" }), at: parameter.position)
        }
        guard text.lowercased().hasPrefix("https://") else { throw bad }
        let authority = text.dropFirst("https://".count).prefix { !"/?#".contains($0) }
        guard !authority.contains("@"), !authority.contains(where: \.isWhitespace) else { throw bad }
        var (host, port) = (authority, Substring("443"))
        if authority.hasPrefix("["), let close = authority.firstIndex(of: "]") {
            host = authority[authority.index(after: authority.startIndex)..<close]
            let rest = authority[authority.index(after: close)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw bad }
            if !rest.isEmpty { port = rest.dropFirst() }
        } else if let colon = authority.firstIndex(of: ":") {
            (host, port) = (authority[..<colon], authority[authority.index(after: colon)...])
        }
        guard !host.isEmpty, !host.contains("["), !host.contains("]"), host.contains(":") == authority.hasPrefix("["),
            port.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(port), (1...65_535).contains(number)
        else { throw bad }
        return .init(host: host.lowercased(), port: number)
    }

    func proxy() throws(SettingsError) -> AgentSettings.Proxy? {
        guard try flag("mid.proxy.use_proxy") else { return nil }
        guard let proxy = try proxy("mid.proxy.", username: "username") else { throw .missing(name: "mid.proxy.host") }
        return proxy
    }

    func upgradeProxy() throws(SettingsError) -> AgentSettings.Proxy? {
        if let own = try proxy("glide.mid.autoupgrade.proxy_", username: "user") { return own }
        return try flag("mid.upgrade.use_proxy") ? try proxy() : nil
    }

    /// nil without a host.
    private func proxy(_ prefix: String, username: String) throws(SettingsError) -> AgentSettings.Proxy? {
        guard let host = parameter(prefix + "host") else { return nil }
        if host.value.contains("://") {
            throw .proxyHostHasScheme(name: host.name, value: withoutUser(host.value), at: host.position)
        }
        return .init(
            host: host.value, port: try number(prefix + "port"), username: text(prefix + username),
            password: text(prefix + "password").map { Secret($0) }, exclusions: text("mid.midguard.proxy.exclusions"))
    }
}
