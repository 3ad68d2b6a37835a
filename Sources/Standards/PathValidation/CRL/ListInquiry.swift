import StrictDER

import struct FoundationEssentials.Date

/// A list together with where it came from: the URL or file that goes into proofs and obstacles.
public struct SourcedList: Sendable {
    public let list: CertificateRevocationList
    public let source: String
    public init(_ list: CertificateRevocationList, source: String) { (self.list, self.source) = (list, source) }
}

/// Whether, and by whom, a list was signed.
enum ListSignature: Sendable {
    case by(EvidenceCertificate, EvidenceSigner)
    case refused(RevocationObstacle)
}

/// One certificate, and what lists say about it (RFC 5280 §6.3.3). Who signed them has been found out before: same lists, same status.
struct ListInquiry {
    private let certificate: EvidenceCertificate
    private let isAuthority: Bool
    private let points: [Point]
    private let time: Date
    private let limits: EvidenceLimits

    /// A place where the certificate says that it is listed.
    private struct Point {
        /// nil: the names in cRLIssuer stand for it.
        var places: Set<PlaceName>?
        var reasons: RevocationReasons
        /// cRLIssuer; nil: the certificate's own issuer.
        var issuers: Set<NormalisedName>?
    }

    /// Throws when the certificate's distribution points or basic constraints cannot be read.
    init(_ certificate: EvidenceCertificate, at time: Date, limits: EvidenceLimits) throws(DERError) {
        (self.certificate, self.time, self.limits) = (certificate, time, limits)
        isAuthority = try certificate.isAuthority()
        guard let value = certificate.outline.value(of: EvidenceIdentifier.distributionPoints) else {
            // "assume a DP with both the reasons and the cRLIssuer fields omitted and a distribution point name of the certificate issuer"
            points = [Point(places: [.directory(certificate.issuer)], reasons: .all, issuers: nil)]
            return
        }
        var points: [Point] = []
        for point in try DistributionPoint.all(in: value) { points.append(try Self.resolve(point, certificate)) }
        // §6.3.3 goes on with lists that no place names. Only one that names no place of its own is sure to cover the certificate, and only
        // where the issuer has not left its list to others: docs/divergences.md#revocation.
        if points.contains(where: { $0.issuers == nil }) { points.append(Point(places: [], reasons: .all, issuers: nil)) }
        self.points = points
    }

    private static func resolve(_ point: DistributionPoint, _ certificate: EvidenceCertificate) throws(DERError) -> Point {
        let issuers = point.issuers?.directoryNames
        var names: Set<NormalisedName>?
        if let issuers {
            var found: Set<NormalisedName> = []
            for issuer in issuers { found.insert(try NormalisedName(der: issuer)) }
            names = found
        }
        let places = try point.name.map { name throws(DERError) in
            try name.places(relativeTo: issuers?.first ?? certificate.outline.issuer)
        }
        return Point(places: places, reasons: point.reasons ?? .all, issuers: names)
    }

    /// Whether the list, if it counts, says something about the certificate.
    func concerns(_ list: CertificateRevocationList) -> Bool { points.contains { reasons(list, $0) != nil } }

    /// The reasons for which the list speaks for the certificate at this place; nil: it does not (§6.3.3 (b) and (d)).
    private func reasons(_ list: CertificateRevocationList, _ point: Point) -> RevocationReasons? {
        if let issuers = point.issuers {
            guard list.isIndirect, issuers.contains(list.issuerName) else { return nil }
        } else {
            guard list.issuerName == certificate.issuer else { return nil }
        }
        guard let scope = list.distributionPoint else { return point.reasons }
        guard scope.covers(isAuthority: isAuthority, version: certificate.outline.version) else { return nil }
        if let places = scope.places {
            let named = point.places ?? Set((point.issuers ?? []).map { .directory($0) })
            guard !places.isDisjoint(with: named) else { return nil }
        }
        return (scope.reasons ?? .all).intersection(point.reasons)
    }

    /// - Parameters:
    ///   - lists: all that are at hand.
    ///   - signatures: of those that concern the certificate, by their place in `lists`.
    func status(by lists: [SourcedList], signatures: [Int: ListSignature]) -> RevocationOutcome.Status {
        var covered: RevocationReasons = []
        var good: RevocationProof?
        var obstacles: [RevocationObstacle] = []
        var said: [Int: Statement] = [:]
        // Newest first: of two lists about the same, the older adds nothing, as its reasons are covered by then. What the certificate's own
        // key says comes last: it speaks only where nobody else does.
        let complete = lists.indices.filter { !lists[$0].list.isDelta }.sorted { one, other in
            let (own, otherOwn) = (isOwn(signatures[one]), isOwn(signatures[other]))
            return own == otherOwn ? lists[one].list.isNewer(than: lists[other].list) : otherOwn
        }
        for point in points {
            for index in complete {
                guard let reasons = reasons(lists[index].list, point), !covered.isSuperset(of: reasons) else { continue }
                let known = said[index]
                let statement = known ?? self.statement(of: lists[index], signatures[index], among: lists)
                said[index] = statement
                switch statement {
                case .revoked(let proof, let entry): return .revoked(proof, at: entry.revoked, reason: entry.reason)
                case .nothing(let obstacle): if known == nil { obstacles.append(obstacle) }
                case .notListed(let proof):
                    covered.formUnion(reasons)
                    good = good ?? proof
                }
            }
        }
        if covered == .all, let good { return .good(good) }
        if let good { obstacles.append(.reasonsNotCovered(url: good.source, missing: RevocationReasons.all.subtracting(covered).listed)) }
        if obstacles.isEmpty { obstacles = lists.map { .outOfScope(.crl, url: $0.source) } }
        return .unknown(obstacles)
    }

