import StrictDER

import struct FoundationEssentials.Date

/// Asks lists about the certificates of one path. Lists come in beforehand, or are fetched from where the certificates say; who signed them
/// and is not on the path is found, its own path built, and its own status asked, within `limit`.
struct ListSearch {
    let anchorage: ListAnchorage
    let time: Date
    let limits: EvidenceLimits
    /// nil asks nobody.
    let fetcher: ListFetcher?
    private(set) var lists: [SourcedList]
    /// Who may have signed a list and is not above the certificate asked about.
    private var others: [ParsedCertificate]
    /// Whether a signer off the path may be relied on, by fingerprint. While that is being found out it may not, but for its own status.
    private enum Trust { case settled(Bool), beingSettled }
    private var trusted: [String: Trust] = [:]
    /// How often one was met that was being settled.
    private var circles = 0
    private var paths = 0
    private var asked: Set<String> = []

    /// Nested signers of signers, paths that are built for signers in one search, places and locations of each that are asked.
    static let limit = (depth: 3, paths: 16, places: 8, locations: 3)

    init(
        anchorage: ListAnchorage, lists: [SourcedList], others: [ParsedCertificate], at time: Date, limits: EvidenceLimits,
        fetcher: ListFetcher? = nil
    ) {
        (self.anchorage, self.lists, self.others) = (anchorage, lists, others)
        (self.time, self.limits, self.fetcher) = (time, limits, fetcher)
    }

    /// - Parameter above: the rest of its path, nearest first, anchor last.
    mutating func status(of certificate: ParsedCertificate, above: [ParsedCertificate], depth: Int = 0) async -> RevocationOutcome.Status {
        guard let subject = try? EvidenceCertificate(certificate), let inquiry = try? ListInquiry(subject, at: time, limits: limits) else {
            // Its extensions cannot be read, so it names no list.
            return .unknown([.noSource])
        }
        let question = Question(subject: subject, inquiry: inquiry, above: above.compactMap { try? EvidenceCertificate($0) }, depth: depth)
        let status = await answer(question)
        guard fetcher != nil, status.isOpen else { return status }
        return await fetchLists(for: question, first: status)
    }

    private struct Question {
        var subject: EvidenceCertificate
        var inquiry: ListInquiry
        var above: [EvidenceCertificate]
        var depth: Int
    }

    private mutating func answer(_ question: Question) async -> RevocationOutcome.Status {
        var signatures: [Int: ListSignature] = [:]
        for index in lists.indices where !lists[index].list.isDelta && question.inquiry.concerns(lists[index].list) {
            signatures[index] = await signature(of: lists[index], for: question)
        }
        return lists.isEmpty ? .unknown([]) : question.inquiry.status(by: lists, signatures: signatures)
    }

    private mutating func signature(of item: SourcedList, for question: Question) async -> ListSignature {
        let known = ListSigners.signature(of: item, among: question.above, issuer: question.subject.issuer, limits: limits)
        if case .by = known { return known }
        let other = await otherSigner(of: item, for: question)
        if case .by = other { return other }
        if await fetchSigner(of: item), case .by(let signer, let role) = await otherSigner(of: item, for: question) {
            return .by(signer, role)
        }
        return known.isAboutMissingIssuer ? other : known
    }

    /// A signer off the path. What is signed rightly, by somebody whom nothing links to the anchor, is told apart.
    private mutating func otherSigner(of item: SourcedList, for question: Question) async -> ListSignature {
        let parsed = others
        var refusal = RevocationObstacle.issuerMissing
        for candidate in ListSigners.candidates(for: item.list, among: parsed.compactMap { try? EvidenceCertificate($0) }) {
            guard SignatureCheck.check(item.list.signature, by: candidate.outline.publicKeyInfo, limits: limits) == .valid,
                let certificate = parsed.first(where: { $0.der[...] == candidate.outline.der })
            else { continue }
            // An issuer of indirect lists may be on its own (PKITS 4.14.30). What others say of it goes before.
            let isItself = candidate.outline.der == question.subject.outline.der && question.depth > 0
            let counts = if isItself { true } else { await isTrusted(certificate, depth: question.depth + 1) }
            if counts {
                return .by(candidate, candidate.role(forCertificatesOf: question.subject.issuer))
            }
            refusal = .signerNotAuthorised(.crl, url: item.source)
        }
        return .refused(refusal)
    }

