import AgentConfiguration
import PathValidation
public import TrustPolicy

extension ConnectionFindings {
    /// The peer shows the right certificate only to those who say which name they want (RFC 6066 §3).
    static func nameIndicationNeeded(_ evidence: ConnectionEvidence, context: FixContext) -> Finding? {
        guard evidence.isTrustedWithServerName else { return nil }
        let host = evidence.endpoint.host
        var named = context
        named.shown.removeAll { $0 == "--no-sni" }
        // Else it is the home's parameter that leaves the name out.
        let file = context.shown.contains("--no-sni") ? nil : context.home.map { HomeLayout(home: $0).configFile }
        let again = named.command(["check", evidence.subject], store: true, connecting: true)
        let shown = evidence.presented.first.map { "It shows the certificate \($0.subject) instead." } ?? "It ends the handshake instead."
        return Finding(
            id: "tls.name-indication-needed", severity: .error, subject: evidence.subject,
            summary: "\(host) shows its certificate only to clients that say which name they want, and the name was left out.",
            cause: "Several sites share the address, and the server name indication (SNI) tells them apart. \(shown)",
            evidence: ["presented": evidence.presentedText, "withServerName": "trusted"],
            fixes: [
                file.map { .init("Set glide.outbound.tls_sni.enabled to true", command: "${EDITOR:-vi} \(Words.quoted($0))") }
                    ?? .init("Say the name", command: again),
                .init("In a Java-based agent, take -Djsse.enableSNIExtension=false out of wrapper-override.conf"),
            ],
            vendorMessages: ["Received fatal alert: handshake_failure", "Received fatal alert: unrecognized_name"],
            references: ["RFC 6066 §3"])
    }

    /// The issuer's name by which a device gives itself away that opens this connection, whether it is trusted or not.
    public static func interceptor(in evidence: ConnectionEvidence) -> String? {
        InterceptionSigns.sign(in: evidence.presented.map(\.issuer.description))?.issuer
    }

    /// A device that opens connections cannot pass on a client certificate: it does not have the key.
    public static func interceptionBreaksMutualTLS(_ evidence: ConnectionEvidence, home: String) -> Finding? {
        guard let interceptor = interceptor(in: evidence) else { return nil }
        let host = evidence.endpoint.host
        return Finding(
            id: "auth.interception-breaks-mutual-tls", severity: .error, subject: evidence.subject,
            summary: "\(interceptor) opens the connections to \(host), and mutual TLS can never pass through it.",
            cause:
                "The agent logs in by client certificate. What reaches the instance is the device's own connection, which does not have the "
                + "agent's key.",
            evidence: ["interceptor": interceptor, "presented": evidence.presentedText],
            fixes: [
                .init("Ask for connections to \(host) to be exempted from TLS inspection"),
                .init("Or log in by token, which passes", command: "midguard identity token \(Words.quoted(home)) on"),
            ], vendorMessages: ["Socket is closed", "peer not authenticated", "400 The SSL certificate error"],
            references: ["RFC 8446 §4.4.3"])
    }
}
