/// A row's host pattern: an exact name, or `*.domain` for every name below the domain.
///
/// A policy's wildcard is wider than a certificate's (RFC 9525): it covers any number of labels, as administrators who write
/// `*.corp.example` expect.
struct HostPattern: Hashable, Sendable {
    enum Kind: Hashable, Sendable { case exact, wildcard }
    let kind: Kind
    private let name: String

    init(_ text: some StringProtocol) {
        let folded = text.lowercased()
        if folded.hasPrefix("*.") {
            (kind, name) = (.wildcard, String(folded.dropFirst()))
        } else {
            (kind, name) = (.exact, folded)
        }
    }

    func matches(_ host: String) -> Bool {
        var folded = host.lowercased()
        if folded.hasSuffix(".") { folded.removeLast() }
        return switch kind {
        case .exact: folded == name
        case .wildcard: folded.hasSuffix(name) && folded.utf8.count > name.utf8.count
        }
    }
}
