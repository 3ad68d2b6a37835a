import X509

public import struct Foundation.Date

/// Builds and checks paths from an end entity to a trust anchor (RFC 5280 §6.1).
///
/// Anchors are *constrained*: their own validity and extensions apply, as in Java. An expired or odd alternative never hides a good path, and
/// every path that was tried is kept, with why it failed.
public struct PathBuilder: Sendable {
    public init() {}

    /// Candidates kept as evidence.
    static let candidateLimit = 32

    /// - Parameters:
    ///   - presented: not empty, end entity first; the order of the others does not matter.
    ///   - source: asked for issuers over AIA when one is missing; nil asks nobody.
    public func build(
        presented: [ParsedCertificate], anchors: TrustAnchors, at time: Date, purpose: PathPurpose = .serverAuthentication,
        budget: Budget = .standard, source: (any EvidenceSource)? = nil
    ) async -> PathOutcome {
        guard let leaf = presented.first else {
            let defect = PathDefect(.malformed(reason: "no certificate was presented"), at: 0)
            return PathOutcome(candidates: [CandidatePath(certificates: [], isAnchored: false, defects: [defect])])
        }
        var search = PathSearch(
            presented: presented, anchors: anchors, checks: PathChecks(at: time, purpose: purpose), budget: budget, source: source)
        _ = await search.extend([CertificateFacts(leaf)])
        return PathOutcome(candidates: search.ranked, fetched: search.fetched)
    }
}

/// One search, depth first, best issuers first, until a valid path is found or the budget is spent.
struct PathSearch {
    private let anchors: TrustAnchors
    private let checks: PathChecks
    private let source: (any EvidenceSource)?
    private var budget: Budget
    /// Issuers at hand: presented and fetched, by name.
    private var pool: [NormalisedName: [CertificateFacts]] = [:]
    private var signatures: [SignaturePair: Bool] = [:]
    private var asked: Set<String> = []
    private var candidates: [CandidatePath] = []
    private(set) var fetched: [ParsedCertificate] = []

    private struct SignaturePair: Hashable {
        var certificate: String
        var issuer: String
    }

    init(presented: [ParsedCertificate], anchors: TrustAnchors, checks: PathChecks, budget: Budget, source: (any EvidenceSource)?) {
        (self.anchors, self.checks, self.budget, self.source) = (anchors, checks, budget, source)
        var known: Set<String> = []
        for certificate in presented.dropFirst() where known.insert(certificate.sha256).inserted { add(certificate) }
    }

    /// Goes on from the last certificate of `path`; true when a valid path was found.
    mutating func extend(_ path: [CertificateFacts]) async -> Bool {
        guard let last = path.last else { return false }
        guard budget.spend(\.steps) else { return record(path, anchored: false, [.budgetExhausted("steps of the path search")]) }
        if anchors.contains(last.parsed) {
            let defects = checks.defects(of: path, budget: &budget)
            return record(path, anchored: true, defects: defects)
        }
        guard path.count < budget.depth else { return record(path, anchored: false, [.budgetExhausted("depth of \(budget.depth)")]) }
        let atHand = candidates(for: last, path: path)
        switch await extend(path, by: atHand) {
        case .found: return true
        case .exhausted: return record(path, anchored: false, [.budgetExhausted("signature checks")])
        case .extended: return false
        case .nowhere: break
        }
        // A namesake with another key is no issuer either: the right one may be where the certificate says.
        var fetched: [CertificateFacts] = []
        if !(last.isSelfIssued && signed(last, by: last)), await fetchIssuers(of: last) {
            let known = Set(atHand.map(\.parsed.sha256))
            fetched = candidates(for: last, path: path).filter { !known.contains($0.parsed.sha256) }
            switch await extend(path, by: fetched) {
            case .found: return true
            case .exhausted: return record(path, anchored: false, [.budgetExhausted("signature checks")])
            case .extended: return false
            case .nowhere: break
            }
        }
        recordDeadEnd(path, last: last, namesakes: atHand + fetched)
        return false
    }

    private enum Extension { case found, extended, exhausted, nowhere }

    /// Tries issuers in their order.
    private mutating func extend(_ path: [CertificateFacts], by issuers: [CertificateFacts]) async -> Extension {
        guard let last = path.last else { return .nowhere }
        var result = Extension.nowhere
        for issuer in issuers {
            switch verify(last, by: issuer) {
            case true?:
                result = .extended
                if await extend(path + [issuer]) { return .found }
            case false?: continue
            case nil: return .exhausted
            }
        }
        return result
    }

    /// Best first: valid paths, then anchored ones by their defects, then those that came farthest.
    var ranked: [CandidatePath] {
        candidates.enumerated().sorted { left, right in
            let (one, other) = (Self.rank(left.element), Self.rank(right.element))
            return one == other ? left.offset < right.offset : one.lexicographicallyPrecedes(other)
        }.map(\.element)
    }

    private static func rank(_ path: CandidatePath) -> [Int] {
        if path.isValid { return [0] }
        let badSignature = path.defects.contains { $0.failure == .badSignature }
        let weight = path.isAnchored ? path.defects.reduce(0) { $0 + ($1.failure.isOfTime ? 2 : 3) } : 0
        return [path.isAnchored ? 1 : 2, badSignature ? 1 : 0, weight, -path.certificates.count]
    }

