/// Why octets are no LDAP message, or a text no filter.
public enum LDAPError: Error, Hashable, Sendable {
    /// Not BER, or not the structure of RFC 4511; `field` is its name there.
    case malformed(field: String)
    case overLimit(found: Int, limit: Int)
    /// A filter ends or goes wrong at this character, counted from 0.
    case filter(at: Int)
}
