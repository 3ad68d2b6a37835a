import Crypto
import Foundation
import PathCorpora
import PathValidation
import X509

/// Chains that are made to keep their readers busy, each validated once: what is remembered afterwards would help.
enum HostileChains {
    struct Wrong: Error { var id: String }

    /// [FILE]: a document in limbo's schema. For each of its cases, and for one of our own, a line with milliseconds and id. Reading PEM counts.
    static func run(_ arguments: [String]) async throws {
        guard arguments.count <= 1 else { throw Misuse() }
        try namesakes()
        for file in arguments {
            for item in try LimboCase.read(Corpora.contents(of: URL(fileURLWithPath: file))) {
                let start = ContinuousClock.now
                let result = await item.result(now: Date())
                report(item.id, since: start)
                guard result.actual == result.expected else { throw Wrong(id: item.id) }
            }
        }
    }

    /// A leaf and a hundred authorities of one name, each with its own key and signed by the next one's, none of them trusted: whoever tries every
    /// order is busy for ever.
    private static func namesakes() throws {
        let name = try PathChains.name("One of many")
        let authorities = (0..<100).map { _ in Authority(name: name, key: Certificate.PrivateKey(P256.Signing.PrivateKey())) }
        let extensions = try Certificate.Extensions {
            Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            Critical(KeyUsage(keyCertSign: true))
        }
        var chain = [try authorities[0].issue(PathChains.name("leaf"), KeyKind.p256.key().publicKey, Certificate.Extensions()).der]
        for (authority, issuer) in zip(authorities, authorities.dropFirst() + authorities.prefix(1)) {
            chain.append(try issuer.issue(name, authority.key.publicKey, extensions).der)
        }
        let other = Authority(name: try PathChains.name("Somebody else"), key: try KeyKind.p256.key())
        let anchors = TrustAnchors([try ParsedCertificate(der: other.issue(other.name, other.key.publicKey, extensions).der)])
        let start = ContinuousClock.now
        let presented = try chain.map(ParsedCertificate.init(der:))
        let outcome = PathBuilder().build(presented: presented, anchors: anchors, rules: PathRules(at: PathChains.moment))
        report("a hundred authorities of one name", since: start)
        guard !outcome.isValid else { throw Wrong(id: "namesakes") }
    }

    private static func report(_ id: String, since start: ContinuousClock.Instant) {
        let taken = (ContinuousClock.now - start).components
        print(String(format: "%.3f", Double(taken.seconds) * 1e3 + Double(taken.attoseconds) / 1e15), id)
    }
}
