import StrictDER

/// The nameConstraints extension (RFC 5280 §4.2.1.10), sorted by form.
struct NameConstraints: Sendable {
    let permitted: Subtrees
    let excluded: Subtrees
    /// A dNSName with a leading period: not RFC 5280's form, read everywhere as "below, not itself".
    var hasLeadingPeriod: Bool { (permitted.dns + excluded.dns).contains { $0.first == UInt8(ascii: ".") } }

    /// Throws where nothing is in it, and where a subtree cannot be read: an exclusion must not be passed over.
    init(_ value: ArraySlice<UInt8>) throws(DERError) {
        let field = "nameConstraints"
        var fields = try DERReader.single(DERElement.Tag.sequence, in: value, field).inside
        let permitted = try fields.takeIfPresent(DERElement.Tag.constructed(0), field)
        let excluded = try fields.takeIfPresent(DERElement.Tag.constructed(1), field)
        try fields.end(field)
        guard permitted != nil || excluded != nil else { throw DERError(.malformed, field: field, offset: value.startIndex) }
        self.permitted = try permitted.map { element throws(DERError) in try Subtrees(element) } ?? Subtrees()
        self.excluded = try excluded.map { element throws(DERError) in try Subtrees(element) } ?? Subtrees()
    }
}

/// `GeneralSubtrees` by form of name.
struct Subtrees: Sendable {
    private(set) var dns: [ArraySlice<UInt8>] = []
    /// Address and mask in one: 8 or 32 octets.
    private(set) var addresses: [ArraySlice<UInt8>] = []
    private(set) var mailboxes: [MailboxPattern] = []
    private(set) var uris = HostTable()
    private(set) var directories: [CertificateName] = []
    /// otherName and the forms that are never compared.
    private(set) var others: [AlternativeName] = []

    init() {}

    /// How many a name is compared with at most. URIs are looked up, which costs no comparison.
    var comparisons: Int { dns.count + addresses.count + mailboxes.count + directories.count + others.count }

    init(_ element: DERElement) throws(DERError) {
        let field = "GeneralSubtrees"
        var list = element.inside
        if list.isAtEnd { throw DERError(.malformed, field: field, offset: list.offset) }
        while !list.isAtEnd {
            var fields = try list.take(DERElement.Tag.sequence, field).inside
            let base = try AlternativeName(fields.next(field), field)
            // minimum is 0, its default, and maximum absent: "with the name forms … MUST be".
            try fields.end(field)
            try add(base, DERError(.malformed, field: field, offset: fields.offset))
        }
    }

    private mutating func add(_ base: AlternativeName, _ malformed: DERError) throws(DERError) {
        switch base {
        case .dns(let host):
            guard HostText.isConstraint(host) else { throw malformed }
            dns.append(host)
        case .address(let range):
            guard Self.isRange(range) else { throw malformed }
            addresses.append(range)
        case .mailbox(let text):
            guard let pattern = MailboxPattern(text) else { throw malformed }
            mailboxes.append(pattern)
        case .uri(let host):
            guard HostText.isConstraint(host) else { throw malformed }
            uris.insert(host)
        case .directory(let name): directories.append(name)
        case .other, .uncompared: others.append(base)
        }
    }

    /// An address and a mask of as many octets, the mask ones before zeros (CIDR).
    private static func isRange(_ range: ArraySlice<UInt8>) -> Bool {
        guard range.count == 8 || range.count == 32 else { return false }
        var ended = false
        for octet in range.suffix(range.count / 2) {
            if ended ? octet != 0 : (~octet).leadingZeroBitCount + octet.trailingZeroBitCount < 8 { return false }
            ended = ended || octet != 0xFF
        }
        return true
    }
}

/// Hosts of URI constraints: one host, or with a leading period all below it (RFC 5280 §4.2.1.10).
struct HostTable: Sendable {
    private var hosts: Set<[UInt8]> = []
    private var parents: Set<[UInt8]> = []
    private var all = false
    private(set) var isEmpty = true

    mutating func insert(_ constraint: ArraySlice<UInt8>) {
        isEmpty = false
        if constraint.isEmpty {
            all = true
        } else if constraint.first == UInt8(ascii: ".") {
            parents.insert(HostText.trimmed(constraint.dropFirst()).lowered)
        } else {
            hosts.insert(HostText.trimmed(constraint).lowered)
        }
    }

    /// - Parameter host: lower case.
    func contains(_ host: [UInt8]) -> Bool {
        if all || hosts.contains(host) { return true }
        guard !parents.isEmpty else { return false }
        var rest = host[...]
        while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
            rest = rest[(dot + 1)...]
            if parents.contains(Array(rest)) { return true }
        }
        return false
    }
}

/// What an rfc822Name constraint says: one mailbox, a host, or all hosts below one. An empty one holds every mailbox.
enum MailboxPattern: Hashable, Sendable {
    case all
    case mailbox(Mailbox)
    /// Lower case.
    case host([UInt8])
    case below([UInt8])

    init?(_ text: ArraySlice<UInt8>) {
        if text.isEmpty {
            self = .all
        } else if text.contains(UInt8(ascii: "@")) {
            guard let mailbox = Mailbox(text) else { return nil }
            self = .mailbox(mailbox)
        } else {
            guard HostText.isConstraint(text) else { return nil }
            self = text.first == UInt8(ascii: ".") ? .below(text.lowered) : .host(text.lowered)
        }
    }

    func contains(_ mailbox: Mailbox) -> Bool {
        switch self {
        case .all: true
        case .mailbox(let wanted): mailbox == wanted
        case .host(let host): mailbox.host == host
        case .below(let suffix): mailbox.host.count > suffix.count && mailbox.host.suffix(suffix.count).elementsEqual(suffix)
        }
    }
}

/// A mailbox (RFC 5321 §4.1.2): what stands before the @ counts letter by letter, the host without case.
struct Mailbox: Hashable, Sendable {
    let local: [UInt8]
    /// Lower case.
    let host: [UInt8]

    /// nil unless there is one @ outside of quotes, with something on either side.
    init?(_ text: some Collection<UInt8>) {
        let octets = Array(text)
        guard let at = octets.lastIndex(of: UInt8(ascii: "@")), at > 0, at < octets.count - 1 else { return nil }
        let local = octets[..<at]
        let isQuoted = local.count >= 2 && local.first == UInt8(ascii: "\"") && local.last == UInt8(ascii: "\"")
        guard isQuoted || !local.contains(UInt8(ascii: "@")) else { return nil }
        self.local = Array(local)
        host = octets[(at + 1)...].lowered
    }
}
