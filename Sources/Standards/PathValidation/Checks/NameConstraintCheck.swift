import StrictDER

/// Name constraints (RFC 5280 §4.2.1.10, §6.1.3 (b), (c)): what an authority may not issue for. Excluded before permitted.
struct NameConstraintCheck {
    var rules: PathRules

    /// Appends the first violation of each certificate by each authority.
    func check(_ path: [ParsedCertificate], budget: inout Budget, into defects: inout [PathDefect]) {
        let anchorCounts = rules.anchors.contains(.extensions)
        for position in stride(from: path.count - 1, to: 0, by: -1) {
            guard anchorCounts || position < path.count - 1, let constraints = path[position].facts.nameConstraints else { continue }
            for index in (0..<position).reversed() {
                // Self-issued certificates are exempt unless they end the path (§6.1.3 (b)).
                if index > 0, path[index].isSelfIssued { continue }
                let names = ConstrainedNames(path[index], isEndEntity: index == 0, rules)
                let comparisons = constraints.permitted.comparisons + constraints.excluded.comparisons
                guard budget.spend(\.nameComparisons, names.compared * comparisons) else {
                    defects.append(PathDefect(.budgetExhausted("comparisons of name constraints"), at: index))
                    return
                }
                if let failure = names.violation(of: constraints) { defects.append(PathDefect(failure, at: index)) }
            }
        }
    }
}

/// All names of a certificate that constraints apply to.
private struct ConstrainedNames {
    private let subject: CertificateName
    private let alternative: [AlternativeName]
    /// Names that stand in other places, so that they never escape: mailboxes in the subject where no alternative name is one (RFC 5280
    /// §4.2.1.10), and a common name that looks like a host where no alternative name does and policy may let it count.
    private var elsewhere: [AlternativeName] = []

    init(_ certificate: ParsedCertificate, isEndEntity: Bool, _ rules: PathRules) {
        subject = certificate.subject
        alternative = certificate.facts.alternativeNames
        guard !subject.isEmpty else { return }
        let namesMailbox = alternative.contains { if case .mailbox = $0 { true } else { false } }
        if !namesMailbox { elsewhere = subject.texts(of: CertificateName.emailAddress).map { .mailbox(Array($0.utf8)[...]) } }
        let namesHost = alternative.contains { name in
            switch name {
            case .dns, .address: true
            default: false
            }
        }
        guard isEndEntity, rules.commonNameCounts, !namesHost else { return }
        for text in subject.texts(of: CertificateName.commonName) {
            if let octets = ServerName.address(text) {
                elsewhere.append(.address(octets[...]))
            } else if ServerName.looksLikeHost(text, singleLabel: rules.purpose == .serverAuthentication) {
                elsewhere.append(.dns(Array(text.utf8)[...]))
            }
        }
    }

    /// How many are compared one by one; the subject as such is one more, which nobody can multiply.
    var compared: Int {
        alternative.reduce(elsewhere.count) { count, name in
            if case .uri = name { count } else { count + 1 }
        }
    }

    func violation(of constraints: NameConstraints) -> PathFailure? {
        if !subject.isEmpty, let constraint = Self.violated(.directory(subject), constraints) {
            return .nameConstraint(name: subject.description, constraint: constraint)
        }
        for names in [alternative, elsewhere] {
            for name in names {
                if let constraint = Self.violated(name, constraints) {
                    return .nameConstraint(name: name.description, constraint: constraint)
                }
            }
        }
        return nil
    }

