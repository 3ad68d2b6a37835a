import AgentConfiguration
import AgentIdentity
public import Diagnosis
import JavaKeystore
public import PathValidation
public import TrustPolicy
public import TrustedTransport

/// What the trust step of the start-up brings: how to reach endpoints, and what that rests on.
public struct Connecting: Sendable {
    public var transport: any InstanceTransport
    /// For the account: the store and its number of anchors.
    public var details: [String]
    /// The store and what it holds; nil where there is none.
    public var store: (path: String, certificates: [ParsedCertificate])?
    public init(
        transport: any InstanceTransport, details: [String], store: (path: String, certificates: [ParsedCertificate])? = nil
    ) {
        (self.transport, self.details, self.store) = (transport, details, store)
    }
}

/// The trust store cannot be used; the findings say why.
public struct TrustUnavailable: Error, Sendable {
    public var findings: [Finding]
    public init(findings: [Finding]) { self.findings = findings }
}

extension TrustedTransport: InstanceTransport {
    public func inspect(_ endpoint: Endpoint) async -> ConnectionEvidence { await inspect(endpoint, dial: nil) }
    public func openDirectory(_ endpoint: Endpoint) async throws(TransportFailure) -> DirectorySession {
        try await openDirectory(endpoint, patience: .seconds(30))
    }
}

extension Connecting {
    /// The transport that the home's trust store and policies make.
    ///
    /// - Parameter policies: in the place of the home's.
    /// - Parameter identity: whose client certificate the instance, and nobody else, is shown where the login wants that.
    static func fromHome(
        _ home: AgentHome, identity: IdentityRing?, login: AgentSettings.Login? = nil, policies: PolicyTable? = nil,
        onAttempt: (@Sendable (ConnectionEvidence) -> Void)? = nil
    ) throws(TrustUnavailable) -> Connecting {
        let (configuration, file) = try Self.configuration(home, identity: identity, login: login, policies: policies, onAttempt: onAttempt)
        return Connecting(
            transport: TrustedTransport(configuration: configuration),
            details: ["trust store \(file.path): \(file.certificates.count) certificates"] + file.further.words
                + (home.proxy.map { ["proxy \($0.place)"] } ?? []), store: (file.path, file.certificates))
    }

    /// What a home says about whom to trust, with the store that it rests on.
    static func configuration(
        _ home: AgentHome, identity: IdentityRing?, login: AgentSettings.Login? = nil, policies: PolicyTable? = nil,
        onAttempt: (@Sendable (ConnectionEvidence) -> Void)? = nil
    ) throws(TrustUnavailable) -> (TransportConfiguration, TrustStoreFile) {
        let file: TrustStoreFile
        do throws(TrustStoreError) {
            file = try TrustStoreFile(
                path: home.trustStore, password: KeystorePassword(home.trustStoreInForce.password?.reveal() ?? AgentHome.trustStorePassword)
            )
            .adding(folder: home.furtherAnchors)
        } catch {
            throw TrustUnavailable(findings: [home.trustStoreInForce.explaining(error)])
        }
        var configuration = TransportConfiguration(
            anchors: file.anchors, trustStore: TrustStoreFacts(path: file.path, entries: file.certificates.count),
            policies: policies ?? home.policies)
        configuration.proxy = home.proxy
        configuration.serverNameIndication = home.settings.serverNameIndication
        configuration.keptEvidence = KeptEvidence(folder: home.evidenceFolder)
        configuration.prefetchesEvidence = true
        configuration.onAttempt = onAttempt
        configuration.visits = VisitBook(path: home.evidenceFolder + "/visits.json")
        if (login ?? home.settings.login) == .certificate, let identity {
            let instance = InstanceAddress(home.settings.url).endpoint
            configuration.clientIdentity = { $0 == instance ? identity.pairs.clientIdentity : nil }
        }
        return (configuration, file)
    }
}

extension TrustStoreFile.Further {
    /// For the account: what lies beside the store.
    package var words: [String] {
        if certificates.isEmpty, unreadable.isEmpty { return [] }
        return ["\(folder): \(certificates.count) more certificate\(certificates.count == 1 ? "" : "s")"]
            + (unreadable.isEmpty ? [] : ["\(folder): no certificate in \(unreadable.prefix(5).joined(separator: ", "))"])
    }
}

extension IdentityRing.Pairs {
    /// The certificate that the instance's authority issued, or a custom certificate of the agent's own; nil where there is neither.
    var clientIdentity: ClientIdentity? {
        let isCustom = (try? ParsedCertificate(der: current.certificateDER)).map { !$0.isGenerated } ?? false
        guard let pair = client ?? (isCustom ? current : nil) else { return nil }
        return (try? PrivateKeyInfo(der: pair.privateKeyPKCS8)).map {
            ClientIdentity(chain: [pair.certificateDER] + pair.issuersDER, key: $0)
        }
    }
}