    private func isOwn(_ signature: ListSignature?) -> Bool {
        guard case .by(let signer, _)? = signature else { return false }
        return signer.key == certificate.key
    }

    private enum Statement {
        case notListed(RevocationProof)
        case revoked(RevocationProof, CertificateRevocationList.Entry)
        case nothing(RevocationObstacle)
    }

    private func statement(of item: SourcedList, _ signature: ListSignature?, among lists: [SourcedList]) -> Statement {
        let (list, source) = (item.list, item.source)
        // What a list says is looked at only after its signature.
        guard case .by(let signer, let role) = signature ?? .refused(.issuerMissing) else {
            if case .refused(let obstacle) = signature { return .nothing(obstacle) }
            return .nothing(.issuerMissing)
        }
        if let unprocessed = list.unprocessed { return .nothing(unprocessed.obstacle(.crl, url: source)) }
        if limits.requiresListNumber, list.number == nil { return .nothing(.unsupported(.crl, url: source, "list without cRLNumber")) }
        let delta = newestDelta(to: list, signedBy: signer, among: lists)
        // A list that is past its end counts as long as a delta list brings it up to date (§6.3.3 (a)).
        let objection = limits.objection(.crl, source, from: list.thisUpdate, until: list.nextUpdate, at: time)
        if let objection {
            guard case .stale = objection, delta != nil, limits.greatestAge == nil else { return .nothing(objection) }
        }
        let proof = RevocationProof(
            kind: .crl, source: delta?.source ?? source, thisUpdate: delta?.list.thisUpdate ?? list.thisUpdate,
            nextUpdate: delta.map(\.list.nextUpdate) ?? list.nextUpdate, signer: role)
        do {
            if let delta, let entry = try entry(in: delta.list) {
                return entry.reason == .removeFromCRL ? .notListed(proof) : .revoked(proof, entry)
            }
            guard let entry = try entry(in: list) else { return .notListed(proof) }
            // "The removeFromCRL (8) reasonCode value may only appear in delta CRLs", §5.3.1.
            return entry.reason == .removeFromCRL
                ? .nothing(.unsupported(.crl, url: source, "removeFromCRL in a complete list")) : .revoked(proof, entry)
        } catch {
            // An issuer of an entry cannot be read, or too many entries have the same number.
            return .nothing(.unsupported(.crl, url: source, "entries"))
        }
    }

    private func entry(in list: CertificateRevocationList) throws(DERError) -> CertificateRevocationList.Entry? {
        try list.entries.entry(serial: certificate.serial, issuer: certificate.issuer, listIssuer: list.issuerName)
    }

    /// The newest delta list that may be combined with `list` (§5.2.4, §6.3.3 (c)), signed with the same key and in force.
    private func newestDelta(to list: CertificateRevocationList, signedBy signer: EvidenceCertificate, among lists: [SourcedList])
        -> SourcedList?
    {
        lists.filter { item in
            let delta = item.list
            return delta.isDelta(to: list) && delta.unprocessed == nil
                && limits.objection(.crl, item.source, from: delta.thisUpdate, until: delta.nextUpdate, at: time) == nil
                && SignatureCheck.check(delta.signature, by: signer.outline.publicKeyInfo, limits: limits) == .valid
        }.max { $1.list.isNewer(than: $0.list) }
    }
}

extension CertificateRevocationList {
    fileprivate func isNewer(than other: CertificateRevocationList) -> Bool {
        if thisUpdate != other.thisUpdate { return thisUpdate > other.thisUpdate }
        return Self.isLess(other.number ?? [], number ?? [])
    }

    /// "The complete CRL and delta CRL have the same issuer … the same scope … The CRL number of the complete CRL is equal to or greater than
    /// the BaseCRLNumber … less than the CRL number of the delta CRL", §5.2.4.
    fileprivate func isDelta(to complete: CertificateRevocationList) -> Bool {
        guard let baseNumber, let number, let given = complete.number, issuerName == complete.issuerName,
            distributionPoint?.encoded == complete.distributionPoint?.encoded, authorityKeyIdentifier == complete.authorityKeyIdentifier
        else { return false }
        return !Self.isLess(given, baseNumber) && Self.isLess(given, number)
    }
}