    /// "Obtain and validate the certification path for the issuer of the complete CRL. The trust anchor … MUST be the same", §6.3.3 (f).
    private mutating func isTrusted(_ signer: ParsedCertificate, depth: Int) async -> Bool {
        switch trusted[signer.sha256] {
        case .settled(let verdict): return verdict
        case .beingSettled:
            circles += 1
            return false
        case nil: break
        }
        guard depth <= Self.limit.depth, paths < Self.limit.paths else { return false }
        paths += 1
        trusted[signer.sha256] = .beingSettled
        let before = circles
        let verdict = await hasGoodPath(signer, depth: depth)
        // Refused for a signer that is not settled itself: asked anew when it is.
        trusted[signer.sha256] = !verdict && circles > before && depth > 1 ? nil : .settled(verdict)
        return verdict
    }

    private mutating func hasGoodPath(_ signer: ParsedCertificate, depth: Int) async -> Bool {
        guard let path = await anchorage.path(of: signer, others: others, at: time) else { return false }
        let certificates = path.certificates
        for index in certificates.indices.dropLast() where !anchorage.path.contains(certificates[index]) {
            guard case .good = await status(of: certificates[index], above: Array(certificates[(index + 1)...]), depth: depth) else {
                return false
            }
        }
        return true
    }

    // MARK: Fetching

    /// Asks the places that the certificate names, one after the other, until its status is known.
    private mutating func fetchLists(for question: Question, first: RevocationOutcome.Status) async -> RevocationOutcome.Status {
        var status = first
        var obstacles: [RevocationObstacle] = []
        let points = question.subject.outline.value(of: EvidenceIdentifier.distributionPoints).flatMap {
            try? DistributionPoint.all(in: $0)
        }
        for point in (points ?? []).prefix(Self.limit.places) where status.isOpen {
            for url in point.urls.prefix(Self.limit.locations) {
                guard let list = await fetch(url, &obstacles) else { continue }
                await fetchDelta(of: list, for: question)
                status = await answer(question)
                if !status.isOpen || question.inquiry.concerns(list) { break }
            }
        }
        guard case .unknown(let why) = status else { return status }
        return .unknown(why + obstacles)
    }

    private mutating func fetch(_ url: String, _ obstacles: inout [RevocationObstacle]) async -> CertificateRevocationList? {
        guard let fetcher, asked.insert(url).inserted else { return nil }
        switch await fetcher.list(at: url) {
        case .success(let list):
            lists.append(SourcedList(list, source: url))
            return list
        case .failure(let obstacle):
            obstacles.append(obstacle)
            return nil
        }
    }

    /// A delta list makes what is known newer; that it cannot be had is no obstacle.
    private mutating func fetchDelta(of list: CertificateRevocationList, for question: Question) async {
        guard fetcher?.usesDeltaLists == true else { return }
        let values = [question.subject.outline.value(of: EvidenceIdentifier.freshestList), list.freshest].compactMap { $0 }
        let urls = values.flatMap { (try? DistributionPoint.all(in: $0))?.flatMap(\.urls) ?? [] }
        var ignored: [RevocationObstacle] = []
        for url in urls.prefix(Self.limit.locations) where await fetch(url, &ignored) != nil { return }
    }

    /// Whether the list says where its signer's certificate is, and it was there.
    private mutating func fetchSigner(of item: SourcedList) async -> Bool {
        guard let fetcher, let access = item.list.access else { return false }
        var found = false
        for url in AccessLocations.urls(in: access, EvidenceIdentifier.issuersMethod).prefix(Self.limit.locations)
        where asked.insert(url).inserted {
            let certificates = await fetcher.certificates(at: url).filter { !others.contains($0) }
            others += certificates
            found = found || !certificates.isEmpty
        }
        return found
    }
}

extension ListSignature {
    fileprivate var isAboutMissingIssuer: Bool { if case .refused(.issuerMissing) = self { true } else { false } }
}

extension RevocationOutcome.Status {
    /// Neither good nor revoked.
    var isOpen: Bool { if case .unknown = self { true } else { false } }
}
