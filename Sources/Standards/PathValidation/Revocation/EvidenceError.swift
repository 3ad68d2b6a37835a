/// Why bytes are no revocation list and no OCSP message that we can read.
@nonexhaustive
public enum EvidenceError: Error, Hashable, Sendable {
    /// Not DER, or not the structure of RFC 5280 §5.1 or RFC 6960 §4. `field` is where reading stopped.
    case malformed(field: String)
    case overLimit(bytes: Int, limit: Int)
    /// The key that was given cannot sign what is to be made.
    case cannotSign
}
