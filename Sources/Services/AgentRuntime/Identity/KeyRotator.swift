import AgentConfiguration
import AgentIdentity
import AgentProtocol
import Diagnosis
import JavaKeystore
import LocalFiles
package import PathValidation

import struct Foundation.Date

/// Performs what `KeyRotation` says: makes a new key pair when the old one nears its end or somebody asks, and takes it into use.
struct KeyRotator: Sendable {
    let layout: HomeLayout
    let custody: IdentityCustody
    let midID: String
    let introduction: Introduction
    let agent: SysID
    let identity: IdentityRing
    let log: AgentLog
    let keeper: StatusKeeper
    /// Where the agent logs in by a certificate of the instance's authority.
    var clientCertificate: ClientCertificateRenewal?
    var now: @Sendable () -> Date = { Date() }

    /// Vendor agents say `Updated public key` in this thread.
    static let thread = "StartupSequencer"
    /// For how long the pair before is kept, to open what was sealed to it.
    static let keepsPrevious: Double = 7 * 86_400
    /// Days before a certificate's end at which it is told (again).
    static let warnings = [30, 14, 7, 1]

    /// Until cancelled. An unfinished rotation of an earlier process is taken up first.
    func run(every interval: Duration, wanted: RekeyWish) async {
        var state = KeyRotation(hasCandidate: identity.pairs.candidate != nil)
        var warnedAt: Int?
        while !Task.isCancelled {
            if state != .steady || isDue(wanted) {
                state = await rotate(from: state)
                if state == .steady { wanted.fulfil() }
            }
            if state == .steady { await renewClientCertificate() }
            retirePrevious()
            await warn(&warnedAt)
            try? await Task.sleep(for: interval)
        }
    }

    /// As far as it goes now.
    func rotate(from state: KeyRotation) async -> KeyRotation {
        var (state, action) = state.after(.due)
        while !Task.isCancelled {
            let event: KeyRotation.Event
            switch action {
            case .makeCandidate: event = makeCandidate()
            case .announceCandidate: event = await announceCandidate()
            case .replacePair: event = await replacePair()
            case .confirm: event = await confirm()
            case .dropCandidate:
                await dropCandidate()
                return state
            case .tellUpdated:
                await tellUpdated()
                return state
            case .tryLater, .nothing: return state
            }
            (state, action) = state.after(event)
        }
        return state
    }

    private func isDue(_ wanted: RekeyWish) -> Bool {
        if wanted.strength == .ofAny { return true }
        guard let certificate = try? ParsedCertificate(der: identity.pairs.current.certificateDER), certificate.isGenerated else {
            // A custom certificate is its owner's to replace.
            return false
        }
        let renewal = KeyRotation.renewal(
            notBefore: certificate.notBefore, notAfter: certificate.notAfter, thumbprint: identity.pairs.current.thumbprint)
        return wanted.strength != .none || now() >= renewal || Files.exists(RekeyRequest.path(layout))
    }

    private func makeCandidate() -> KeyRotation.Event {
        let (time, password) = (now(), KeystorePassword(midID))
        let bits = identity.pairs.current.keyBits
        return attempt("A new key pair could not be stored") { () throws(IdentityCustody.Failure) in
            identity.pairs = try custody.change(midID: midID) { keystore, settings throws(IdentityError) in
                let pair = try IdentityKeyPair.generate(
                    agentName: custody.agentName, tail: MidID.random(), notBefore: time,
                    keyBits: [2048, 3072, 4096].contains(bits) ? bits : 2048)
                Interruption.point("rotation.candidate-made")
                return try IdentityKeystore.storing(
                    pair, in: keystore, password: password, created: time, settings: settings, alias: IdentityKeystore.candidateAlias)
            }
            RekeyRequest.withdraw(layout)
            Interruption.point("rotation.candidate-stored")
            log.write(thread: Self.thread, "New key pair made; the instance is asked to take it")
            return .candidateStored
        }
    }

    private func announceCandidate() async -> KeyRotation.Event {
        guard let candidate = identity.pairs.candidate else { return .failed }
        let current = identity.pairs.current
        do throws(InstanceFailure) {
            // Brings the nonce, too.
            let standing = try await introduction.announce(current, as: agent)
            guard standing.key == .unchanged || standing.key == .recorded,
                let proof = try? ContinuityProof.sign(by: current, newThumbprint: candidate.thumbprint, agent: agent, nonce: standing.nonce)
            else {
                // The record changed behind our back: the next start explains it, and no key is given up meanwhile.
                return .failed
            }
            let answer = try await introduction.announce(candidate, as: agent, proof: proof)
            Interruption.point("rotation.candidate-announced")
            return .answered(answer.key)
        } catch {
            log.write(.warning, thread: Self.thread, "The new key could not be announced: \(error.summary)")
            return .failed
        }
    }

