public import FoundationEssentials
public import PathValidation
import Synchronization

/// What asking again about a path that connections rest on came to; `subject` is its end entity's.
public enum EvidenceNews: Hashable, Sendable {
    /// Nobody says anything new, and what is known goes on to count until then.
    case silent(subject: String, [RevocationObstacle], until: Date)
    /// After a silence there is an answer again, or no connection rests on it any more.
    case answered(subject: String)
}

/// The paths that connections rest on, and when others are asked about them again: well before what is known ends, so that a source may be silent just
/// then, and no connection waits for it.
final class EvidencePrefetch: Sendable {
    struct Due: Sendable {
        var path: CandidatePath
        var order: [RevocationProof.Kind]
        var ends: Date
        var known: Set<Int>
    }

    private struct Entry {
        var order: [RevocationProof.Kind]
        var due: Date
        var ends: Date
        var used: Date
        /// The certificates (by position) about which somebody said something. Of the others nothing can end.
        var known: Set<Int>
        var isSilent = false
    }

    private let entries = Mutex<[[ParsedCertificate]: Entry]>([:])

    /// Paths; beyond these the ones that were used longest ago go.
    static let limit = 256
    /// Of an answer's life, after which another one is asked for. A responder has a new answer ready long before (RFC 6960 §2.4).
    static let share = 0.75
    /// Seconds until it is asked again where that brought nothing newer.
    static let pause = 300.0
    /// Seconds after which a path that no connection used is let go.
    static let memory = 30 * 86_400.0

    /// Returns whether that ends a silence.
    ///
    /// - Parameter isUse: by a connection, and not by ourselves.
    @discardableResult
    func note(
        _ path: CandidatePath, order: [RevocationProof.Kind], outcomes: [RevocationOutcome], at now: Date, isUse: Bool
    ) -> Bool {
        let known = outcomes.indices.filter { outcomes[$0].status.proof != nil }
        let lives = outcomes.compactMap(\.status.proof).compactMap { proof in proof.nextUpdate.map { (begin: proof.thisUpdate, end: $0) } }
        guard !path.certificates.isEmpty, let ends = lives.map(\.end).min() else { return false }
        let due = lives.map { $0.begin + $0.end.timeIntervalSince($0.begin) * Self.share }.min() ?? ends
        return entries.withLock { entries in
            let earlier = entries[path.certificates]
            var entry = Entry(
                order: order, due: max(due, now + Self.pause), ends: ends, used: isUse ? now : earlier?.used ?? now, known: Set(known))
            // A connection heard what we shall hear, too: then it is told.
            if isUse, earlier?.isSilent == true { (entry.due, entry.isSilent) = (now, true) }
            entries[path.certificates] = entry
            if entries.count > Self.limit, let oldest = entries.min(by: { $0.value.used < $1.value.used }) { entries[oldest.key] = nil }
            return earlier?.isSilent == true
        }
    }

    /// Nobody said anything new: it is asked again after a pause. Returns whether that is news.
    func postpone(_ path: CandidatePath, at now: Date) -> Bool {
        entries.withLock { entries in
            guard var entry = entries[path.certificates] else { return false }
            let isNews = !entry.isSilent
            (entry.due, entry.isSilent) = (now + Self.pause, true)
            entries[path.certificates] = entry
            return isNews
        }
    }

    /// Lets paths go that nobody uses or that have ended themselves; returns those of them about which nobody said anything new.
    func letGo(at now: Date) -> [[ParsedCertificate]] {
        entries.withLock { entries in
            let old = entries.filter { certificates, entry in
                now.timeIntervalSince(entry.used) >= Self.memory || certificates.contains { $0.notAfter < now }
            }
            for certificates in old.keys { entries[certificates] = nil }
            return old.filter(\.value.isSilent).map(\.key)
        }
    }

    func due(at now: Date) -> [Due] {
        entries.withLock { entries in
            entries.filter { $0.value.due <= now }.map { certificates, entry in
                Due(
                    path: CandidatePath(certificates: certificates, isAnchored: true, defects: []), order: entry.order,
                    ends: entry.ends, known: entry.known)
            }
        }
    }
}

extension Dialer {
    /// Asks again about what is due.
    func prefetchEvidence(_ tell: (EvidenceNews) async -> Void) async {
        let now = configuration.clock()
        for certificates in prefetch.letGo(at: now) { await tell(.answered(subject: certificates[0].subject.description)) }
        for item in prefetch.due(at: now) {
            if Task.isCancelled { return }
            let source = PatientSource(source, budget: configuration.evidenceBudget, kept: configuration.keptEvidence)
            let grace = configuration.revocationGrace.seconds
            let (outcomes, fromKept) = await RevocationService(source: source, kept: configuration.keptEvidence, grace: grace)
                .check(item.path, order: item.order, at: now)
            let obstacles = item.known.sorted().flatMap { index -> [RevocationObstacle] in
                if let obstacles = fromKept[index] { return obstacles }
                guard outcomes.indices.contains(index), case .unknown(let obstacles) = outcomes[index].status else { return [] }
                return obstacles
            }
            let subject = item.path.certificates[0].subject.description
            if obstacles.isEmpty {
                let isNews = prefetch.note(item.path, order: item.order, outcomes: outcomes, at: now, isUse: false)
                if isNews { await tell(.answered(subject: subject)) }
            } else if prefetch.postpone(item.path, at: now) {
                let until = configuration.keptEvidence == nil ? item.ends : item.ends + grace
                await tell(.silent(subject: subject, obstacles, until: until))
            }
        }
    }
}
