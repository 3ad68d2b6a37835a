import PathValidation
public import TrustPolicy

/// What happened on a connection, for a log at its finest: how long each stage took, and who ended it with which alert, in the spirit of the
/// lines that Java's TLS writes (`RECV TLSv1.2 ALERT: fatal, handshake_failure`).
public enum ConnectionTrace {
    public static func lines(_ evidence: ConnectionEvidence) -> [String] {
        let place = evidence.subject + (evidence.proxy.map { " through \($0)" } ?? "")
        let stages = evidence.stages.map { stage in
            "\(stage.name.rawValue) \(stage.outcome.rawValue) \((stage.milliseconds * 10).rounded() / 10) ms"
        }
        var lines = ["\(place): \(stages.isEmpty ? "not tried" : stages.joined(separator: ", ")); row \(evidence.decision.policy.name)"]
        if !evidence.presented.isEmpty {
            let certificates = evidence.presented.map { "\($0.subject) (issued by \($0.issuer), SHA-256 \($0.sha256.prefix(16))…)" }
            lines.append("\(place): presented \(certificates.joined(separator: " ← "))")
        }
        if evidence.clientCertificate != .notRequested {
            lines.append("\(place): asked for a client certificate, \(evidence.clientCertificate == .sent ? "sent" : "none sent")")
        }
        lines.append("\(place): \(ending(evidence))")
        return lines
    }

    /// Who ended it, and how.
    private static func ending(_ evidence: ConnectionEvidence) -> String {
        let version = evidence.tlsVersion ?? "TLS"
        switch evidence.obstacle {
        case .peerAlert(let alert): return "RECV \(version) ALERT: fatal, \(alert)"
        case .clientCertificateRefused(let alert): return "RECV \(version) ALERT: fatal, \(alert) (about our client certificate)"
        case .clientCertificateRequired: return "RECV \(version) ALERT: fatal, certificate_required"
        case .some: return ConnectionFindings.explaining(evidence).first.map { "\($0.id): \($0.summary)" } ?? "no session"
        case nil: break
        }
        if case .trusted = evidence.decision.policy.verdict(on: evidence) { return "\(version) session, trusted" }
        // What is said to the peer when the verification says no (RFC 8446 §6.2).
        let cause = ConnectionFindings.explaining(evidence).first { $0.severity == .error }?.id ?? "refused"
        return "SEND \(version) ALERT: fatal, description = certificate_unknown (\(cause))"
    }
}
