import Foundation
import HTTPTypes
import InstanceStore
import Logging
import PathValidation
import Synchronization
import TrustedTransport

/// Who logs in with a certificate: its chain is validated against the published authorities and the instance's own, then the certificate
/// is looked up. The handshake proves that the client has the key; everything else is decided here, so that a refusal can name its cause
/// to both sides instead of ending in a TLS alert.
final class ClientCertificates: Sendable {
    enum Refusal: Error, Hashable, Sendable {
        case malformed
        case selfSigned(subject: String)
        case authorityNotPublished(issuer: String)
        case expired(at: String), notYetValid(from: String)
        case notForClients
        case chain(String)
        case revoked(at: String)
        case unmapped(sha256: String)
        case userGone(String)
    }

    private let store: InstanceStore
    private let authority: InstanceAuthority
    private let logger: Logger
    private let now: @Sendable () -> Date
    /// Asked about certificates of published authorities; the instance knows what became of its own.
    private let inquiry: RevocationInquiry
    private let answers = Mutex<[String: Answer]>([:])
    private let told = Mutex<[String: Date]>([:])

    /// Seconds in which the same refusal of the same certificate is told once.
    static let tellAgain: Double = 600
    /// Seconds for which an answer about a certificate stands, since every request comes with one.
    static let askAgain: Double = 300
    static let toldMost = 1_000

    init(
        store: InstanceStore, authority: InstanceAuthority, inquiry: RevocationInquiry, logger: Logger, now: @escaping @Sendable () -> Date
    ) {
        (self.store, self.authority, self.inquiry, self.logger, self.now) = (store, authority, inquiry, logger, now)
    }

    /// Throws a `Refusal`, which is on record then, or what the store throws.
    func user(of der: [UInt8]) async throws -> UserRecord {
        do { return try await judge(der) } catch let refusal as Refusal {
            try await tell(refusal, of: der)
            throw refusal
        }
    }

    private func judge(_ der: [UInt8]) async throws -> UserRecord {
        guard der.count <= AgentCertificate.longest, let leaf = try? ParsedCertificate(der: der) else { throw Refusal.malformed }
        let time = now()
        let published = try await store.clientAuthorities().compactMap { try? ParsedCertificate(der: $0) }
        let own = [authority.root.der, authority.issuing.der].compactMap { try? ParsedCertificate(der: $0) }
        let outcome = await PathBuilder().build(
            presented: [leaf], anchors: TrustAnchors(published + own), at: time, purpose: .clientAuthentication)
        guard outcome.isValid else { throw Self.refusal(leaf, outcome, at: time) }
        let serial = AuthoritySerial.text(bytes: leaf.serialNumber)
        let isOwn = outcome.best.certificates.dropFirst().first?.der == authority.issuing.der
        if isOwn {
            let issued = try await store.issued(issuer: AuthorityIssuer.issuing.rawValue, serial: serial)
            if let revocation = issued?.revocation { throw Refusal.revoked(at: Self.text(revocation.at)) }
        }
        guard let mapping = try await store.clientCertificate(sha256: leaf.sha256) else { throw Refusal.unmapped(sha256: leaf.sha256) }
        // Nobody is asked about a certificate that lets nobody in.
        if !isOwn, let revoked = try await revocation(of: outcome.best, leaf, at: time) { throw Refusal.revoked(at: Self.text(revoked)) }
        guard let user = try await store.user(named: mapping.userName) else { throw Refusal.userGone(mapping.userName) }
        return user
    }

    private struct Answer {
        var asked: Date
        /// When it, or an authority above it, was revoked.
        var revoked: Date?
    }

    /// When the certificate or one above it was revoked; nil when its authority says that it was not, or when nobody says anything: an outage
    /// there locks nobody out here. What was known lasts through it, and that nothing is known goes on record.
    private func revocation(of path: CandidatePath, _ leaf: ParsedCertificate, at time: Date) async throws -> Date? {
        if let known = answers.withLock({ $0[leaf.sha256] }), abs(time.timeIntervalSince(known.asked)) < Self.askAgain {
            return known.revoked
        }
        var answer = Answer(asked: time)
        for outcome in await inquiry.outcomes(of: path, at: time) {
            switch outcome.status {
            case .good: continue
            case .revoked(_, let at, _): answer.revoked = min(at, answer.revoked ?? at)
            case .unknown(let obstacles):
                // Authorities without lists and responders are common in companies: there is nothing to find out.
                if obstacles.allSatisfy({ $0 == .noSource }) { continue }
                try await tellUnchecked(outcome.certificate, obstacles, at: time)
            }
        }
        answers.withLock { answers in
            if answers.count >= Self.toldMost { answers.removeAll() }
            answers[leaf.sha256] = answer
        }
        return answer.revoked
    }

