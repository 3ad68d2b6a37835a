public import PathValidation

public import struct Foundation.Date

/// Everything that one attempt to connect brought to light. The transport gathers it, a policy judges it, `Diagnosis` explains it.
public struct ConnectionEvidence: Sendable {
    public var endpoint: Endpoint
    public var decision: PolicyDecision
    /// `HOST:PORT` of the proxy that the connection went through.
    public var proxy: String?
    public var stages: [Stage]
    /// Why no session came about; nil when the handshake ended.
    public var obstacle: ConnectionObstacle?
    /// Whether the peer asked for a client certificate, and what it got.
    public var clientCertificate = ClientCertificateUse.notRequested
    /// As the peer sent them, end entity first; certificates that do not parse are in `malformed`.
    public var presented: [ParsedCertificate]
    public var malformed: [String]
    public var path: PathOutcome?
    /// Built once more with issuers fetched over AIA, when `path` lacks one: for the explanation only, never for the verdict.
    public var pathWithFetchedIssuers: PathOutcome?
    /// Anchors that bear the name of an authority of a valid path, and have ended.
    public var endedAnchors: [ParsedCertificate] = []
    public var hostname: NameOutcome?
    /// For each certificate of the path below its anchor.
    public var revocation: [RevocationOutcome]
    /// By position in `revocation`: a kept answer decided, and what stood in the way of a new one.
    public var revocationFromKept: [Int: [RevocationObstacle]] = [:]
    /// `TLSv1.2` or `TLSv1.3`, once it is agreed.
    public var tlsVersion: String?
    /// Asked again with the server's name in the handshake, it was trusted.
    public var isTrustedWithServerName = false
    /// What vouched for the endpoint when it was last trusted, where that is remembered.
    public var lastVisit: EndpointVisit?
    /// What others say the time is: asked for only when a certificate of the path is out of its time.
    public var clockReadings: [ClockReading] = []
    /// The time the checks were made for.
    public var at: Date
    /// The trust store that was used, for messages: path and number of entries.
    public var trustStore: TrustStoreFacts

    public init(endpoint: Endpoint, decision: PolicyDecision, at: Date, trustStore: TrustStoreFacts) {
        (self.endpoint, self.decision, self.at, self.trustStore) = (endpoint, decision, at, trustStore)
        (stages, presented, malformed, revocation) = ([], [], [], [])
    }
}

public struct TrustStoreFacts: Hashable, Sendable {
    public var path: String
    public var entries: Int
    public init(path: String, entries: Int) { (self.path, self.entries) = (path, entries) }
}

public enum ClientCertificateUse: Hashable, Sendable {
    case notRequested
    /// None was at hand.
    case requested
    case sent
}

/// One step of connecting, in the order in which they happen.
public struct Stage: Hashable, Sendable {
    public enum Name: String, Hashable, Sendable, CaseIterable {
        case resolve, connect, proxy, startTLS, handshake, chain, hostname, revocation
    }
    public enum Outcome: String, Hashable, Sendable { case passed, failed, unknown, skipped }
    public var name: Name
    public var outcome: Outcome
    public var milliseconds: Double
    public init(_ name: Name, _ outcome: Outcome, milliseconds: Double) {
        (self.name, self.outcome, self.milliseconds) = (name, outcome, milliseconds)
    }
}

/// What stopped a connection before its certificates could be judged. A closed list: `Diagnosis` explains every case.
public enum ConnectionObstacle: Hashable, Sendable {
    case nameNotFound(host: String)
    /// Nothing is known about the name.
    case resolverSilent(host: String, seconds: Double)
    case refused(address: String)
    case timeout(address: String, seconds: Double)
    case reset(during: String)
    /// The port answers, but not with TLS. `beginning` is printable ASCII.
    case notTLS(beginning: String)
    /// The port answers a StartTLS request with something else than LDAP. `beginning` is printable ASCII.
    case notLDAP(beginning: String)
    /// The LDAP server does not begin TLS: its result code, the code's name, and its own words.
    case startTLSRefused(code: Int, name: String, message: String)
    case protocolTooOld(String)
    case noCommonCipher
    /// The peer's alert, by its name in RFC 8446 §6.
    case peerAlert(String)
    case clientCertificateRequired
    case clientCertificateRefused(alert: String)
    case plainHTTPRefused
    /// There is no way through the proxy.
    case proxy(ProxyObstacle)
    case other(String)
}

/// What a policy concluded.
public enum Verdict: Hashable, Sendable {
    case trusted(notes: [Objection])
    case refused([Objection])
    /// No session: nothing to judge.
    case unreachable
}

/// A reason against a connection; with `report only` or `allowUnknown` it is a note.
public enum Objection: Hashable, Sendable {
    case chain
    case hostname
    case revoked
    case revocationUnknown
}
