import StrictDER

/// Why bytes are no revocation list and no OCSP message that we can read.
@nonexhaustive
public enum EvidenceError: Error, Hashable, Sendable {
    /// Not DER, or not the structure of RFC 5280 §5.1 or RFC 6960 §4. `field` is where reading stopped, `offset` the byte at which it begins.
    case malformed(field: String, offset: Int)
    /// Larger, or more in number, than we read.
    case overLimit(field: String, found: Int, limit: Int)
    /// The key that was given cannot sign what is to be made.
    case cannotSign

    init(_ error: DERError) {
        switch error.problem {
        case .truncated, .malformed: self = .malformed(field: error.field, offset: error.offset)
        case .overLimit(let found, let limit): self = .overLimit(field: error.field, found: found, limit: limit)
        }
    }

    /// Turns what a reader throws into what its caller may know.
    static func mapping<Value>(_ read: () throws(DERError) -> Value) throws(EvidenceError) -> Value {
        do { return try read() } catch { throw EvidenceError(error) }
    }
}
