import TrustPolicy

extension ConnectionObstacle {
    /// What stopped the connection, explained. There is no `default`: an unexplained obstacle does not compile.
    func finding(for evidence: ConnectionEvidence, context: FixContext) -> Finding {
        let subject = evidence.subject
        let host = evidence.endpoint.host
        let again = context.command(["check", subject], store: true, connecting: true)
        func finding(
            _ id: String, _ summary: String, _ cause: String, _ details: [String: String] = [:], fixes: [Finding.Fix], vendor: [String] = []
        )
            -> Finding
        {
            Finding(
                id: id, severity: .error, subject: subject, summary: summary, cause: cause, evidence: details, fixes: fixes,
                vendorMessages: vendor,
                references: ["RFC 8446"].filter { _ in id.hasPrefix("tls.") })
        }
        if let missing = missingProxy(for: evidence, context: context) { return missing }
        switch self {
        case .nameNotFound(let name):
            return finding(
                "network.name-not-found", "DNS has no address for \(name).",
                "The system's resolver (DNS and the hosts file) answered that the name does not exist, or did not answer.", ["host": name],
                fixes: [
                    .init("See what the resolver of this machine says", command: "getent ahosts \(Words.quoted(name))"),
                    .init("Correct the name, or ask whoever runs DNS to add it"),
                ], vendor: ["java.net.UnknownHostException: \(name)"])
        case .resolverSilent(let name, let seconds):
            return finding(
                "network.name-not-found", "DNS said nothing about \(name) within \(Int(seconds)) seconds.",
                "The system's resolver is waiting for a name server that does not answer; whether the name exists is not known.",
                ["host": name, "seconds": "\(seconds)"],
                fixes: [
                    .init("See which name servers this machine asks, and whether they can be reached", command: "cat /etc/resolv.conf"),
                    .init("Look again", command: again),
                ], vendor: ["java.net.UnknownHostException: \(name)"])
        case .refused(let address):
            return finding(
                "network.refused", "Nothing accepts connections at \(address).",
                "The host answered and said no: no program listens on that port, or a firewall rejects it.", ["address": address],
                fixes: [
                    .init("Start the service, or correct the port; then look again", command: again),
                    .init("Ask for the firewall to be opened for \(address)"),
                ], vendor: ["java.net.ConnectException: Connection refused"])
        case .timeout(let address, let seconds):
            return finding(
                "network.timeout", "\(address.isEmpty ? host : address) did not answer within \(Int(seconds)) seconds.",
                "Packets get lost on the way, most often in a firewall that drops them silently.",
                ["address": address, "seconds": "\(seconds)"],
                fixes: [.init("Ask for the firewall to be opened for \(address)"), .init("Look again", command: again)],
                vendor: ["ConnectTimeoutException: The host did not accept the connection within timeout of"])
        case .reset(let stage):
            return finding(
                "network.reset", "\(host) cut the connection during \(stage).",
                "The peer, or a device between, ended the connection without saying why.", ["during": stage],
                fixes: [
                    .init("Ask the owner of \(host), or of the firewall between, what its log says"), .init("Look again", command: again),
                ],
                vendor: ["Connection reset", "Socket is closed"])
        case .notTLS(let beginning):
            return finding(
                "tls.not-tls", "Port \(evidence.endpoint.port) of \(host) does not speak TLS.",
                "The peer's first bytes are not a TLS record: another protocol is served there.", ["beginning": beginning],
                fixes: [.init("Use the port on which \(host) offers TLS")],
                vendor: ["javax.net.ssl.SSLException: Unsupported or unrecognized SSL message"])
        case .notLDAP(let beginning):
            return finding(
                "tls.not-tls", "Port \(evidence.endpoint.port) of \(host) does not speak LDAP.",
                "Before TLS an LDAP server is asked to begin it (StartTLS, RFC 4511 §4.14); what came back is no answer of an LDAP server.",
                ["beginning": beginning],
                fixes: [
                    .init(
                        "If TLS begins there at once, as on port 636, say so",
                        command: context.command(
                            ["check", Endpoint(scheme: .ldaps, host: host, port: evidence.endpoint.port).description], store: true,
                            connecting: true)),
                    .init("Use the port on which \(host) serves LDAP"),
                ], vendor: ["javax.naming.CommunicationException"])
        case .startTLSRefused(let code, let name, let message):
            return finding(
                "tls.starttls-refused", "\(host) does not begin TLS on port \(evidence.endpoint.port): \(name).",
                "The LDAP server answered StartTLS with result code \(code). Most often it has no certificate of its own, or offers TLS on port "
                    + "636 only.",
                ["code": "\(code)", "message": message],
                fixes: [
                    .init(
                        "Try LDAPS",
                        command: context.command(
                            ["check", Endpoint(scheme: .ldaps, host: host, port: 636).description], store: true, connecting: true)),
                    .init("Ask the owner of \(host) to give the server a certificate (Active Directory: in the computer's personal store)"),
                ], vendor: ["javax.naming.ServiceUnavailableException", "error code \(code) - \(message)"])
        case .protocolTooOld(let what):
            return finding(
                "tls.protocol-too-old", "\(host) does not offer TLS 1.2 or TLS 1.3.",
                "Older versions are broken and are refused (RFC 8996).",
                ["found": what], fixes: [.init("Ask the owner of \(host) to switch TLS 1.2 or later on")],
                vendor: ["Received fatal alert: protocol_version"])
        case .noCommonCipher:
            return finding(
                "tls.no-common-cipher", "\(host) and Midguard have no cipher suite in common.",
                "The peer offers only suites that are refused as weak.",
                fixes: [.init("Ask the owner of \(host) to allow an ECDHE suite with AES-GCM or ChaCha20")],
                vendor: ["Received fatal alert: handshake_failure"])
        case .peerAlert(let alert):
            return finding(
                "tls.peer-alert", "\(host) ended the handshake with the alert \(alert).", "The peer refused us, not we the peer.",
                ["alert": alert],
                fixes: [.init("Ask the owner of \(host) what its log says about this connection"), .init("Look again", command: again)],
                vendor: ["Received fatal alert: \(alert)"])
        case .clientCertificateRequired:
            return finding(
                "tls.client-certificate-required", "\(host) wants a client certificate.",
                "The peer ended the handshake because none was offered.",
                fixes: clientCertificateFixes(host: host, subject: subject, context: context),
                vendor: ["Received fatal alert: certificate_required"])
        case .clientCertificateRefused(let alert):
            return finding(
                "tls.client-certificate-refused", "\(host) does not accept our client certificate (alert \(alert)).",
                Self.reasons[alert] ?? "The peer does not say why.", ["alert": alert],
                fixes: [
                    .init("Ask the owner of \(host) which authorities it accepts client certificates from, and what its log says"),
                    .init("Look again with another one", command: clientCertificateCommand(subject: subject, context: context)),
                ],
                vendor: ["Received fatal alert: \(alert)"])
        case .plainHTTPRefused:
            return finding(
                "policy.plain-http-refused", "\(subject) is plain HTTP, which is refused.",
                "Nothing would be checked and nothing protected: passwords and payloads would travel in the clear.",
                fixes: [.init("Use https", command: context.command(["check", "https://\(host)"], store: true))])
        case .proxy(let obstacle): return obstacle.finding(for: evidence, context: context)
        case .other(let what):
            return finding(
                "network.reset", "The connection to \(host) failed: \(what).",
                "The system reported an error that has no identifier of its own.",
                ["error": what], fixes: [.init("Look again", command: again)])
        }
    }

    private func clientCertificateFixes(host: String, subject: String, context: FixContext) -> [Finding.Fix] {
        [
            .init("Show a certificate with its key (PEM)", command: clientCertificateCommand(subject: subject, context: context)),
            .init("Ask the owner of \(host) which authority must have issued the certificate"),
        ]
    }

    private func clientCertificateCommand(subject: String, context: FixContext) -> String {
        var context = context
        context.shown = ["--client-certificate", "client.pem"]
        return context.command(["check", subject], store: true, connecting: true)
    }

    /// What servers mean by the alerts (RFC 8446 §6.2).
    private static let reasons = [
        "unknown_ca": "The peer does not trust the authority that issued the certificate.",
        "certificate_expired": "The peer takes the certificate for expired, or not valid yet.",
        "certificate_revoked": "The certificate was revoked by its authority.",
        "bad_certificate": "The peer finds the certificate corrupt, or its signature wrong.",
        "unsupported_certificate":
            "The certificate is of a kind that the peer does not take, for instance not meant for clients (extended key usage).",
        "access_denied": "The certificate is sound, but its owner may not come in.",
        "decrypt_error": "The proof made with the private key does not match the certificate.",
        "certificate_unknown": "The peer could not make sense of the certificate.",
    ]
}
