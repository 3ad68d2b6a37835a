import SwiftASN1
import X509

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

    /// A common name that can only mean a host: labels of letters, digits and hyphens, at least two of them.
    static func looksLikeHost(_ text: String) -> Bool {
        let labels = folded(text).split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.enumerated().allSatisfy { index, label in
                (index == 0 && label == "*")
                    || !label.isEmpty && label.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95 }
            }
    }
}

/// Compares the host asked for with the names of a certificate (RFC 9525): subject alternative names only, a wildcard is the whole
/// left-most label and stands for one label.
///
/// - Parameter commonNameFallback: says that a common name would do; the outcome tells it apart either way.
public func matchName(_ host: String, against certificate: ParsedCertificate, commonNameFallback: Bool = false) -> NameOutcome {
    let names = (try? certificate.certificate.extensions.subjectAlternativeNames).flatMap { $0 }.map(Array.init) ?? []
    let dnsNames = names.compactMap { name -> String? in if case .dnsName(let text) = name { text } else { nil } }
    let addresses = names.compactMap { name -> [UInt8]? in if case .ipAddress(let octets) = name { Array(octets.bytes) } else { nil } }
    let shown = dnsNames + addresses.map(IPAddress.text)
    switch ServerName(host) {
    case .address(let bytes):
        if addresses.contains(bytes) { return .matched(by: IPAddress.text(bytes)) }
        if shown.isEmpty { return withoutNames(host, certificate) }
        return .addressNotListed(names: shown)
    case .dns(let name):
        if let match = dnsNames.first(where: { DNSPattern($0).matches(name) }) { return .matched(by: match) }
        if shown.isEmpty { return withoutNames(host, certificate) }
        if let wide = dnsNames.first(where: { DNSPattern($0).reachesTooFar(for: name) }) { return .wildcardTooWide(pattern: wide) }
        return .mismatch(names: shown, nearest: nearest(to: name, among: dnsNames))
    }
}

private func withoutNames(_ host: String, _ certificate: ParsedCertificate) -> NameOutcome {
    let commonName = certificate.subject.flatMap { $0 }.last { $0.type == .RDNAttributeType.commonName }.flatMap { String($0.value) }
    guard let commonName else { return .noNames(commonName: nil) }
    let matches =
        switch ServerName(host) {
        case .dns(let name): DNSPattern(commonName).matches(name)
        case .address: ServerName.folded(commonName) == ServerName.folded(host)
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
    private let labels: [Substring]
    private let text: String

    /// A trailing dot stays: no dNSName has one (RFC 5280 §4.2.1.6, RFC 1034 §3.5), and one that has must not slip past a name constraint
    /// and match here all the same.
    init(_ entry: String) {
        text = entry.lowercased()
        labels = text.split(separator: ".", omittingEmptySubsequences: false)
    }

    private var isWildcard: Bool { labels.first == "*" }

    /// No partial wildcards, none that stands for a name with a single parent label (`*.com`), none against an A-label's inside.
    func matches(_ host: String) -> Bool {
        let wanted = host.split(separator: ".", omittingEmptySubsequences: false)
        guard !wanted.isEmpty, !wanted.contains("") else { return false }
        if !isWildcard { return !text.contains("*") && labels == wanted }
        return labels.count >= 3 && !labels.dropFirst().contains { $0.isEmpty || $0.contains("*") } && wanted.count == labels.count
            && wanted.dropFirst().elementsEqual(labels.dropFirst())
    }

    /// The wildcard's domain holds the host, but more than one label lies between.
    func reachesTooFar(for host: String) -> Bool {
        isWildcard && labels.count >= 3 && host.hasSuffix("." + labels.dropFirst().joined(separator: ".")) && !matches(host)
    }
}
