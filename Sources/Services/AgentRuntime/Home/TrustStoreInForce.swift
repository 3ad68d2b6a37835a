package import AgentConfiguration
package import Diagnosis
import LocalFiles
package import TrustedTransport

/// Which trust store a home's agent reads: its own, unless the start of its Java runtime names another one.
public struct TrustStoreInForce: Sendable {
    public var path: String
    /// What decides for another store than the home's own.
    package var namedBy: WrapperConfiguration.Property?
    /// The home's own, which is there and is not read.
    public var passedOver: String?
    /// Of the store, where the same file names it.
    package var password: Secret?

    init(_ layout: HomeLayout) {
        let own = layout.trustStores.first(where: Files.exists)
        path = own ?? layout.home + "/security/cacerts"
        var wrapper = WrapperConfiguration()
        for file in [layout.wrapperConfiguration, layout.wrapperOverride] where Files.exists(file) {
            guard let bytes = try? Files.read(file, limit: WrapperConfiguration.sizeLimit) else { continue }
            wrapper.read(String(decoding: bytes, as: UTF8.self), from: file)
        }
        guard let (named, property) = Self.named(by: wrapper, in: layout), named != path else { return }
        (path, passedOver, namedBy) = (named, own, property)
        password = wrapper.systemProperty("javax.net.ssl.trustStorePassword").map { Secret($0.value) }
    }

    private static func named(
        by wrapper: WrapperConfiguration, in layout: HomeLayout
    ) -> (path: String, property: WrapperConfiguration.Property)? {
        // Without a value that can be resolved here nothing is claimed.
        if let store = wrapper.systemProperty("javax.net.ssl.trustStore"), !store.value.isEmpty, !store.value.contains("%") {
            return (store.value.hasPrefix("/") ? store.value : Files.absolute(layout.home + "/" + store.value), store)
        }
        guard let command = wrapper.javaCommand, command.value.hasPrefix("/"), command.value.hasSuffix("/bin/java") else { return nil }
        let runtime = String(command.value.dropLast("/bin/java".count))
        let stores = ["/lib/security/cacerts", "/jre/lib/security/cacerts"].map { runtime + $0 }
        return stores.first(where: Files.exists).map { ($0, command) }
    }

    /// File, line and setting.
    private var because: String? { namedBy.map { "\($0.name) in \($0.file), line \($0.line)" } }

    /// Why the store cannot be used, and what named it.
    package func explaining(_ error: TrustStoreError) -> Finding {
        var finding = error.finding
        guard let namedBy, let because else { return finding }
        finding.cause += " It is named by \(because)."
        finding.evidence["because"] = because
        let correct = "${EDITOR:-vi} +\(namedBy.line) \(AgentFindings.quoted(namedBy.file))"
        finding.fixes.append(.init("Or correct or remove the line that names it", command: correct))
        return finding
    }

    /// That the store one would think of is not the one in use.
    package func finding(home: String) -> Finding? {
        guard let because, let passedOver else { return nil }
        return Finding(
            id: "store.not-in-force", severity: .notice, subject: passedOver,
            summary: "The agent's Java runtime reads \(path), and not \(passedOver).",
            cause: "It is named by \(because). What is imported into the other store has no effect.",
            evidence: ["inForce": path, "because": because],
            fixes: [
                .init(
                    "See what the store in force trusts; midguard trust add --home adds to it",
                    command: "midguard trust list --home \(AgentFindings.quoted(home))")
            ])
    }
}
