public import Diagnosis
import JavaKeystore
import PathValidation
public import TrustPolicy
public import TrustedTransport

/// What the trust step of the start-up brings: how to reach endpoints, and what that rests on.
public struct Connecting: Sendable {
    public var transport: any InstanceTransport
    /// For the account: the store and its number of anchors.
    public var details: [String]
    public init(transport: any InstanceTransport, details: [String]) { (self.transport, self.details) = (transport, details) }
}

/// The trust store cannot be used; the findings say why.
public struct TrustUnavailable: Error, Sendable {
    public var findings: [Finding]
    public init(findings: [Finding]) { self.findings = findings }
}

extension TrustedTransport: InstanceTransport {
    public func inspect(_ endpoint: Endpoint) async -> ConnectionEvidence { await inspect(endpoint, dial: nil) }
}

extension Connecting {
    /// The transport that the home's trust store and policies make.
    static func fromHome(_ home: AgentHome) throws(TrustUnavailable) -> Connecting {
        let file: TrustStoreFile
        do throws(TrustStoreError) {
            file = try TrustStoreFile(path: home.trustStore, password: KeystorePassword(AgentHome.trustStorePassword))
        } catch {
            throw TrustUnavailable(error)
        }
        var configuration = TransportConfiguration(
            anchors: file.anchors, trustStore: TrustStoreFacts(path: file.path, entries: file.certificates.count), policies: home.policies)
        configuration.proxy = home.proxy
        configuration.keptEvidence = KeptEvidence(folder: home.evidenceFolder)
        return Connecting(
            transport: TrustedTransport(configuration: configuration),
            details: ["trust store \(file.path): \(file.certificates.count) certificates"]
                + (home.proxy.map { ["proxy \($0.place)"] } ?? []))
    }
}

extension TrustUnavailable {
    init(_ error: TrustStoreError) {
        switch error {
        case .missing(let path): findings = [StoreFindings.missing(path)]
        case .unreadable(let path, let reason): findings = [StoreFindings.unreadable(path, reason: reason)]
        case .notPEM(let path, let reason): findings = [StoreFindings.notCertificates(path, reason: reason)]
        case .noCertificates(let path): findings = [StoreFindings.notCertificates(path, reason: "no CERTIFICATE block")]
        case .keystore(let path, let error): findings = [StoreFindings.explaining(error, path: path)]
        }
    }
}
