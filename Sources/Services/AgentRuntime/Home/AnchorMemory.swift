package import Diagnosis
package import FoundationEssentials
import JavaKeystore
import LocalFiles
package import PathValidation
import TrustedTransport

/// The certificates that a home's trust store held when its agent last began to work. An upgrade that replaces the store is noticed by it, and
/// what went is kept, so that it can be brought back.
package struct AnchorMemory: Sendable {
    /// All of them, PEM.
    package let path: String
    /// Those that went, PEM, to be brought back.
    package let lostPath: String
    private let home: String
    private let machineBundles: [String]

    /// Public authorities are in the machine's own bundle, and no customer's.
    package static let machineBundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"]

    package init(home: String, machineBundles: [String] = Self.machineBundles) {
        (self.home, self.machineBundles) = (home, machineBundles)
        path = home + "/security/midguard_anchors.pem"
        lostPath = home + "/security/midguard_anchors.lost.pem"
    }

    /// What the store lost since then; what it gained is remembered. nil when nothing is missed.
    package func review(_ store: [ParsedCertificate], storePath: String, at now: Date) -> Finding? {
        let known = read(path)
        let present = Set(store.map(\.sha256))
        let missing = known.filter { !present.contains($0.sha256) }
        var lost = missing.filter { $0.notAfter > now }
        if !lost.isEmpty {
            let machine = Set(machineBundles.lazy.map(read).first { !$0.isEmpty }?.map(\.sha256) ?? [])
            lost.removeAll { machine.contains($0.sha256) }
        }
        // Until they are back, or forgotten on purpose, they stay remembered: no clock makes them go.
        let all = store + missing
        if Set(all.map(\.sha256)) != Set(known.map(\.sha256)) { write(all, to: path) }
        guard !lost.isEmpty else {
            if Files.exists(lostPath) { try? Files.remove(lostPath) }
            return nil
        }
        write(lost, to: lostPath)
        return finding(lost, storePath)
    }

    /// What was taken out on purpose is not missed.
    package func forget(_ fingerprints: Set<String>) {
        let known = read(path)
        let left = known.filter { !fingerprints.contains($0.sha256) }
        if left.count < known.count { write(left, to: path) }
    }

    private func finding(_ lost: [ParsedCertificate], _ storePath: String) -> Finding {
        let names = lost.prefix(8).map(\.subject.description).joined(separator: "; ") + (lost.count > 8 ? "; …" : "")
        let store = AgentFindings.quoted(home)
        return Finding(
            id: "store.customer-certificates-lost", severity: .warning, subject: storePath,
            summary:
                "\(lost.count) certificate\(lost.count == 1 ? "" : "s") that the trust store had before \(lost.count == 1 ? "is" : "are") gone.",
            cause: "The store was replaced, as upgrades do; endpoints that these certificates vouch for are refused now.",
            evidence: ["lost": names, "kept": lostPath, "count": "\(lost.count)"],
            fixes: [
                .init(
                    "Bring them back", command: "midguard trust add \(AgentFindings.quoted(lostPath)) --home \(store) --yes"),
                .init(
                    "Or, if they were taken out on purpose, forget them",
                    command: "rm \(AgentFindings.quoted(path)) \(AgentFindings.quoted(lostPath))"),
            ],
            vendorMessages: ["PKIX path building failed", "No issuer certificate for certificate in certification path found."])
    }

    private func read(_ path: String) -> [ParsedCertificate] {
        guard Files.exists(path), let file = try? TrustStoreFile(path: path, password: KeystorePassword("")) else { return [] }
        return file.certificates
    }

    /// Trouble with the file is no reason not to work.
    private func write(_ certificates: [ParsedCertificate], to path: String) {
        var seen: Set<String> = []
        let text = certificates.filter { seen.insert($0.sha256).inserted }.map { PEM.encode(certificate: $0.der) }.joined()
        try? Files.replace(path, with: Array(text.utf8))
    }
}