    /// Why it goes no farther stands first; then what else is wrong with what there is.
    private mutating func recordDeadEnd(_ path: [CertificateFacts], last: CertificateFacts, namesakes: [CertificateFacts]) {
        let failure: PathFailure
        if last.isSelfIssued, signed(last, by: last) {
            failure = path.count == 1 ? .selfSignedNotTrusted : .rootNotTrusted(subject: last.parsed.subject.description)
        } else if namesakes.contains(where: { !last.namesOtherKey(than: $0) }) {
            failure = .badSignature
        } else {
            failure = .issuerNotFound(
                issuer: last.parsed.issuer.description,
                authorityKeyIdentifier: last.authorityKeyIdentifier.map(ParsedCertificate.hexadecimal), fetchURLs: last.issuerURLs)
        }
        let others = checks.defectsOfCertificates(in: path, isAnchored: false)
        _ = record(path, anchored: false, defects: [PathDefect(failure, at: path.count - 1)] + others)
    }

    private mutating func record(_ path: [CertificateFacts], anchored: Bool, _ failures: [PathFailure]) -> Bool {
        record(path, anchored: anchored, defects: failures.map { PathDefect($0, at: path.count - 1) })
    }

    private mutating func record(_ path: [CertificateFacts], anchored: Bool, defects: [PathDefect]) -> Bool {
        let candidate = CandidatePath(certificates: path.map(\.parsed), isAnchored: anchored, defects: defects)
        if candidates.count < PathBuilder.candidateLimit || candidate.isValid { candidates.append(candidate) }
        return candidate.isValid
    }

    /// Those with the right name, not on the path yet, the likeliest first.
    private func candidates(for certificate: CertificateFacts, path: [CertificateFacts]) -> [CertificateFacts] {
        let used = Set(path.map(\.parsed.sha256))
        let keys = Set(path.map { $0.subject.components.joined(separator: ",") + $0.parsed.spkiSha256 })
        func isFresh(_ issuer: CertificateFacts) -> Bool {
            !used.contains(issuer.parsed.sha256)
                && !keys.contains(issuer.subject.components.joined(separator: ",") + issuer.parsed.spkiSha256)
        }
        let trusted = anchors.named(certificate.issuer).filter(isFresh).map { (facts: $0, isAnchor: true) }
        let others = (pool[certificate.issuer] ?? []).filter { isFresh($0) && !anchors.contains($0.parsed) }.map {
            (facts: $0, isAnchor: false)
        }
        func score(_ candidate: (facts: CertificateFacts, isAnchor: Bool)) -> Int {
            var score = candidate.isAnchor ? 0 : 1
            if certificate.namesOtherKey(than: candidate.facts) { score += 4 }
            if !checks.isValidNow(candidate.facts.parsed.certificate) { score += 2 }
            return score
        }
        return (trusted + others).map { (score($0), $0.facts) }.enumerated().sorted {
            $0.element.0 == $1.element.0 ? $0.offset < $1.offset : $0.element.0 < $1.element.0
        }.map(\.element.1)
    }

    /// nil when no more signatures may be checked.
    private mutating func verify(_ certificate: CertificateFacts, by issuer: CertificateFacts) -> Bool? {
        let pair = SignaturePair(certificate: certificate.parsed.sha256, issuer: issuer.parsed.spkiSha256)
        if let known = signatures[pair] { return known }
        guard budget.spend(\.signatureChecks) else { return nil }
        let isGood = issuer.parsed.certificate.publicKey.isValidSignature(
            certificate.parsed.certificate.signature, for: certificate.parsed.certificate)
        signatures[pair] = isGood
        return isGood
    }

    private mutating func signed(_ certificate: CertificateFacts, by issuer: CertificateFacts) -> Bool {
        verify(certificate, by: issuer) ?? false
    }

    private mutating func add(_ certificate: ParsedCertificate) {
        let facts = CertificateFacts(certificate)
        pool[facts.subject, default: []].append(facts)
    }

    /// Whether anything new came. Locations other than plain HTTP are not asked: over TLS the answer would need an issuer itself.
    private mutating func fetchIssuers(of certificate: CertificateFacts) async -> Bool {
        guard let source else { return false }
        for url in certificate.issuerURLs where url.lowercased().hasPrefix("http://") && !asked.contains(url) {
            guard budget.spend(\.fetches) else { return false }
            asked.insert(url)
            guard case .answered(200, _, _, let body) = await source.fetch(EvidenceRequest(kind: .issuer, url: url)) else { continue }
            let certificates = FetchedIssuers.certificates(in: body)
            for issuer in certificates where !fetched.contains(issuer) {
                fetched.append(issuer)
                add(issuer)
            }
            if !certificates.isEmpty { return true }
        }
        return false
    }
}

extension PathFailure {
    /// Passes or comes with the day, and says nothing against the certificates themselves.
    fileprivate var isOfTime: Bool {
        switch self {
        case .expired, .notYetValid: true
        default: false
        }
    }
}
