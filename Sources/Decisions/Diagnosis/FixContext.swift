import FoundationEssentials
import TrustPolicy

/// What the call said that led to a finding: a printed command carries it on, so that it works when pasted.
public struct FixContext: Hashable, Sendable {
    /// How the user calls us.
    public var program = "midguard"
    public var home: String?
    public var trustStore: String?
    public var trustStorePasswordFile: String?
    /// `HOST:PORT` of `--connect`.
    public var connect: String?
    /// Of `--release` and `--policy`.
    public var release: String?
    public var policyFile: String?
    /// As `--proxy` takes it, and what goes with it.
    public var proxy: String?
    public var proxyPasswordFile: String?
    public var proxyExclusions: String?
    /// `--upgrade-route`: the home's way for downloads of upgrades.
    public var upgradeRoute = false
    /// Words about what is shown to the peer: a client certificate, no server name.
    public var shown: [String] = []
    /// A proxy that the environment names; it is never used unasked.
    public var environmentProxy: String?

    public init(home: String? = nil, trustStore: String? = nil, trustStorePasswordFile: String? = nil, connect: String? = nil) {
        (self.home, self.trustStore, self.trustStorePasswordFile, self.connect) = (home, trustStore, trustStorePasswordFile, connect)
    }

    /// A command line of this program with everything quoted.
    func command(_ words: [String], store: Bool = false, connecting: Bool = false, policy: Bool = false) -> String {
        var all = [program] + words
        if policy || connecting {
            if let release { all += ["--release", release] }
            if let policyFile { all += ["--policy", policyFile] }
            if policy, !store, let home { all += ["--home", home] }
        }
        if connecting {
            if let connect { all += ["--connect", connect] }
            if let proxy { all += ["--proxy", proxy] } else if upgradeRoute { all.append("--upgrade-route") }
            if let proxyPasswordFile { all += ["--proxy-password-file", proxyPasswordFile] }
            if let proxyExclusions { all += ["--no-proxy", proxyExclusions] }
            all += shown
        }
        if store { all += storeOptions }
        return all.map(Words.quoted).joined(separator: " ")
    }

    /// A row for this host alone, for a week, under which it does not matter that nothing is known about revocation; what is revoked stays refused.
    /// nil where there is no table to write it to.
    func exception(for evidence: ConnectionEvidence) -> Finding.Fix? {
        guard release == nil, home != nil || policyFile != nil else { return nil }
        let host = evidence.endpoint.host
        let name = "exception-" + host.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "-" }
        let row = command(
            [
                "policy", "set", name, "--category", "overridden", "--include", host, "--revocation", "allowUnknown", "--reason",
                "nobody says whether it was revoked", "--until", Words.time(evidence.at.addingTimeInterval(7 * 86_400)),
            ], policy: true)
        return .init(
            "Until that is mended, go on without knowing: for \(host) alone, for a week, in your name",
            command: row + " --owner \"$(id -un)\"",
            safe: false)
    }

    private var storeOptions: [String] {
        if let home { return ["--home", home] }
        guard let trustStore else { return [] }
        return ["--trust-store", trustStore] + (trustStorePasswordFile.map { ["--trust-store-password-file", $0] } ?? [])
    }

    /// Trusts the certificate with that fingerprint, which the endpoint sends (`--from`) or names over AIA (`--from-aia`).
    func trusting(_ sha256: String, from endpoint: Endpoint, aia: Bool) -> String {
        // StartTLS has to be asked for.
        let place = endpoint.scheme == .ldap ? endpoint.description : endpoint.hostAndPort
        if home != nil || trustStore != nil {
            return command(["trust", "add", aia ? "--from-aia" : "--from", place, "--fingerprint", sha256], store: true, connecting: true)
        }
        // No store was named: the machine's own bundle is in use, and Debian's way to extend it is a file and a refresh.
        let fetch = command(["trust", "fetch", place] + (aia ? ["--aia"] : []) + ["--fingerprint", sha256], connecting: true)
        return "\(fetch) | sudo tee /usr/local/share/ca-certificates/midguard-\(sha256.prefix(16)).crt && sudo update-ca-certificates"
    }
}
