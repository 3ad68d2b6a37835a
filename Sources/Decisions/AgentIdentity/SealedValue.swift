import AgentProtocol
import Crypto
import FoundationEssentials

/// A secret of config.xml that is closed with a key of the keystore: `encrypted:`, as vendor agents mark theirs, and the base64 of a JWE that is
/// bound to the parameter's name. Who has only config.xml, in a ticket or a backup, has no password.
public enum SealedValue {
    public static let mark = "encrypted:"
    /// Characters of a value; our choice, larger than any password.
    public static let valueLimit = 4096

    /// Whether it is of ours, by its form: vendor agents' values are blocks of cipher text.
    public static func isSealed(_ text: String) -> Bool { sealed(text) != nil }

    public static func seal(_ value: String, of parameter: String, to pair: IdentityKeyPair) throws(SealingError) -> String {
        guard value.utf8.count <= valueLimit else { throw .overLimit(found: value.utf8.count, limit: valueLimit) }
        let text = try SealedSecret.seal(Array(value.utf8), to: pair.certificateDER, agent: owner, record: record(of: parameter))
        return mark + Data(text.utf8).base64EncodedString()
    }

    public static func open(_ text: String, of parameter: String, with pair: IdentityKeyPair) throws(SealingError) -> String {
        guard let sealed = sealed(text) else { throw .malformed(part: "value") }
        return String(decoding: try SealedSecret.open(sealed, with: pair, agent: owner, record: record(of: parameter)), as: UTF8.self)
    }

    private static func sealed(_ text: String) -> String? {
        guard text.hasPrefix(mark), text.utf8.count <= 2 * SealedSecret.textLimit,
            let data = Data(base64Encoded: String(text.dropFirst(mark.count)))
        else { return nil }
        // Every JWE in compact form begins with the base64url of `{"`.
        let sealed = String(decoding: data, as: UTF8.self)
        return sealed.hasPrefix("eyJ") ? sealed : nil
    }

    private static let owner = identifier(of: "config.xml")
    private static func record(of parameter: String) -> SysID { identifier(of: "config.xml " + parameter) }

    private static func identifier(of text: String) -> SysID {
        let digits = SHA256.hash(data: Array(text.utf8)).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        // Sixteen octets are thirty-two digits.
        return SysID(digits) ?? .random()
    }
}