    /// The constraint that forbids the name; nil when it is allowed.
    private static func violated(_ name: AlternativeName, _ constraints: NameConstraints) -> String? {
        let (permitted, excluded) = (constraints.permitted, constraints.excluded)
        switch name {
        case .dns(let host):
            if permitted.dns.isEmpty, excluded.dns.isEmpty { return nil }
            let host = HostText.trimmed(host)
            guard HostText.isComparable(host) else { return "a host name" }
            if let base = excluded.dns.first(where: { overlaps(host, HostText.trimmed($0)) }) { return "excluded \(text(base))" }
            let stem = HostText.isWildcard(host) ? host.dropFirst(2) : host
            return permission(permitted.dns, text, holds: { HostText.isWithin(stem, HostText.trimmed($0)) })
        case .address(let octets):
            if let range = excluded.addresses.first(where: { isWithin(octets, $0) }) {
                return "excluded \(AlternativeName.address(range))"
            }
            return permission(permitted.addresses, { AlternativeName.address($0).description }, holds: { isWithin(octets, $0) })
        case .mailbox(let text): return violated(mailbox: text, permitted, excluded)
        case .uri(let uri):
            if permitted.uris.isEmpty, excluded.uris.isEmpty { return nil }
            // Without a host that is a name there is nothing to compare: "the application MUST reject", RFC 5280 §4.2.1.10.
            guard let host = host(of: uri) else { return "a URI with a host name" }
            if excluded.uris.contains(host) { return "excluded URI host" }
            return permitted.uris.isEmpty || permitted.uris.contains(host) ? nil : "permitted only other URI hosts"
        case .directory(let name):
            if let base = excluded.directories.first(where: { name.normalised.isWithin($0.normalised) }) { return "excluded \(base)" }
            return permission(permitted.directories, \.description) { name.normalised.isWithin($0.normalised) }
        case .other(let type, let value):
            // Its semantics are not ours to know: where one of the type is constrained, such a name is refused.
            for constraint in permitted.others + excluded.others {
                if case .other(type, _) = constraint { return constraint.description }
            }
            // SmtpUTF8Mailbox: constraints on mailboxes apply to it (RFC 9598 §6).
            guard type.elementsEqual(internationalMailbox), !(permitted.mailboxes.isEmpty && excluded.mailboxes.isEmpty) else { return nil }
            guard let text = try? DERReader.single(DERElement.Tag.utf8String, in: value, "SmtpUTF8Mailbox").content else {
                return "a mailbox"
            }
            return violated(mailbox: text, permitted, excluded)
        case .uncompared(let tag, _):
            for constraint in permitted.others + excluded.others {
                if case .uncompared(tag, _) = constraint { return constraint.description }
            }
            return nil
        }
    }

    private static func violated(mailbox text: ArraySlice<UInt8>, _ permitted: Subtrees, _ excluded: Subtrees) -> String? {
        if permitted.mailboxes.isEmpty, excluded.mailboxes.isEmpty { return nil }
        guard let mailbox = Mailbox(text) else { return "a mailbox" }
        if excluded.mailboxes.contains(where: { $0.contains(mailbox) }) { return "excluded mailboxes" }
        return permitted.mailboxes.isEmpty || permitted.mailboxes.contains { $0.contains(mailbox) } ? nil : "permitted only other mailboxes"
    }

    /// 1.3.6.1.5.5.7.8.9
    private static let internationalMailbox: [UInt8] = [0x2B, 6, 1, 5, 5, 7, 8, 9]

    /// nil when one of the bases holds the name, or there is none.
    private static func permission<Base>(_ bases: [Base], _ text: (Base) -> String, holds: (Base) -> Bool) -> String? {
        if bases.isEmpty || bases.contains(where: holds) { return nil }
        return "permitted only \(bases.prefix(8).map(text).joined(separator: ", "))"
    }

    private static func text(_ base: ArraySlice<UInt8>) -> String { String(decoding: base, as: UTF8.self) }

    /// For exclusion: a wildcard overlaps a subtree when any name that it stands for lies in it.
    private static func overlaps(_ host: ArraySlice<UInt8>, _ base: ArraySlice<UInt8>) -> Bool {
        guard HostText.isWildcard(host) else { return HostText.isWithin(host, base) }
        let parent = host.dropFirst(2)
        let folded = base.first == UInt8(ascii: ".") ? base.dropFirst() : base
        return HostText.isWithin(parent, folded)
            || HostText.isWithin(folded, parent) && HostText.labels(folded) == HostText.labels(parent) + 1
    }

    /// Address and mask in one: 8 octets for IPv4, 32 for IPv6.
    private static func isWithin(_ address: ArraySlice<UInt8>, _ range: ArraySlice<UInt8>) -> Bool {
        guard range.count == address.count * 2 else { return false }
        let (base, mask) = (range.startIndex, range.startIndex + address.count)
        return address.indices.allSatisfy { index in
            let place = index - address.startIndex
            return (address[index] ^ range[base + place]) & range[mask + place] == 0
        }
    }

    /// The host of a URI's authority, lower case; nil when there is none or it is an address.
    private static func host(of uri: ArraySlice<UInt8>) -> [UInt8]? {
        guard let colon = uri.firstIndex(of: UInt8(ascii: ":")), uri[(colon + 1)...].starts(with: Array("//".utf8)) else { return nil }
        var authority = uri[(colon + 3)...].prefix { !Array("/?#".utf8).contains($0) }
        if let at = authority.lastIndex(of: UInt8(ascii: "@")) { authority = authority[(at + 1)...] }
        guard authority.first != UInt8(ascii: "[") else { return nil }
        let host = HostText.trimmed(authority.prefix { $0 != UInt8(ascii: ":") })
        guard HostText.isComparable(host), !HostText.isWildcard(host), ServerName.address(String(decoding: host, as: UTF8.self)) == nil
        else {
            return nil
        }
        return host.lowered
    }
}
