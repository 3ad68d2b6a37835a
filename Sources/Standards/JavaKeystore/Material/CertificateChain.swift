import StrictDER

/// Certificates put into the order in which a server sends them and a keystore holds them: end entity first, then who issued whom.
///
/// Names and key identifiers decide; no signature is verified.
public struct CertificateChain: Hashable, Sendable {
    public enum End: Hashable, Sendable {
        /// The last one names itself as issuer.
        case selfSigned
        /// Nobody here issued the last one: the wanted issuer's name as text (RFC 4514).
        case issuerMissing(name: String)
        /// It goes on: longer than `lengthLimit`, or in circles.
        case unbounded
        /// There is no certificate to begin with.
        case empty
    }
    /// End entity first. When a key was given and no certificate is for it, empty.
    public var certificates: [StoredCertificate] = []
    public var end: End = .empty
    /// Readable, and not needed; in the order given.
    public var leftOver: [StoredCertificate] = []
    /// Further copies of certificates that are there already.
    public var duplicates: [StoredCertificate] = []
    /// What does not parse as a certificate.
    public var unreadable: [StoredCertificate] = []
    /// Whether the order given was another one.
    public var wasReordered = false

    /// Nothing longer is met; our choice.
    public static let lengthLimit = 32
    /// Of how many possible end entities the chains are compared; our choice.
    private static let candidateLimit = 64

    /// The chain in `certificates`, whatever their order.
    ///
    /// It begins at the certificate for `key`, or without a key at the one that issued none of the others. Of several, the one with the
    /// longest chain is taken, then the one valid longest, then the first. Of several issuers of one name: the one whose key identifier is
    /// the wanted one, then a self-signed one, then the one valid longest.
    public static func ordered(_ certificates: [StoredCertificate], for key: PublicKeyInfo? = nil) -> CertificateChain {
        var chain = CertificateChain()
        var nodes: [Node] = []
        var seen: Set<ArraySlice<UInt8>> = []
        for certificate in certificates {
            guard seen.insert(certificate.bytes).inserted else {
                chain.duplicates.append(certificate)
                continue
            }
            guard let outline = try? certificate.outline() else {
                chain.unreadable.append(certificate)
                continue
            }
            nodes.append(Node(certificate, outline, position: nodes.count))
        }
        let search = Search(nodes)
        let candidates: [Node]
        if let key {
            candidates = nodes.filter { (try? PublicKeyInfo(der: $0.outline.publicKeyInfo))?.isSameKey(as: key) ?? false }
        } else {
            candidates = search.endEntities()
        }
        let best = candidates.prefix(candidateLimit).map(search.path).max { ($0.path.count, $0.path[0]) < ($1.path.count, $1.path[0]) }
        let path = best?.path ?? []
        let used = Set(path.map(\.position))
        chain.certificates = path.map(\.certificate)
        chain.end = best?.end ?? .empty
        chain.leftOver = nodes.filter { !used.contains($0.position) }.map(\.certificate)
        chain.wasReordered = path.map(\.position) != used.sorted()
        return chain
    }
}

/// A certificate with what its place in a chain depends on.
private struct Node: Comparable {
    let certificate: StoredCertificate
    let outline: CertificateOutline
    let position: Int
    let subject: [UInt8]
    let issuer: [UInt8]
    let isSelfSigned: Bool
    private let lastSecond: Int64

    init(_ certificate: StoredCertificate, _ outline: CertificateOutline, position: Int) {
        (self.certificate, self.outline, self.position) = (certificate, outline, position)
        (subject, issuer) = (ComparableName.of(outline.subject), ComparableName.of(outline.issuer))
        let (own, wanted) = (outline.subjectKeyIdentifier, outline.authorityKeyIdentifier)
        isSelfSigned = subject == issuer && (own == nil || wanted == nil || own == wanted)
        lastSecond = (try? outline.seconds(outline.notAfter, "notAfter")) ?? .min
    }

    /// Whether `other` carries the key identifier that this one wants of its issuer; nil when one of them does not say.
    func wantsKey(of other: Node) -> Bool? {
        guard let wanted = outline.authorityKeyIdentifier, let there = other.outline.subjectKeyIdentifier else { return nil }
        return wanted == there
    }

    /// By the end of validity; of two alike the earlier in the file is the greater.
    static func < (left: Node, right: Node) -> Bool { (left.lastSecond, -left.position) < (right.lastSecond, -right.position) }
    static func == (left: Node, right: Node) -> Bool { left.position == right.position }
}

private struct Search {
    private let nodes: [Node]
    private let bySubject: [[UInt8]: [Node]]

    init(_ nodes: [Node]) {
        self.nodes = nodes
        bySubject = Dictionary(grouping: nodes, by: \.subject)
    }

    /// Those that issued none of the others; all, when they go round in circles.
    func endEntities() -> [Node] {
        let issuers = Set(nodes.lazy.filter { !$0.isSelfSigned && $0.subject != $0.issuer }.map(\.issuer))
        let candidates = nodes.filter { !issuers.contains($0.subject) }
        return candidates.isEmpty ? nodes : candidates
    }

    func path(from leaf: Node) -> (path: [Node], end: CertificateChain.End) {
        var path = [leaf]
        var last = leaf
        while !last.isSelfSigned {
            guard let issuer = issuer(of: last, besides: path) else {
                let circular = path.contains { $0.subject == last.issuer }
                return (path, circular ? .unbounded : .issuerMissing(name: DistinguishedNameText.text(last.outline.issuer)))
            }
            guard path.count < CertificateChain.lengthLimit else { return (path, .unbounded) }
            path.append(issuer)
            last = issuer
        }
        return (path, .selfSigned)
    }

    private func issuer(of node: Node, besides path: [Node]) -> Node? {
        let candidates = (bySubject[node.issuer] ?? []).filter { node.wantsKey(of: $0) != false && !path.contains($0) }
        func rank(_ issuer: Node) -> Int { (node.wantsKey(of: issuer) == true ? 2 : 0) + (issuer.isSelfSigned ? 1 : 0) }
        return candidates.max { (rank($0), $0) < (rank($1), $1) }
    }
}
