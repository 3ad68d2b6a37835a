/// Why the instance's own authority could not do what was asked.
@nonexhaustive
public enum InstanceAuthorityError: Error, Hashable, Sendable {
    /// A file of the authority exists and is not what its name says. It is not replaced: certificates out there depend on it.
    case fileMalformed(path: String)
    case file(path: String, reason: String)
    /// Not a host name and not an address.
    case nameInvalid(String)
    case notIssued(serial: String)
    /// A request for a certificate, and why it is not granted.
    case requestInvalid(String)
    case signing(String)
    /// No instance has served from this data directory yet, so there is no address for revocation lists.
    case addressUnknown
}
