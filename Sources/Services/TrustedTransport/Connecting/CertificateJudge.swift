import PathValidation
import TrustPolicy

/// Gathers evidence on what a peer presented: chain, host name, revocation. The policy in `evidence.decision` judges it.
struct CertificateJudge: Sendable {
    var anchors: TrustAnchors
    var source: any EvidenceSource
    var kept: KeptEvidence?
    var grace = 0.0
    /// For all look-ups of one connection together.
    var budget: Duration
    /// For each of those that are asked for the time where certificates are out of theirs; nil asks none.
    var clockPatience: Duration?
    var prefetch: EvidencePrefetch?

    /// Certificates in one Certificate message that we look at; the rest is ignored by no path builder in use either.
    static let presentedLimit = 32

    /// Fills the chain, host-name and revocation parts of `evidence`; returns the verdict.
    func judge(_ presented: [[UInt8]], host: String, into evidence: inout ConnectionEvidence) async -> Verdict {
        let policy = evidence.decision.policy
        for der in presented.prefix(Self.presentedLimit) {
            do {
                evidence.presented.append(try ParsedCertificate(der: der))
            } catch {
                if case .malformed(let reason) = error { evidence.malformed.append(reason) }
                // Without a readable end entity nothing that follows can be matched to it.
                if evidence.presented.isEmpty { break }
            }
        }
        guard let leaf = evidence.presented.first else {
            evidence.stages.append(Stage(.chain, .failed, milliseconds: 0))
            return policy.verdict(on: evidence)
        }
        let source = PatientSource(source, budget: budget, kept: kept)
        await checkChain(&evidence, source)
        let watch = Stopwatch()
        let name = matchName(host, against: leaf, commonNameFallback: policy.checks.commonNameFallback)
        evidence.hostname = name
        let nameCounts = policy.checks.hostname && policy.checks.chain
        evidence.stages.append(
            Stage(.hostname, nameCounts ? (policy.accepts(name) ? .passed : .failed) : .skipped, milliseconds: watch.milliseconds))
        await checkRevocation(&evidence, source)
        return policy.verdict(on: evidence)
    }

    private func checkChain(_ evidence: inout ConnectionEvidence, _ source: PatientSource) async {
        let watch = Stopwatch()
        let builder = PathBuilder()
        let outcome = await builder.build(presented: evidence.presented, anchors: anchors, at: evidence.at)
        evidence.path = outcome
        let checked = evidence.decision.policy.checks.chain
        evidence.stages.append(Stage(.chain, outcome.isValid ? .passed : checked ? .failed : .skipped, milliseconds: watch.milliseconds))
        if outcome.isValid { evidence.endedAnchors = anchors.endedNamesakes(of: outcome.best, at: evidence.at) }
        if let clockPatience, outcome.failsForTheTimeAlone {
            let witnesses = ClockWitnesses(
                teller: self.source as? any TimeTeller, patience: clockPatience, file: evidence.trustStore.path)
            evidence.clockReadings = await witnesses.readings(about: outcome.best, at: evidence.at)
        }
        guard !outcome.isValid, outcome.best.lacksIssuer else { return }
        evidence.pathWithFetchedIssuers = await builder.build(
            presented: evidence.presented, anchors: anchors, at: evidence.at, source: source)
    }

    private func checkRevocation(_ evidence: inout ConnectionEvidence, _ source: PatientSource) async {
        // Without a chain check the certificates as they were sent are what can be asked about.
        let checks = evidence.decision.policy.checks
        guard checks.revocation != .notChecked, let path = evidence.path, path.isValid || !checks.chain else {
            evidence.stages.append(Stage(.revocation, .skipped, milliseconds: 0))
            return
        }
        let watch = Stopwatch()
        let service = RevocationService(source: source, kept: kept, grace: grace)
        (evidence.revocation, evidence.revocationFromKept) = await service.check(path.best, order: checks.sources, at: evidence.at)
        if path.isValid, evidence.revocationFromKept.isEmpty {
            prefetch?.note(path.best, order: checks.sources, outcomes: evidence.revocation, at: evidence.at, isUse: true)
        }
        let statuses = evidence.revocation.map(\.status)
        let outcome: Stage.Outcome =
            statuses.contains(where: \.isRevoked) ? .failed : statuses.contains(where: \.isUnknown) ? .unknown : .passed
        evidence.stages.append(Stage(.revocation, outcome, milliseconds: watch.milliseconds))
    }
}

extension CandidatePath {
    fileprivate var lacksIssuer: Bool {
        defects.contains { if case .issuerNotFound = $0.failure { true } else { false } }
    }
}

/// Measures from its creation.
struct Stopwatch {
    private let start = ContinuousClock.now
    var milliseconds: Double {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Double(seconds) * 1_000 + Double(attoseconds) / 1e15
    }
}
