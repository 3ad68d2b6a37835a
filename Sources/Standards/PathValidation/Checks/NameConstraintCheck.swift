import SwiftASN1
import X509

/// Name constraints (RFC 5280 §4.2.1.10): what an authority may not issue for. Excluded before permitted; each comparison is counted.
enum NameConstraintCheck {
    static func defects(of path: [CertificateFacts], budget: inout Budget) -> [PathDefect] {
        var defects: [PathDefect] = []
        for (position, authority) in path.enumerated().reversed() where position > 0 {
            guard let constraints = authority.nameConstraints else { continue }
            let (permitted, excluded) = (constraints.permittedSubtrees, constraints.excludedSubtrees)
            for index in (0..<position).reversed() {
                // Self-issued certificates are exempt unless they end the path (RFC 5280 §6.1.3 (b)).
                if index > 0, path[index].isSelfIssued { continue }
                for name in names(of: path[index]) {
                    guard budget.spend(\.nameComparisons, permitted.count + excluded.count) else {
                        return defects + [PathDefect(.budgetExhausted("comparisons of name constraints"), at: index)]
                    }
                    if let constraint = violated(name, permitted: permitted, excluded: excluded) {
                        defects.append(PathDefect(.nameConstraint(name: text(name), constraint: constraint), at: index))
                        break
                    }
                }
            }
        }
        return defects
    }

    /// All names of a certificate, with those that stand in for missing ones: an email address in the subject, and a common name that
    /// looks like a host when no alternative name does, so that it never escapes where policy lets a common name count.
    private static func names(of facts: CertificateFacts) -> [GeneralName] {
        var names = facts.alternativeNames ?? []
        let subject = facts.parsed.subject
        let namesHost = names.contains { name in
            switch name {
            case .dnsName, .ipAddress: true
            default: false
            }
        }
        if !subject.isEmpty { names.append(.directoryName(subject)) }
        for attribute in subject.flatMap({ $0 }) {
            guard let text = String(attribute.value) else { continue }
            if attribute.type == [1, 2, 840, 113_549, 1, 9, 1] { names.append(.rfc822Name(text)) }
            if attribute.type == .RDNAttributeType.commonName, !namesHost, ServerName.looksLikeHost(text) {
                names.append(.dnsName(text))
            }
        }
        return names
    }

    /// The constraint that forbids the name; nil when it is allowed.
    private static func violated(_ name: GeneralName, permitted: [GeneralName], excluded: [GeneralName]) -> String? {
        for subtree in excluded where Subtree.applies(subtree, to: name) && Subtree.overlaps(name, subtree) {
            return "excluded \(text(subtree))"
        }
        let relevant = permitted.filter { Subtree.applies($0, to: name) }
        if relevant.isEmpty || relevant.contains(where: { Subtree.contains(name, $0) }) { return nil }
        return "permitted only \(relevant.prefix(8).map(text).joined(separator: ", "))"
    }

    private static func text(_ name: GeneralName) -> String {
        switch name {
        case .dnsName(let text), .rfc822Name(let text), .uniformResourceIdentifier(let text): text
        case .directoryName(let name): name.description
        case .ipAddress(let octets): octets.bytes.map { String($0) }.joined(separator: ".")
        default: String(describing: name)
        }
    }
}

/// Whether a name lies in a subtree, form by form.
enum Subtree {
    static func applies(_ subtree: GeneralName, to name: GeneralName) -> Bool {
        switch (subtree, name) {
        case (.dnsName, .dnsName), (.ipAddress, .ipAddress), (.rfc822Name, .rfc822Name), (.directoryName, .directoryName),
            (.uniformResourceIdentifier, .uniformResourceIdentifier), (.registeredID, .registeredID), (.x400Address, .x400Address),
            (.ediPartyName, .ediPartyName):
            true
        case (.otherName(let one), .otherName(let other)): one.typeID == other.typeID
        default: false
        }
    }

    /// For exclusion: a wildcard name overlaps a subtree when any name that it stands for lies in it.
    static func overlaps(_ name: GeneralName, _ subtree: GeneralName) -> Bool {
        if case .dnsName(let host) = name, case .dnsName(let base) = subtree, host.hasPrefix("*.") {
            let parent = ServerName.folded(host.dropFirst(2))
            let folded = withoutLeadingDot(ServerName.folded(base))
            return isWithin(parent, folded)
                || isWithin(folded, parent) && folded.split(separator: ".").count == parent.split(separator: ".").count + 1
        }
        return contains(name, subtree, unknownForms: true)
    }

