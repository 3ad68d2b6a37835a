import Foundation
import PathValidation
import Testing
import TrustPolicy

@Suite("The same evidence gives the same verdict, and not knowing is neither yes nor no")
struct JudgementTests {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)

    static func evidence(checks: Checks, reportOnly: Bool = false, path valid: Bool, name: NameOutcome) -> ConnectionEvidence {
        let policy = EndpointPolicy(name: "row", category: .internet, checks: checks, reportOnly: reportOnly)
        var evidence = ConnectionEvidence(
            endpoint: Endpoint(scheme: .https, host: "a.example", port: 443), decision: PolicyDecision(policy: policy, because: "test"),
            at: now,
            trustStore: TrustStoreFacts(path: "none", entries: 0))
        let defects = valid ? [] : [PathDefect(.badSignature, at: 0)]
        evidence.path = PathOutcome(candidates: [CandidatePath(certificates: [], isAnchored: valid, defects: defects)])
        evidence.hostname = name
        return evidence
    }

    @Test func allGood() {
        let evidence = Self.evidence(checks: .all, path: true, name: .matched(by: "a.example"))
        #expect(evidence.decision.policy.verdict(on: evidence) == .trusted(notes: []))
    }

    @Test func aMismatchRefuses() {
        let evidence = Self.evidence(checks: .all, path: true, name: .mismatch(names: ["b.example"], nearest: nil))
        #expect(evidence.decision.policy.verdict(on: evidence) == .refused([.hostname]))
    }

    @Test func theCommonNameCountsOnlyOnRequest() {
        var checks = Checks.all
        #expect(Self.verdict(checks, .commonNameOnly("a.example")) == .refused([.hostname]))
        checks.commonNameFallback = true
        #expect(Self.verdict(checks, .commonNameOnly("a.example")) == .trusted(notes: []))
    }

    private static func verdict(_ checks: Checks, _ name: NameOutcome) -> Verdict {
        let evidence = evidence(checks: checks, path: true, name: name)
        return evidence.decision.policy.verdict(on: evidence)
    }

    @Test func aBadPathRefusesAndLeavesRevocationUnknown() {
        let evidence = Self.evidence(checks: .all, path: false, name: .matched(by: "a.example"))
        #expect(evidence.decision.policy.verdict(on: evidence) == .refused([.chain]))
        let strict = Self.evidence(
            checks: Checks(chain: true, hostname: true, revocation: .denyUnknown), path: false, name: .matched(by: "a.example"))
        #expect(strict.decision.policy.verdict(on: strict) == .refused([.chain, .revocationUnknown]))
    }

    @Test func reportOnlyNotesWhatItWouldRefuse() {
        let evidence = Self.evidence(checks: .all, reportOnly: true, path: false, name: .noNames(commonName: nil))
        guard case .trusted(let notes) = evidence.decision.policy.verdict(on: evidence) else { return #expect(Bool(false), "refused") }
        #expect(notes.contains(.chain) && notes.contains(.hostname))
    }

    @Test func withoutASessionThereIsNothingToJudge() {
        var evidence = Self.evidence(checks: .all, path: true, name: .matched(by: "a.example"))
        evidence.obstacle = .refused(address: "127.0.0.1:1")
        #expect(evidence.decision.policy.verdict(on: evidence) == .unreachable)
    }
}
