import AgentConfiguration
import AgentProtocol

/// What the agent's work takes of config.xml, in its own terms.
struct RuntimeSettings: Sendable {
    var name: String
    var instanceURL: String
    var login: AgentSettings.Login
    var user: String
    var password: Secret
    /// nil until the instance has given one.
    var sysID: SysID?
    /// Empty until there is a keystore.
    var midID: String
    var registrationKey: Secret?
    /// Between polls, where push does not get through.
    var pollInterval: Duration
    var push: Bool
    var isDebug: Bool
    private var usesProxy: Bool
    private var placesByPriority: [Priority: Int]

    static let registrationKeyName = "mid.midguard.registration_key"

    init(_ home: AgentHome) {
        let settings = home.settings
        (name, instanceURL, user, password) = (settings.name, settings.url.description, settings.username, settings.password)
        login = settings.login
        usesProxy = settings.proxy?.username != nil
        sysID = settings.midSysID.flatMap { SysID($0) }
        midID = settings.keypairsMidID ?? ""
        registrationKey = settings.registrationKey
        // The vendor's default is 40 s beside push and 5 s without it. Here polls happen only without it.
        pollInterval = .seconds(home.configuration.value("mid.poll.time") == nil ? 5 : settings.pollSeconds)
        push = !settings.pushDisabled
        isDebug = settings.logLevel.lowercased().hasPrefix("debug")
        placesByPriority = [
            .interactive: settings.interactiveThreads, .expedited: settings.expeditedThreads, .standard: settings.standardThreads,
        ]
    }

    /// Whether the agent cannot do without the parameter of that name.
    func needs(_ parameter: String) -> Bool {
        switch parameter {
        case "mid.instance.password", "glide.glidesoap.password": login == .password
        case "mid.proxy.password": usesProxy
        default: parameter == Self.registrationKeyName
        }
    }

    func places(_ priority: Priority) -> Int { placesByPriority[priority] ?? 1 }
}

extension RuntimeSettings {
    func instanceLogin(_ identity: IdentityRing) -> InstanceLogin {
        switch login {
        case .password: .password(BasicCredentials(user: user, password: password))
        case .certificate: .certificate(user: user)
        case .token: .token(TokenSource(agentName: name, user: user, identity: identity))
        }
    }
}