    private func tellUnchecked(_ certificate: ParsedCertificate, _ obstacles: [RevocationObstacle], at time: Date) async throws {
        let (subject, why) = (certificate.subject.description, obstacles.map(\.words).joined(separator: "; "))
        let finding = obstacles.lazy.compactMap(\.silence).first ?? "revocation.status-unknown"
        logger.warning(
            "Nobody says whether a client certificate was revoked",
            metadata: ["finding": "\(finding)", "subject": "\(subject)", "why": "\(why)"])
        try await store.record(
            AuditEntry(
                at: time, who: subject, action: "login-unchecked", subject: finding,
                detail: "Nobody says whether the certificate was revoked: \(why)."))
    }

    private static func refusal(_ leaf: ParsedCertificate, _ outcome: PathOutcome, at time: Date) -> Refusal {
        if leaf.notAfter < time { return .expired(at: text(leaf.notAfter)) }
        if leaf.notBefore > time { return .notYetValid(from: text(leaf.notBefore)) }
        let defects = outcome.best.defects.map(\.failure)
        let isForOthers = defects.contains {
            switch $0 {
            case .extendedKeyUsage, .extendedKeyUsageExcluded: true
            default: false
            }
        }
        if isForOthers { return .notForClients }
        if leaf.issuer == leaf.subject { return .selfSigned(subject: leaf.subject.description) }
        if outcome.best.certificates.count == 1 { return .authorityNotPublished(issuer: leaf.issuer.description) }
        return .chain(defects.first.map { "\($0)" } ?? "no path to a published authority")
    }

    private static func text(_ date: Date) -> String { date.formatted(.iso8601) }

    private func tell(_ refusal: Refusal, of der: [UInt8]) async throws {
        let (time, key) = (now(), "\(refusal)")
        let isNew = told.withLock { told in
            if told.count >= Self.toldMost { told = told.filter { time.timeIntervalSince($0.value) < Self.tellAgain } }
            if let last = told[key], time.timeIntervalSince(last) < Self.tellAgain { return false }
            if told.count >= Self.toldMost { told.removeAll() }
            told[key] = time
            return true
        }
        guard isNew else { return }
        let subject = (try? ParsedCertificate(der: der))?.subject.description ?? "a client"
        logger.warning(
            "A client certificate is refused",
            metadata: ["finding": "\(refusal.finding)", "subject": "\(subject)", "why": "\(refusal.words)"])
        try await store.record(
            AuditEntry(at: time, who: subject, action: "login-refused", subject: refusal.finding, detail: refusal.words))
    }
}

extension RevocationObstacle {
    /// The catalogue's identifier, where nobody answered at all.
    fileprivate var silence: String? {
        guard case .unreachable(let kind, _, _) = self else { return nil }
        return kind == .ocsp ? "revocation.responder-unreachable" : "revocation.list-unreachable"
    }
}

extension ClientCertificates.Refusal {
    /// The catalogue's identifier.
    var finding: String {
        switch self {
        case .malformed: "chain.malformed"
        case .selfSigned: "chain.self-signed"
        case .authorityNotPublished: "auth.authority-not-published"
        case .expired: "chain.expired"
        case .notYetValid: "chain.not-yet-valid"
        case .notForClients: "chain.usage"
        case .chain: "auth.authority-not-published"
        case .revoked: "revocation.revoked"
        case .unmapped, .userGone: "auth.certificate-unmapped"
        }
    }

    var words: String {
        switch self {
        case .malformed: "The client certificate cannot be read."
        case .selfSigned(let subject): "The client certificate of \(subject) is self-signed: one of a published authority is needed."
        case .authorityNotPublished(let issuer): "The authority \(issuer) is not published on this instance."
        case .expired(let at): "The client certificate ended at \(at)."
        case .notYetValid(let from): "The client certificate begins at \(from)."
        case .notForClients: "The certificate is not meant for clients (extended key usage clientAuth)."
        case .chain(let what): "The chain of the client certificate is not valid: \(what)."
        case .revoked(let at): "The client certificate was revoked at \(at)."
        case .unmapped(let sha256): "The client certificate \(sha256) is mapped to no user."
        case .userGone(let name): "The client certificate is mapped to \(name), who does not exist."
        }
    }

    var fault: APIFault {
        var fault = APIFault(status: .unauthorized, message: "User Not Authenticated", detail: words)
        fault.finding = finding
        return fault
    }
}
