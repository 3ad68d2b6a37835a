import Diagnosis

extension [Finding] {
    /// In the words of Java-based agents where these have any.
    var vendorWords: String { first?.vendorMessages.first ?? first?.summary ?? "no session" }

    /// As the message of an exception that is named before it.
    var vendorMessage: String { first?.vendorMessages.first { !$0.hasPrefix("java") } ?? vendorWords }

    /// As the cause of an exception: of a handshake, where it is the peer's certificates that are refused.
    var exception: String {
        let isHandshake = ["chain.", "hostname.", "revocation."].contains { first?.id.hasPrefix($0) == true }
        return isHandshake ? "javax.net.ssl.SSLHandshakeException: \(vendorMessage)" : vendorWords
    }

    /// Which finding it is, and the first way out.
    var way: String {
        guard let first else { return "" }
        guard let fix = first.fixes.first else { return " [\(first.id)]" }
        return " [\(first.id)] \(fix.effect)" + (fix.command.map { ": " + $0 } ?? "")
    }
}
