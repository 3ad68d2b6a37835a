import NIOCore
import NIOSSL
import Synchronization
import TrustPolicy

/// What one attempt learns, shared between the handshake's event loop and the task that waits for it.
final class Session: Sendable {
    let endpoint: Endpoint
    let clock: HandshakeClock
    private let certificateJudge: CertificateJudge
    private let state: Mutex<State>

    struct State {
        var evidence: ConnectionEvidence
        var verdict: Verdict?
        var first: [UInt8] = []
    }

    init(endpoint: Endpoint, evidence: ConnectionEvidence, judge: CertificateJudge, patience: Duration) {
        self.endpoint = endpoint
        certificateJudge = judge
        clock = HandshakeClock(limit: patience)
        state = Mutex(State(evidence: evidence))
    }

    var result: State { state.withLock { $0 } }

    func began(with bytes: [UInt8]) { state.withLock { $0.first = bytes } }

    func update(_ change: (inout ConnectionEvidence) -> Void) { state.withLock { change(&$0.evidence) } }

    /// The choke point: the handshake goes on only when the policy trusts what was presented.
    ///
    /// The peer is not on the clock meanwhile, and has its time again afterwards.
    func judge(_ certificates: [NIOSSLCertificate], on channel: any Channel, then verified: EventLoopPromise<NIOSSLVerificationResult>) {
        clock.pause()
        let presented = certificates.map { (try? $0.toDERBytes()) ?? [] }
        Task {
            var mine = ConnectionEvidence(basedOn: result.evidence)
            let verdict = await certificateJudge.judge(presented, host: endpoint.host, into: &mine)
            state.withLock { state in
                mine.stages = state.evidence.stages + mine.stages
                mine.clientCertificate = state.evidence.clientCertificate
                state.evidence = mine
                state.verdict = verdict
            }
            channel.eventLoop.execute {
                self.clock.start(channel)
                if case .trusted = verdict { verified.succeed(.certificateVerified) } else { verified.succeed(.failed) }
            }
        }
    }
}

extension ConnectionEvidence {
    /// The same attempt, with no stages of its own yet.
    fileprivate init(basedOn other: ConnectionEvidence) {
        self = other
        stages = []
    }
}