    private func replacePair() async -> KeyRotation.Event {
        let (time, password) = (now(), KeystorePassword(midID))
        let event = attempt("The new key pair could not be taken into use") { () throws(IdentityCustody.Failure) in
            identity.pairs = try custody.change(midID: midID) { keystore, settings throws(IdentityError) in
                try IdentityKeystore.promoting(in: keystore, password: password, at: time, settings: settings)
            }
            RekeyRequest.withdraw(layout)
            Interruption.point("rotation.pair-replaced")
            return .pairReplaced
        }
        if event == .pairReplaced, let certificate = try? ParsedCertificate(der: identity.pairs.current.certificateDER) {
            await keeper.update {
                ($0.certificateSHA256, $0.certificateExpires) = (certificate.sha256, StatusKeeper.time(certificate.notAfter))
            }
        }
        return event
    }

    private func confirm() async -> KeyRotation.Event {
        do throws(InstanceFailure) {
            let answer = try await introduction.announce(identity.pairs.current, as: agent)
            Interruption.point("rotation.confirmed")
            return .answered(answer.key)
        } catch {
            log.write(.warning, thread: Self.thread, "The new key could not be confirmed: \(error.summary)")
            return .failed
        }
    }

    private func tellUpdated() async {
        let pair = identity.pairs.current
        log.write(thread: Self.thread, "Updated public key, new certificate:")
        for line in CertificateDump.lines(of: pair.certificateDER) ?? [] { log.write(thread: Self.thread, line) }
        await keeper.settle { ["identity.key-not-signed", "identity.key-signature-bad", "identity.expiring"].contains($0.id) }
    }

    private func dropCandidate() async {
        _ = attempt("The refused key pair could not be removed") { () throws(IdentityCustody.Failure) in
            identity.pairs = try custody.change(midID: midID) { keystore, _ throws(IdentityError) in
                IdentityKeystore.removing(IdentityKeystore.candidateAlias, from: keystore)
            }
            return .candidateStored
        }
        await keeper.raise(
            [AgentFindings.newKeyRefused(agent: custody.agentName, fingerprint: identity.pairs.current.thumbprint)], thread: Self.thread)
    }

    private func renewClientCertificate() async {
        guard let clientCertificate, ClientCertificateRenewal.isDue(identity.pairs, now: now()) else { return }
        do throws(ClientCertificateRenewal.Failure) {
            try await clientCertificate.perform(now: now())
            log.write(thread: Self.thread, "The client certificate was renewed")
        } catch {
            log.write(.warning, thread: Self.thread, "The client certificate could not be renewed: \(error)")
        }
    }

    private func retirePrevious() {
        let pairs = identity.pairs
        // Not every format keeps the time of an entry.
        guard pairs.previous != nil,
            let since = pairs.previousSince ?? (try? ParsedCertificate(der: pairs.current.certificateDER))?.notBefore,
            now().timeIntervalSince(since) > Self.keepsPrevious
        else { return }
        _ = attempt("The key pair before could not be removed") { () throws(IdentityCustody.Failure) in
            identity.pairs = try custody.change(midID: midID) { keystore, _ throws(IdentityError) in
                IdentityKeystore.removing(IdentityKeystore.previousAlias, from: keystore)
            }
            log.write(thread: Self.thread, "The key pair before was removed; nothing is sealed to it any more")
            return .pairReplaced
        }
    }

    /// At 30, 14, 7 and 1 days before the end, once each.
    private func warn(_ warnedAt: inout Int?) async {
        guard let certificate = try? ParsedCertificate(der: identity.pairs.current.certificateDER) else { return }
        let days = Int((certificate.notAfter.timeIntervalSince(now()) / 86_400).rounded(.down))
        guard let threshold = Self.warnings.last(where: { days < $0 }), threshold != warnedAt else { return }
        warnedAt = threshold
        let finding = AgentFindings.expiring(
            agent: custody.agentName, days: days, until: StatusKeeper.time(certificate.notAfter), isCustom: !certificate.isGenerated,
            home: layout.home)
        await keeper.settle { $0.id == finding.id }
        await keeper.raise([finding], thread: Self.thread)
    }

    private func attempt(
        _ trouble: String, _ work: () throws(IdentityCustody.Failure) -> KeyRotation.Event
    ) -> KeyRotation.Event {
        do throws(IdentityCustody.Failure) { return try work() } catch {
            log.write(.warning, thread: Self.thread, "\(trouble): \(AgentFindings.explaining(error, home: layout.home).summary)")
            return .failed
        }
    }
}

extension ParsedCertificate {
    /// Of the form that agents make for themselves; any other is somebody's own.
    package var isGenerated: Bool { subject.commonName.map(IdentitySubject.isGenerated) ?? false }
}
