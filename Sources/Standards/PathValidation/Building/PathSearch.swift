import StrictDER

/// One search, depth first, best issuers first, until a valid path is found or the budget is spent.
struct PathSearch {
    private let anchors: TrustAnchors
    private let checks: PathChecks
    private var budget: Budget
    /// Issuers at hand: presented and fetched.
    private var pool: [ParsedCertificate] = []
    private var signatures: [SignaturePair: Bool] = [:]
    private var candidates: [CandidatePath] = []
    /// Ends of paths whose issuer is missing, in the order in which they were met.
    private var deadEnds: [ParsedCertificate] = []
    private var asked: Set<String> = []
    private var fetched: [ParsedCertificate] = []
    private(set) var hasFound = false

    private struct SignaturePair: Hashable {
        var certificate: Swift.ObjectIdentifier
        var key: ContentDigest
    }

    init(presented: [ParsedCertificate], anchors: TrustAnchors, rules: PathRules, budget: Budget) {
        (self.anchors, self.budget) = (anchors, budget)
        checks = PathChecks(rules)
        let others = presented.dropFirst().prefix(max(0, budget.certificates - 1))
        if others.count < 2 {
            pool = Array(others)
        } else {
            var known: Set<ParsedCertificate> = []
            pool = others.filter { known.insert($0).inserted }
        }
    }

    /// Candidates of an earlier run, which knew fewer issuers, are forgotten; signatures that were checked are not.
    mutating func run(from leaf: ParsedCertificate) {
        (candidates, deadEnds) = ([], [])
        _ = extend([leaf])
    }

    /// One path as it is.
    mutating func check(_ path: [ParsedCertificate]) -> CandidatePath {
        guard path.count <= budget.depth else {
            return CandidatePath(
                certificates: path, isAnchored: false,
                defects: [PathDefect(.budgetExhausted("depth of \(budget.depth)"), at: path.count - 1)])
        }
        var defects: [PathDefect] = []
        for (index, certificate) in path.enumerated() where anchors.distrusts(certificate) {
            defects.append(PathDefect(.distrusted, at: index))
        }
        for (index, (certificate, issuer)) in zip(path, path.dropFirst()).enumerated() {
            if certificate.issuer != issuer.subject {
                defects.append(PathDefect(missingIssuer(of: certificate), at: index))
            } else {
                switch verify(certificate, by: issuer) {
                case true?: break
                case false?: defects.append(PathDefect(.badSignature, at: index))
                case nil: defects.append(PathDefect(.budgetExhausted("signature checks"), at: index))
                }
            }
        }
        guard let last = path.last, isAnchor(last, at: path.count - 1) else {
            let others = checks.defectsOfCertificates(in: path, isAnchored: false)
            let failure = path.last.map { $0.isSelfIssued ? .rootNotTrusted(subject: $0.subject.description) : missingIssuer(of: $0) }
            let end = failure.map { [PathDefect($0, at: path.count - 1)] } ?? []
            return CandidatePath(certificates: path, isAnchored: false, defects: defects + end + others)
        }
        return CandidatePath(certificates: path, isAnchored: true, defects: defects + checks.defects(of: path, budget: &budget))
    }

    private func missingIssuer(of certificate: ParsedCertificate) -> PathFailure {
        .issuerNotFound(
            issuer: certificate.issuer.description,
            authorityKeyIdentifier: certificate.facts.authorityKeyIdentifier.map { hexadecimal($0) }, fetchURLs: certificate.issuerURLs)
    }

    var outcome: PathOutcome {
        if candidates.count == 1 { return PathOutcome(candidates: candidates, fetched: fetched) }
        let ranked = candidates.map { (rank: Self.rank($0), path: $0) }.enumerated().sorted { left, right in
            left.element.rank == right.element.rank
                ? left.offset < right.offset : left.element.rank.lexicographicallyPrecedes(right.element.rank)
        }
        return PathOutcome(candidates: ranked.map(\.element.path), fetched: fetched)
    }

    /// Best first: valid paths, then anchored ones by their defects, then those that came farthest.
    private static func rank(_ path: CandidatePath) -> [Int] {
        if path.isValid { return [0] }
        let badSignature = path.defects.contains { $0.failure == .badSignature }
        let weight = path.isAnchored ? path.defects.reduce(0) { $0 + ($1.failure.isOfTime ? 2 : 3) } : 0
        return [path.isAnchored ? 1 : 2, badSignature ? 1 : 0, weight, -path.certificates.count]
    }

    /// Goes on from the last certificate of `path`; true when a valid path was found. As deep as the budget's depth.
    private mutating func extend(_ path: [ParsedCertificate]) -> Bool {
        guard let last = path.last else { return false }
        guard budget.spend(\.steps) else { return record(path, anchored: false, .budgetExhausted("steps of the path search")) }
        if anchors.distrusts(last) { return record(path, anchored: false, .distrusted) }
        if isAnchor(last, at: path.count - 1) {
            let defects = checks.defects(of: path, budget: &budget)
            return record(path, anchored: true, defects: defects)
        }
        guard path.count < budget.depth else { return record(path, anchored: false, .budgetExhausted("depth of \(budget.depth)")) }
        let issuers = issuers(of: last, path: path)
        var extended = false
        for issuer in issuers {
            switch verify(last, by: issuer) {
            case true?:
                extended = true
                if extend(path + [issuer]) { return true }
            case false?: continue
            case nil: return record(path, anchored: false, .budgetExhausted("signature checks"))
            }
        }
        if !extended { recordDeadEnd(path, last: last, namesakes: issuers) }
        return false
    }

