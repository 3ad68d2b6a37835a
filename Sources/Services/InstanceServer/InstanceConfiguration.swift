public import enum InstanceStore.InstanceStoreError

/// What `midguard instance serve` needs to know.
public struct InstanceConfiguration: Hashable, Sendable {
    /// Everything the instance keeps: tables, keys, authority. Created when missing.
    public var dataDirectory: String
    /// The address to listen on.
    public var host: String
    /// 0: any free port.
    public var httpsPort: Int
    /// For OCSP, revocation lists and issuer certificates, which go over plain HTTP by design. 0: any free port.
    public var httpPort: Int
    /// What the server certificate names: DNS names and addresses.
    public var hostNames: [String]
    /// Password of the user `admin` on the very first start; random when nil. Either way it is written to `admin-password`.
    public var adminPassword: String?

    public init(
        dataDirectory: String, host: String = "127.0.0.1", httpsPort: Int = 8443, httpPort: Int = 8080,
        hostNames: [String] = ["localhost", "127.0.0.1"], adminPassword: String? = nil
    ) {
        (self.dataDirectory, self.host, self.httpsPort, self.httpPort) = (dataDirectory, host, httpsPort, httpPort)
        (self.hostNames, self.adminPassword) = (hostNames, adminPassword)
    }
}

/// Where a running instance is reached.
public struct BoundPorts: Hashable, Sendable {
    public var https: Int
    public var http: Int

    public init(https: Int, http: Int) { (self.https, self.http) = (https, http) }
}

/// Why an instance did not start.
@nonexhaustive
public enum InstanceStartError: Error, Hashable, Sendable {
    case portInUse(port: Int)
    /// Any other refusal to listen; `reason` is the system's word for it.
    case cannotListen(host: String, port: Int, reason: String)
    /// The data directory or a file in it cannot be created, read or written.
    case dataDirectory(path: String, reason: String)
    case store(InstanceStoreError)
    case authority(InstanceAuthorityError)
    /// It was stopped before it listened.
    case stopped
}
