import StrictDER

/// What a client asks for, one message each (RFC 4511 §4).
public enum LDAPRequest: Sendable {
    case bind(LDAPCredentials)
    case search(LDAPSearch)
    /// RFC 4511 §4.14.
    case startTLS
    /// Gets no answer; the server closes.
    case unbind

    static let startTLSName = "1.3.6.1.4.1.1466.20037"

    /// - Parameter messageID: 1 to 2³¹−1, another one for each request of a connection.
    public func encoded(messageID: Int) -> [UInt8] {
        var parts = [DER.integer(messageID), operation]
        if case .search(let search) = self, let page = search.page { parts.append(DER.explicit(0, page.control)) }
        return DER.sequence(parts)
    }

    private var operation: [UInt8] {
        switch self {
        case .bind(let credentials):
            DER.element(
                0x60,
                DER.integer(3) + DER.octets(Array(credentials.name.utf8))
                    + DER.element(DERElement.Tag.primitive(0), Array(credentials.password.utf8)))
        case .search(let search): search.encoded
        case .startTLS: DER.element(0x77, DER.element(DERElement.Tag.primitive(0), Array(Self.startTLSName.utf8)))
        case .unbind: [0x42, 0]
        }
    }
}

/// For simple authentication (RFC 4513 §5.1). Without a name it is anonymous.
public struct LDAPCredentials: Sendable, CustomStringConvertible, CustomReflectable {
    public let name: String
    let password: String

    public static let anonymous = LDAPCredentials()
    private init() { (name, password) = ("", "") }

    /// nil for a name without a password, which servers take for anonymous and answer with success (RFC 4513 §5.1.2).
    public init?(name: String, password: String) {
        guard !name.isEmpty, !password.isEmpty else { return nil }
        (self.name, self.password) = (name, password)
    }

    public var description: String { "LDAPCredentials(\(name))" }
    public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

/// RFC 4511 §4.5.1. Aliases are not followed.
public struct LDAPSearch: Hashable, Sendable {
    public enum Scope: Int, Hashable, Sendable { case base, oneLevel, subtree }

    public var base: String
    public var scope: Scope
    public var filter: LDAPFilter
    /// Empty: all that are the user's own.
    public var attributes: [String]
    /// Entries; 0 is no limit of the client's.
    public var sizeLimit = 0
    /// Seconds; 0 is no limit of the client's.
    public var timeLimit = 0
    public var page: Page?

    /// A part of the result at a time (RFC 2696).
    public struct Page: Hashable, Sendable {
        public var size: Int
        /// Empty in the first request; then the one of the answer before.
        public var cookie: [UInt8] = []
        public init(size: Int) { self.size = size }

        static let type = "1.2.840.113556.1.4.319"
        /// Not critical: a server that does not know it gives all at once.
        fileprivate var control: [UInt8] {
            DER.sequence(
                DER.octets(Array(Self.type.utf8)), DER.octets(DER.sequence(DER.integer(size), DER.octets(cookie))))
        }
    }

    public init(base: String, scope: Scope = .subtree, filter: LDAPFilter, attributes: [String] = []) {
        (self.base, self.scope, self.filter, self.attributes) = (base, scope, filter, attributes)
    }

    fileprivate var encoded: [UInt8] {
        func enumerated(_ value: Int) -> [UInt8] { DER.element(DERElement.Tag.enumerated, [UInt8(value)]) }
        let limits = DER.integer(sizeLimit) + DER.integer(timeLimit) + DER.element(DERElement.Tag.boolean, [0])
        return DER.element(
            0x63,
            DER.octets(Array(base.utf8)) + enumerated(scope.rawValue) + enumerated(0) + limits + filter.encoded
                + DER.sequence(attributes.map { DER.octets(Array($0.utf8)) }))
    }
}
