import AgentConfiguration
import AgentIdentity
import AgentProtocol
import Diagnosis
import FoundationEssentials
import PathValidation
import TrustPolicy
import X509

/// Performs what `StartupSequence` says, and gathers what the services need.
struct Startup: Sendable {
    let layout: HomeLayout
    let persistence: Persistence
    let account: AgentAccount
    let log: AgentLog
    let keeper: StatusKeeper
    /// Builds the transport: in life from the home's trust store.
    let connect: @Sendable (AgentHome, IdentityRing?, AgentLog) throws(TrustUnavailable) -> Connecting
    let version: String
    var growing = Backoff()
    var steady = Duration.seconds(5)
    var validating = Duration.seconds(600)

    static let thread = "StartupSequencer"

    /// All that the services need to begin.
    struct Ready: Sendable {
        var home: AgentHome
        var settings: RuntimeSettings
        var identity: IdentityRing
        var transport: any InstanceTransport
        var client: InstanceClient
        var agent: SysID
    }

    enum Outcome: Sendable {
        case ready(Ready)
        case ended([Finding])
        case cancelled
    }

    func run() async -> Outcome {
        var gathered = Gathered()
        var state = StartupSequence.initial
        var action = StartupSequence.Action.perform(.configuration)
        while true {
            switch action {
            case .perform(let step):
                if Task.isCancelled { return .cancelled }
                account.tell(.stepStarted(step))
                await keeper.update { $0.step = step.rawValue }
                let (event, details) = await perform(step, &gathered)
                if Task.isCancelled { return .cancelled }
                (state, action) = state.after(event, persistence: persistence)
                await tell(step, event, details, action)
            case .wait(let kind, let failures, let step):
                await rest(delay(kind, failures), gathered)
                if gathered.trustWasChanged { await openTrustAgain(&gathered) }
                action = .perform(step)
            case .serve:
                guard let ready = gathered.ready else { return .ended([]) }
                return .ready(ready)
            case .end(let findings): return .ended(findings)
            case .nothing: return .cancelled
            }
        }
    }

    /// Until the time is over, or somebody changes whom the agent trusts: that may be what is waited for.
    private func rest(_ delay: Duration, _ gathered: Gathered) async {
        let end = ContinuousClock.now + delay
        while ContinuousClock.now < end, !Task.isCancelled, !gathered.trustWasChanged {
            try? await Task.sleep(for: min(.seconds(1), ContinuousClock.now.duration(to: end)))
        }
    }

    private func delay(_ kind: StartupSequence.BackoffKind, _ failures: Int) -> Duration {
        switch kind {
        case .growing: growing.delay(afterFailures: failures)
        case .steady: steady
        }
    }

    private func tell(_ step: StartupStep, _ event: StartupSequence.Event, _ details: [String], _ action: StartupSequence.Action) async {
        for detail in details { log.write(thread: Self.thread, detail) }
        switch event {
        case .passed:
            await keeper.settle { StartupStep.settles(step, $0) }
            account.tell(.stepPassed(step, details: details))
        case .unreachable(let findings), .refused(let findings), .notValidated(let findings):
            await keeper.raise(findings, thread: Self.thread)
            var retry: Duration?
            if case .wait(let kind, let failures, _) = action { retry = delay(kind, failures) }
            if case .notValidated = event { await keeper.update { $0.state = .waitingForValidation } }
            account.tell(.stepFailed(step, findings: findings, retryIn: retry))
            if retry != nil, step != .validation {
                log.write(
                    .warning, thread: Self.thread,
                    "Encountered error: [\(findings.first?.summary ?? step.rawValue)] while starting up the service. Retry...")
            }
        }
    }

    private func perform(_ step: StartupStep, _ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
        switch step {
        case .configuration: await readConfiguration(&gathered)
        case .keystore: await openKeystore(&gathered)
        case .trust: await reviewAnchors(await openTrust(&gathered), gathered)
        case .instanceInfo: await askInstance(gathered) { client throws(InstanceFailure) in (.passed, try await client.instanceInfo()) }
        case .login: await logIn(&gathered)
        case .announcement: await announce(&gathered)
        case .validation: await awaitValidation(&gathered)
        }
    }
}

extension Startup {
    struct Gathered {
        var home: AgentHome?
        var settings: RuntimeSettings?
        var identity: IdentityRing?
        var transport: (any InstanceTransport)?
        var client: InstanceClient?
        var store: (path: String, certificates: [ParsedCertificate])?
        /// Of what the transport was made from.
        var trustStamps: [String?]?
        var agent: SysID?
        var validation = AgentMessages.Validation.no
        var askedForValidation = false
        var validatingSince: ContinuousClock.Instant?
        /// Since when the instance does not trust the agent any more because it was silent.
        var autoInvalidated: Date?

        var trustWasChanged: Bool {
            guard let home, let trustStamps else { return false }
            return home.trustStamps != trustStamps
        }

        /// Whether the instance has said "Validating" for so long.
        mutating func validating(for limit: Duration) -> Bool {
            guard validation == .validating else {
                validatingSince = nil
                return false
            }
            let since = validatingSince ?? .now
            validatingSince = since
            return ContinuousClock.now - since >= limit
        }

        var ready: Ready? {
            guard let home, let settings, let identity, let transport, let client, let agent else { return nil }
            return Ready(home: home, settings: settings, identity: identity, transport: transport, client: client, agent: agent)
        }
    }
}

extension StartupStep {
    /// Whether a finding of an earlier attempt is answered by this step's success.
    static func settles(_ step: StartupStep, _ finding: Finding) -> Bool {
        switch step {
        case .configuration: finding.id.hasPrefix("config.") || finding.id == "auth.password-undecryptable"
        case .keystore, .trust: finding.id.hasPrefix("store.") && finding.id != "store.customer-certificates-lost"
        case .instanceInfo:
            ["network.", "proxy.", "tls.", "chain.", "hostname.", "revocation.", "policy.plain", "policy.endpoint", "log."].contains {
                finding.id.hasPrefix($0)
            }
        case .login: finding.id.hasPrefix("auth.") || finding.id == "identity.key-mismatch"
        case .announcement: finding.id == "identity.key-not-signed" || finding.id == "identity.key-signature-bad"
        case .validation: ["identity.not-validated", "identity.validating-stuck", "identity.auto-invalidated"].contains(finding.id)
        }
    }
}
