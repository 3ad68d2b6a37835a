/// Who a connection is meant for: a DNS name or an address (RFC 9525 §6.1).
enum ServerName: Hashable, Sendable {
    /// Lower case, without a trailing dot.
    case dns(String)
    /// 4 or 16 bytes.
    case address([UInt8])

    init(_ host: String) {
        if let bytes = Self.address(host) {
            self = .address(bytes)
        } else {
            self = .dns(Self.folded(host))
        }
    }

    static func folded(_ host: some StringProtocol) -> String {
        let lower = host.lowercased()
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }

    /// The bytes of an address literal, an IPv6 one also in the brackets of a URL; nil when it is none.
    static func address(_ text: String) -> [UInt8]? {
        text.hasPrefix("[") && text.hasSuffix("]") && text.contains(":")
            ? IPAddress(text.dropFirst().dropLast())?.bytes : IPAddress(text)?.bytes
    }

    /// A common name that may mean a host: labels of letters, digits and hyphens, at least two of them.
    /// - Parameter singleLabel: whether one does, as for servers in intranets.
    static func looksLikeHost(_ text: String, singleLabel: Bool) -> Bool {
        let labels = folded(text).split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= (singleLabel ? 1 : 2)
            && labels.enumerated().allSatisfy { index, label in
                (index == 0 && label == "*")
                    || !label.isEmpty && label.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95 }
            }
    }
}

/// Compares the host asked for with the names of a certificate (RFC 9525): subject alternative names only, a wildcard is the whole
/// left-most label and stands for one label. A host with letters beyond ASCII matches nothing: ask with its A-labels.
///
/// - Parameter commonNameFallback: says that a common name would do; the outcome tells it apart either way.
public func matchName(_ host: String, against certificate: ParsedCertificate, commonNameFallback: Bool = false) -> NameOutcome {
    let names = certificate.facts.alternativeNames
    switch ServerName(host) {
    case .address(let bytes):
        if names.contains(.address(bytes[...])) { return .matched(by: IPAddress.text(bytes)) }
        let shown = certificate.hostNames
        return shown.isEmpty ? withoutNames(host, certificate) : .addressNotListed(names: shown)
    case .dns(let name):
        let wanted = Array(name.utf8)
        for case .dns(let entry) in names where DNSPattern(entry).matches(wanted[...]) {
            return .matched(by: String(decoding: entry, as: UTF8.self))
        }
        let shown = certificate.hostNames
        if shown.isEmpty { return withoutNames(host, certificate) }
        for case .dns(let entry) in names where DNSPattern(entry).reachesTooFar(for: wanted[...]) {
            return .wildcardTooWide(pattern: String(decoding: entry, as: UTF8.self))
        }
        return .mismatch(names: shown, nearest: nearest(to: name, among: certificate.dnsNames))
    }
}

/// Compares a mailbox with the rfc822Names of a certificate: who a client is (RFC 5280 §4.2.1.6). What stands before the @ counts letter by
/// letter, the host without case; addresses in the subject do not count.
public func matchMailbox(_ mailbox: String, against certificate: ParsedCertificate) -> NameOutcome {
    let names = certificate.mailboxes
    guard !names.isEmpty else { return .noNames(commonName: certificate.subject.commonName) }
    let wanted = Mailbox(mailbox.utf8)
    if let wanted, let match = names.first(where: { Mailbox($0.utf8) == wanted }) { return .matched(by: match) }
    return .mismatch(names: names, nearest: nearest(to: mailbox.lowercased(), among: names))
}

extension ParsedCertificate {
    /// The dNSNames of subjectAltName, as written.
    public var dnsNames: [String] { facts.alternativeNames.compactMap { if case .dns = $0 { $0.description } else { nil } } }
    /// The rfc822Names of subjectAltName, as written.
    public var mailboxes: [String] { facts.alternativeNames.compactMap { if case .mailbox = $0 { $0.description } else { nil } } }
    /// The iPAddresses of subjectAltName.
    public var addresses: [IPAddress] {
        facts.alternativeNames.compactMap { if case .address(let octets) = $0 { IPAddress(bytes: Array(octets)) } else { nil } }
    }
    fileprivate var hostNames: [String] { dnsNames + addresses.map(\.description) }
}

private func withoutNames(_ host: String, _ certificate: ParsedCertificate) -> NameOutcome {
    guard let commonName = certificate.subject.commonName else { return .noNames(commonName: nil) }
    let matches =
        switch ServerName(host) {
        case .dns(let name): DNSPattern(Array(commonName.utf8)[...]).matches(Array(name.utf8)[...])
        case .address(let bytes): ServerName.address(commonName) == bytes
        }
    return matches ? .commonNameOnly(commonName) : .noNames(commonName: commonName)
}

/// The entry with the smallest edit distance, for messages. Long lists are not searched to the end.
private func nearest(to host: String, among names: [String]) -> String? {
    func distance(_ other: String) -> Int {
        let (left, right) = (Array(host.utf8), Array(other.lowercased().utf8.prefix(253)))
        var row = Array(0...right.count)
        for (index, byte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in 0..<right.count {
                let next = min(row[column] + 1, row[column + 1] + 1, diagonal + (byte == right[column] ? 0 : 1))
                (diagonal, row[column + 1]) = (row[column + 1], next)
            }
        }
        return row[right.count]
    }
    return names.prefix(64).map { (distance($0), $0) }.min { $0.0 < $1.0 }?.1
}

/// A dNSName entry as a pattern.
struct DNSPattern {
    private let text: ArraySlice<UInt8>
    private var isWildcard: Bool { HostText.isWildcard(text) }

    /// A trailing dot stays: no dNSName has one (RFC 5280 §4.2.1.6, RFC 1034 §3.5), and one that has must not slip past a name constraint
    /// and match here all the same.
    init(_ entry: ArraySlice<UInt8>) { text = entry }

    /// No partial wildcards, none that stands for a name with a single parent label (`*.com`), none against an A-label's inside.
    /// - Parameter host: lower case.
    func matches(_ host: ArraySlice<UInt8>) -> Bool {
        guard let dot = Self.firstLabelEnd(host) else { return false }
        if !isWildcard { return Self.areEqual(text, host) && !text.contains(UInt8(ascii: "*")) }
        let parent = text.dropFirst(2)
        return HostText.labels(parent) >= 2 && !parent.contains(UInt8(ascii: "*")) && dot < host.endIndex
            && Self.areEqual(parent, host[(dot + 1)...])
    }

    /// The wildcard's domain holds the host, but more than one label lies between.
    func reachesTooFar(for host: ArraySlice<UInt8>) -> Bool {
        guard isWildcard, HostText.labels(text) >= 3 else { return false }
        return HostText.isWithin(host, text.dropFirst(1)) && !matches(host)
    }

    /// Where the first label ends; nil when a label is empty.
    private static func firstLabelEnd(_ host: ArraySlice<UInt8>) -> Int? {
        guard HostText.hasLabels(host) else { return nil }
        return host.firstIndex(of: UInt8(ascii: ".")) ?? host.endIndex
    }

    private static func areEqual(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { lowered($0) == lowered($1) }
    }
}