    private func isAnchor(_ certificate: ParsedCertificate, at index: Int) -> Bool {
        guard anchors.contains(certificate) else { return false }
        return switch anchors.role {
        case .issuerOrItself: true
        case .issuer: index > 0
        case .itself: index == 0
        case .itselfSelfSigned: index == 0 && certificate.isSelfSigned
        }
    }

    /// Why it goes no farther stands first; then what else is wrong with what there is.
    private mutating func recordDeadEnd(_ path: [ParsedCertificate], last: ParsedCertificate, namesakes: [ParsedCertificate]) {
        let failure: PathFailure
        if last.isSelfIssued, verify(last, by: last) == true {
            failure = path.count == 1 ? .selfSignedNotTrusted : .rootNotTrusted(subject: last.subject.description)
        } else {
            deadEnds.append(last)
            if namesakes.contains(where: { !last.facts.namesOtherKey(than: $0.facts) }) {
                failure = .badSignature
            } else {
                failure = missingIssuer(of: last)
            }
        }
        let others = checks.defectsOfCertificates(in: path, isAnchored: false)
        _ = record(path, anchored: false, defects: [PathDefect(failure, at: path.count - 1)] + others)
    }

    private mutating func record(_ path: [ParsedCertificate], anchored: Bool, _ failure: PathFailure) -> Bool {
        record(path, anchored: anchored, defects: [PathDefect(failure, at: path.count - 1)])
    }

    private mutating func record(_ path: [ParsedCertificate], anchored: Bool, defects: [PathDefect]) -> Bool {
        let candidate = CandidatePath(certificates: path, isAnchored: anchored, defects: defects)
        if candidates.count < PathBuilder.candidateLimit || candidate.isValid { candidates.append(candidate) }
        hasFound = hasFound || candidate.isValid
        return candidate.isValid
    }

    /// Those with the right name, not on the path yet, the likeliest first.
    private func issuers(of certificate: ParsedCertificate, path: [ParsedCertificate]) -> [ParsedCertificate] {
        func isFresh(_ issuer: ParsedCertificate) -> Bool {
            // The same authority again leads nowhere new, whoever vouches for it.
            !path.contains { $0 == issuer || ($0.subject == issuer.subject && $0.keyDigest == issuer.keyDigest) }
        }
        let name = certificate.issuer
        var found: [(score: Int, issuer: ParsedCertificate)] = []
        if anchors.role == .issuerOrItself || anchors.role == .issuer {
            for anchor in anchors.named(name) where isFresh(anchor) { found.append((score(anchor, of: certificate), anchor)) }
        }
        for issuer in pool where issuer.subject == name && isFresh(issuer) && !anchors.contains(issuer) {
            found.append((1 + score(issuer, of: certificate), issuer))
        }
        if found.count < 2 { return found.map(\.issuer) }
        return found.enumerated().sorted { left, right in
            left.element.score == right.element.score ? left.offset < right.offset : left.element.score < right.element.score
        }.map(\.element.issuer)
    }

    private func score(_ issuer: ParsedCertificate, of certificate: ParsedCertificate) -> Int {
        (checks.isValidNow(issuer.facts) ? 0 : 2) + (certificate.facts.namesOtherKey(than: issuer.facts) ? 4 : 0)
            + (checks.mayIssue(issuer.facts) ? 0 : 8)
    }

    /// nil when no more signatures may be checked. What the process remembers costs nothing.
    private mutating func verify(_ certificate: ParsedCertificate, by issuer: ParsedCertificate) -> Bool? {
        let pair = SignaturePair(certificate: certificate.identity, key: issuer.keyDigest)
        if let known = signatures[pair] { return known }
        guard budget.spend(\.signatureChecks, issuer.facts.key.cost) else { return nil }
        let isGood = certificate.isSigned(by: issuer)
        signatures[pair] = isGood
        return isGood
    }
}

extension PathSearch {
    /// The next location where a missing issuer may be; nil when there is none, or no more may be fetched. Locations other than plain HTTP
    /// are not asked: over TLS the answer would need an issuer itself.
    mutating func nextLocation() -> String? {
        for certificate in deadEnds {
            for url in certificate.issuerURLs where url.lowercased().hasPrefix("http://") && !asked.contains(url) {
                guard budget.spend(\.fetches) else { return nil }
                asked.insert(url)
                return url
            }
        }
        return nil
    }

    /// Whether one of them is new.
    mutating func add(_ certificates: [ParsedCertificate]) -> Bool {
        var isNew = false
        for certificate in certificates where !fetched.contains(certificate) && pool.count < budget.certificates {
            fetched.append(certificate)
            if !pool.contains(certificate) {
                pool.append(certificate)
                isNew = true
            }
        }
        return isNew
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