    /// - Parameter unknownForms: the answer for forms that cannot be compared: yes for exclusion, no for permission.
    static func contains(_ name: GeneralName, _ subtree: GeneralName, unknownForms: Bool = false) -> Bool {
        switch (name, subtree) {
        case (.dnsName(let host), .dnsName(let base)):
            let folded = ServerName.folded(host)
            return isWithin(folded.hasPrefix("*.") ? String(folded.dropFirst(2)) : folded, ServerName.folded(base))
        case (.ipAddress(let address), .ipAddress(let range)):
            return address.bytes.isWithin(range.bytes)
        case (.rfc822Name(let mailbox), .rfc822Name(let base)):
            return mail(mailbox, in: base) ?? unknownForms
        case (.directoryName(let name), .directoryName(let base)):
            return NormalisedName(name).isWithin(NormalisedName(base))
        case (.uniformResourceIdentifier(let uri), .uniformResourceIdentifier(let base)):
            guard let host = host(of: uri) else { return unknownForms }
            if base.isEmpty { return true }
            return base.hasPrefix(".") ? host.hasSuffix(base.lowercased()) : host == base.lowercased()
        default:
            return unknownForms
        }
    }

    /// `host` is `base` or below it, label by label; an empty base holds everything.
    private static func isWithin(_ host: String, _ base: String) -> Bool {
        if base.isEmpty { return true }
        // A leading period is not RFC 5280's form for DNS names; it is read as "below, not itself".
        if base.hasPrefix(".") { return host.hasSuffix(base) && host.utf8.count > base.utf8.count }
        return host == base || host.hasSuffix("." + base)
    }

    private static func withoutLeadingDot(_ base: String) -> String { base.hasPrefix(".") ? String(base.dropFirst()) : base }

    /// nil when that is no mailbox. An empty base holds every mailbox, as an empty dNSName does every host.
    private static func mail(_ mailbox: String, in base: String) -> Bool? {
        guard let at = mailbox.lastIndex(of: "@") else { return nil }
        if base.isEmpty { return true }
        let (local, host) = (mailbox[..<at], mailbox[mailbox.index(after: at)...].lowercased())
        if let baseAt = base.lastIndex(of: "@") {
            // The part before @ is case-sensitive (RFC 5321 §2.4).
            return local == base[..<baseAt] && host == base[base.index(after: baseAt)...].lowercased()
        }
        return base.hasPrefix(".") ? host.hasSuffix(base.lowercased()) : host == base.lowercased()
    }

    /// The host of a URI's authority; nil when there is none or it is an address (RFC 5280 §4.2.1.10 wants a name).
    private static func host(of uri: String) -> String? {
        let parts = uri.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasPrefix("//") else { return nil }
        var authority = parts[1].dropFirst(2).prefix { !"/?#".contains($0) }
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        guard !authority.hasPrefix("[") else { return nil }
        let host = authority.prefix { $0 != ":" }.lowercased()
        guard !host.isEmpty, ServerName.address(host) == nil else { return nil }
        return host
    }
}

extension Subtree {
    struct Malformed: Error {}

    /// Throws when there is nothing in it, or a range that is no address and mask: an exclusion that cannot be read must not be passed over.
    static func wellFormed(_ constraints: NameConstraints) throws -> NameConstraints {
        let all = constraints.permittedSubtrees + constraints.excludedSubtrees
        guard !all.isEmpty else { throw Malformed() }
        for case .ipAddress(let range) in all where ![8, 32].contains(range.bytes.count) { throw Malformed() }
        return constraints
    }
}

extension ArraySlice<UInt8> {
    /// Address and mask in one, RFC 5280 §4.2.1.10: 8 bytes for IPv4, 32 for IPv6.
    fileprivate func isWithin(_ range: ArraySlice<UInt8>) -> Bool {
        guard range.count == count * 2 else { return false }
        let (address, base, mask) = (Array(self), Array(range.prefix(count)), Array(range.suffix(count)))
        return zip(address, zip(base, mask)).allSatisfy { $0 & $1.1 == $1.0 & $1.1 }
    }
}
