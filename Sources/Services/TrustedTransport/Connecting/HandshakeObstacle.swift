import NIOCore
import NIOSSL
import TrustPolicy

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension ConnectionObstacle {
    /// What an error of connecting means.
    static func connecting(_ error: any Error, address: String, seconds: Double) -> ConnectionObstacle {
        if let error = error as? ChannelError, case .connectTimeout = error { return .timeout(address: address, seconds: seconds) }
        guard let error = error as? IOError else { return .other(String(describing: type(of: error))) }
        return switch error.errnoCode {
        case ECONNREFUSED: .refused(address: address)
        case ETIMEDOUT: .timeout(address: address, seconds: seconds)
        case ECONNRESET: .reset(during: "connecting")
        case ENETUNREACH, EHOSTUNREACH: .other("no route to \(address)")
        default: .other("errno \(error.errnoCode)")
        }
    }

    /// What the end of a handshake means that we did not end ourselves. `first` is what the peer sent first.
    static func handshake(_ error: any Error, first: [UInt8], clientCertificate: ClientCertificateUse) -> ConnectionObstacle {
        if let other = otherProtocol(first) { return other }
        let text = String(describing: error).uppercased()
        for (mark, alert) in alerts where text.contains(mark) {
            return switch alert {
            case "protocol_version": .protocolTooOld("the peer refused TLS 1.2 and TLS 1.3")
            case "certificate_required": .clientCertificateRequired
            case _ where clientCertificate == .requested && aboutClients.contains(alert): .clientCertificateRequired
            case _ where clientCertificate == .sent && aboutClients.contains(alert): .clientCertificateRefused(alert: alert)
            default: .peerAlert(alert)
            }
        }
        if text.contains("UNSUPPORTED_PROTOCOL") || text.contains("WRONG_SSL_VERSION") {
            return .protocolTooOld("the peer speaks only versions before TLS 1.2")
        }
        if text.contains("NO_SHARED_CIPHER") || text.contains("NO_COMMON_CIPHER") { return .noCommonCipher }
        if error is HandshakeWatch.Closed || text.contains("UNCLEANSHUTDOWN") || text.contains("EOF") || text.contains("ECONNRESET") {
            return .reset(during: "the TLS handshake")
        }
        if let error = error as? IOError, error.errnoCode == ECONNRESET || error.errnoCode == EPIPE {
            return .reset(during: "the TLS handshake")
        }
        return .other(String(describing: error).prefix(200).description)
    }

    /// A TLS record opens with its content type: 20 change cipher spec, 21 alert, 22 handshake (RFC 8446 §5.1).
    static func otherProtocol(_ first: [UInt8]) -> ConnectionObstacle? {
        first.first.flatMap { (20...22).contains($0) ? nil : .notTLS(beginning: printable(first)) }
    }

    /// Alerts that servers answer a client's certificate with, or its lack (RFC 8446 §6.2); before TLS 1.3 the lack is a handshake_failure.
    private static let aboutClients: Set = [
        "handshake_failure", "bad_certificate", "unsupported_certificate", "certificate_revoked", "certificate_expired",
        "certificate_unknown", "unknown_ca", "access_denied", "decrypt_error",
    ]

    /// BoringSSL's names for alerts that were received, and RFC 8446's.
    private static let alerts: [(mark: String, name: String)] = [
        ("ALERT_HANDSHAKE_FAILURE", "handshake_failure"), ("ALERT_PROTOCOL_VERSION", "protocol_version"),
        ("ALERT_UNRECOGNIZED_NAME", "unrecognized_name"), ("ALERT_CERTIFICATE_REQUIRED", "certificate_required"),
        ("ALERT_INTERNAL_ERROR", "internal_error"), ("ALERT_ACCESS_DENIED", "access_denied"), ("ALERT_UNKNOWN_CA", "unknown_ca"),
        ("ALERT_BAD_CERTIFICATE", "bad_certificate"), ("ALERT_CERTIFICATE_UNKNOWN", "certificate_unknown"),
        ("ALERT_UNSUPPORTED_CERTIFICATE", "unsupported_certificate"), ("ALERT_CERTIFICATE_REVOKED", "certificate_revoked"),
        ("ALERT_CERTIFICATE_EXPIRED", "certificate_expired"),
        ("ALERT_DECRYPT_ERROR", "decrypt_error"), ("ALERT_INSUFFICIENT_SECURITY", "insufficient_security"),
        ("ALERT_ILLEGAL_PARAMETER", "illegal_parameter"), ("ALERT_NO_APPLICATION_PROTOCOL", "no_application_protocol"),
    ]
}

extension ConnectionObstacle {
    /// Without a subject, for a proxy's finding.
    var words: String {
        switch self {
        case .refused(let address): "\(address) refuses connections"
        case .timeout(let address, let seconds): "\(address) did not answer within \(Int(seconds)) seconds"
        case .reset(let during): "it cut the connection while \(during)"
        case .other(let what): what
        default: "no connection"
        }
    }
}

/// Printable ASCII of untrusted bytes, everything else as a dot; at most 80 characters.
func printable(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: bytes.prefix(80).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
}
