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
                try? await Task.sleep(for: delay(kind, failures))
                action = .perform(step)
            case .serve:
                guard let ready = gathered.ready else { return .ended([]) }
                return .ready(ready)
            case .end(let findings): return .ended(findings)
            case .nothing: return .cancelled
            }
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
        var agent: SysID?
        var validation = AgentMessages.Validation.no
        var askedForValidation = false
        var validatingSince: ContinuousClock.Instant?
        /// Since when the instance does not trust the agent any more because it was silent.
        var autoInvalidated: Date?

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

    private func readConfiguration(_ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
        do throws(HomeFailure) {
            let home = try AgentHome(path: layout.home)
            let settings = RuntimeSettings(home)
            let closed = home.closedSecrets.filter { settings.needs($0) }
            if !closed.isEmpty { return (.refused([HomeFindings.secretsClosed(layout.configFile, closed, home: layout.home)]), []) }
            log.threshold = settings.isDebug ? .debug : .info
            (gathered.home, gathered.settings) = (home, settings)
            remark(on: home)
            await keeper.update { ($0.name, $0.instance) = (settings.name, settings.instanceURL) }
            return (.passed, ["config.xml read: agent \(settings.name), instance \(settings.instanceURL)"])
        } catch {
            return (.refused([error.finding]), [])
        }
    }

    /// What is odd in config.xml goes to the log: it keeps nobody from working.
    private func remark(on home: AgentHome) {
        for remark in home.configuration.remarks() {
            // Java-based agents have many that mean nothing here.
            if case .unknownParameter(_, nearest: nil, _) = remark { continue }
            log.write(ConfigurationFindings.explaining(remark, path: layout.configFile), thread: Self.thread)
        }
    }

    private func openKeystore(_ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
        guard let settings = gathered.settings else { return (.refused([]), []) }
        let custody = IdentityCustody(layout: layout, agentName: settings.name)
        if RandomSource.isReady {
            await keeper.settle { $0.id == "runtime.low-entropy" }
        } else {
            await keeper.raise([AgentFindings.lowEntropy(agent: settings.name)], thread: Self.thread)
        }
        do throws(IdentityCustody.Failure) {
            let opened = try open(custody, settings)
            gathered.settings?.midID = opened.midID
            gathered.identity = IdentityRing(opened.pairs)
            var details = opened.details
            if let certificate = try? ParsedCertificate(der: opened.pair.certificateDER) {
                let expires = StatusKeeper.time(certificate.notAfter)
                await keeper.update { ($0.certificateSHA256, $0.certificateExpires) = (certificate.sha256, expires) }
                details.append("certificate \(certificate.subject), valid until \(expires), SHA-256 \(certificate.sha256)")
            }
            return (.passed, details)
        } catch {
            return (.refused([AgentFindings.explaining(error, home: layout.home)]), [])
        }
    }

    /// A keystore that opens with an identifier of the backup trail is in order: the row of config.xml is mended, and told of.
    private func open(
        _ custody: IdentityCustody, _ settings: RuntimeSettings
    ) throws(IdentityCustody.Failure) -> IdentityCustody.Opened {
        func record(_ midID: String) throws(HomeFailure) {
            try ConfigurationEditing(layout: layout).set([("keypairs.mid_id", midID)])
        }
        do throws(IdentityCustody.Failure) {
            return try custody.open(midID: settings.midID, now: Date(), record: record)
        } catch {
            guard case .outOfSync = error, let midID = custody.recordedIdentifier(besides: settings.midID) else { throw error }
            var opened = try custody.open(midID: midID, now: Date(), record: record)
            do throws(HomeFailure) { try record(midID) } catch { throw .home(error) }
            opened.details.append("keypairs.mid_id in config.xml did not open it; mended from \(custody.backupFolder)")
            return opened
        }
    }

    private func openTrust(_ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
        guard let home = gathered.home, let settings = gathered.settings, let identity = gathered.identity else {
            return (.refused([]), [])
        }
        let address = InstanceAddress(home.settings.url)
        do throws(TrustUnavailable) {
            var details: [String] = []
            if settings.login == .certificate, identity.pairs.clientIdentity == nil {
                let (event, told) = try await replaceClientPair(home, settings, identity)
                if event != .passed { return (event, []) }
                details = told
            }
            let connecting = try connect(home, identity, log)
            gathered.transport = connecting.transport
            gathered.store = connecting.store
            gathered.client = InstanceClient(
                transport: connecting.transport, address: address, login: settings.instanceLogin(identity))
            return (.passed, details + connecting.details)
        } catch {
            return (.refused(error.findings), [])
        }
    }

    /// The pair that the agent logs in with is gone from the keystore, and its own is there: the instance knows that one, so it lets the agent
    /// in by a token of it, and its authority issues another certificate.
    private func replaceClientPair(
        _ home: AgentHome, _ settings: RuntimeSettings, _ identity: IdentityRing
    ) async throws(TrustUnavailable) -> (StartupSequence.Event, [String]) {
        let lost = AgentFindings.clientPairLost(home: layout.home, keystore: home.keystore)
        guard let agent = settings.sysID else { return (.refused([lost]), []) }
        var byToken = settings
        byToken.login = .token
        let client = InstanceClient(
            transport: try connect(home, identity, log).transport, address: InstanceAddress(home.settings.url),
            login: byToken.instanceLogin(identity))
        let renewal = ClientCertificateRenewal(
            custody: IdentityCustody(layout: layout, agentName: settings.name), midID: settings.midID, client: client, agent: agent,
            identity: identity)
        do throws(ClientCertificateRenewal.Failure) {
            try await renewal.perform(now: Date())
            return (.passed, ["the pair for mutual TLS was gone: the instance's authority issued another one"])
        } catch {
            switch error {
            case .instance(let failure) where failure.kind == .unreachable: return (.unreachable(findings(failure, settings)), [])
            case .instance(let failure): return (.refused([lost] + findings(failure, settings)), [])
            // The certificate was issued, and our own disk is what stands in the way.
            case .custody(let failure): return (.refused([AgentFindings.explaining(failure, home: layout.home)]), [])
            case .answerUnusable: return (.refused([lost]), [])
            }
        }
    }

    /// Whether the store lost what it had before is said, and keeps nobody from working.
    private func reviewAnchors(
        _ outcome: (StartupSequence.Event, [String]), _ gathered: Gathered
    ) async -> (StartupSequence.Event, [String]) {
        guard outcome.0 == .passed, let store = gathered.store else { return outcome }
        if let finding = AnchorMemory(home: layout.home).review(store.certificates, storePath: store.path, at: Date()) {
            await keeper.raise([finding], thread: Self.thread)
        } else {
            await keeper.settle { $0.id == "store.customer-certificates-lost" }
        }
        return outcome
    }

    private func logIn(_ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
        if let settings = gathered.settings, settings.login == .token, settings.registrationKey != nil {
            // The instance does not know the key yet: the announcement, with the registration key, is the login.
            return (.passed, ["login by token, with the announcement"])
        }
        let (event, details) = await askInstance(gathered) { client throws(InstanceFailure) in (.passed, try await client.midInfo()) }
        await compareClocks(gathered)
        return (event, event == .passed ? details + (await takePolicies(&gathered)) : details)
    }

    /// Whichever of the two is wrong: tokens, registration keys and times of evidence are judged by them.
    private func compareClocks(_ gathered: Gathered) async {
        guard let ahead = gathered.client?.clock.secondsAhead, let settings = gathered.settings else { return }
        if abs(ahead) > InstanceClock.tolerance {
            await keeper.raise([AgentFindings.clockSkew(instance: settings.instanceURL, secondsAhead: ahead)], thread: Self.thread)
        } else {
            await keeper.settle { $0.id == "runtime.clock-skew" }
        }
    }

    /// The instance's rows, where config.xml says that they count. What goes wrong with them is said, and keeps nobody from working.
    private func takePolicies(_ gathered: inout Gathered) async -> [String] {
        guard let home = gathered.home, home.settings.useInstancePolicy, let client = gathered.client else { return [] }
        do throws(InstanceFailure) {
            switch await PolicySync(home, identity: gathered.identity).take(try await client.policies()) {
            case .adopted(let rows, _):
                await keeper.settle { PolicySync.answered.contains($0.id) }
                // The next connections are made under them.
                if let again = try? AgentHome(path: layout.home) { gathered.home = again }
                return await openTrust(&gathered).0 == .passed ? ["policies of the instance taken over: \(rows) rows"] : []
            case .unchanged(let rows):
                await keeper.settle { PolicySync.answered.contains($0.id) }
                return ["policies of the instance: \(rows) rows"]
            case .kept(let findings): await keeper.raise(findings, thread: Self.thread)
            case .differs: break
            }
        } catch { log.write(.warning, thread: Self.thread, "The instance's policies could not be fetched: \(error.summary)") }
        return []
    }

    private func askInstance(
        _ gathered: Gathered, _ ask: (InstanceClient) async throws(InstanceFailure) -> (StartupSequence.Event, [String])
    ) async -> (StartupSequence.Event, [String]) {
        guard let client = gathered.client, let settings = gathered.settings else { return (.refused([]), []) }
        do throws(InstanceFailure) {
            return try await ask(client)
        } catch {
            log.write(.warning, thread: Self.thread, error.summary)
            let findings = await inspected(findings(error, settings), client.address.endpoint, gathered)
            return (error.kind == .unreachable ? .unreachable(findings) : .refused(findings), [])
        }
    }

    /// Where the login is by client certificate, a device between is looked for, which would be why.
    private func inspected(_ findings: [Finding], _ instance: Endpoint, _ gathered: Gathered) async -> [Finding] {
        guard gathered.settings?.login == .certificate, let transport = gathered.transport,
            let cause = ConnectionFindings.interceptionBreaksMutualTLS(await transport.inspect(instance), home: layout.home)
        else { return findings }
        // One that is not trusted is met first.
        let isRefused = findings.first?.id.hasPrefix("chain.") == true
        return isRefused ? findings + [cause] : [cause] + findings
    }

    private func announce(_ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
        guard let settings = gathered.settings, let pairs = gathered.identity?.pairs, let client = gathered.client else {
            return (.refused([]), [])
        }
        let introduction = Introduction(
            client: client, name: settings.name, home: layout.home, version: version, registrationKey: settings.registrationKey)
        do throws(InstanceFailure) {
            let custody = IdentityCustody(layout: layout, agentName: settings.name)
            let (answer, earlier) = try await introduction.vouched(
                for: pairs, or: { custody.earlierPairs(than: pairs, midID: settings.midID) }, as: settings.sysID)
            var (event, details) = await take(answer, &gathered, settings, pairs.current)
            if let earlier {
                details.insert("key pair \(earlier.thumbprint) from \(custody.backupFolder) vouched for this one", at: 0)
                // What was sealed to it opens until the next start, at least.
                if pairs.previous == nil { gathered.identity?.pairs.previous = earlier }
            }
            return (event, details)
        } catch {
            log.write(.warning, thread: Self.thread, error.summary)
            let findings = findings(error, settings)
            return (error.kind == .unreachable ? .unreachable(findings) : .refused(findings), [])
        }
    }

    private func take(
        _ answer: AgentMessages.AnnouncementAnswer, _ gathered: inout Gathered, _ settings: RuntimeSettings, _ pair: IdentityKeyPair
    ) async -> (StartupSequence.Event, [String]) {
        (gathered.agent, gathered.validation) = (answer.sysID, answer.validation)
        gathered.autoInvalidated = answer.autoInvalidated.map { Date(timeIntervalSince1970: Double($0)) }
        var details: [String] = []
        switch answer.registrationKey {
        case .notGiven: break
        case .accepted: details.append("registration key accepted")
        case .spent, .expired, .unknown:
            if answer.validation != .yes {
                await keeper.raise(
                    [AgentFindings.registrationKey(spent: answer.registrationKey == .spent, agent: settings.name)], thread: Self.thread)
            }
        }
        await tellOfOthers(answer, settings)
        // A key that did its work, or never will again, has no business in a file.
        var changes: [(name: String, value: String?)] = []
        if settings.registrationKey != nil, answer.registrationKey == .accepted || answer.registrationKey == .spent {
            changes.append((RuntimeSettings.registrationKeyName, nil))
            gathered.settings?.registrationKey = nil
        }
        if settings.sysID != answer.sysID { changes.append(("mid_sys_id", answer.sysID.description)) }
        gathered.settings?.sysID = answer.sysID
        do throws(HomeFailure) { try ConfigurationEditing(layout: layout).set(changes) } catch {
            await keeper.raise([error.finding], thread: Self.thread)
        }
        await keeper.update { ($0.sysID, $0.validated) = (answer.sysID.description, answer.validation.rawValue) }
        switch answer.key {
        case .recorded: return (.passed, details + ["Updated public key, new certificate: \(pair.thumbprint)"])
        case .unchanged: return (.passed, details + ["the instance has this key on record"])
        case .accepted: return (.unreachable([]), details)
        case .proofRequired, .proofInvalid:
            // No key that the keystore still has could vouch for this one.
            let finding = AgentFindings.keyMismatch(
                agent: settings.name, fingerprint: pair.thumbprint, proofGiven: answer.key == .proofInvalid)
            return (.refused([finding]), details)
        }
    }

    /// Another place that this agent spoke from, and other agents that share its user: warnings, since it may all be meant.
    private func tellOfOthers(_ answer: AgentMessages.AnnouncementAnswer, _ settings: RuntimeSettings) async {
        if let place = answer.otherPlace {
            await keeper.raise([AgentFindings.heardElsewhere(agent: settings.name, place: place, home: layout.home)], thread: Self.thread)
        }
        if let others = answer.sharesUserWith {
            await keeper.raise([AgentFindings.sharedLogin(agent: settings.name, user: settings.user, others: others)], thread: Self.thread)
        } else {
            await keeper.settle { $0.id == "identity.shared-login" }
        }
    }

    private func awaitValidation(_ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
        if gathered.validation == .yes { return (.passed, ["validated: Yes"]) }
        guard let settings = gathered.settings else { return (.refused([]), []) }
        // The announcement before this said no; from the second time on, ask again.
        if gathered.askedForValidation {
            let (event, _) = await announce(&gathered)
            if event != .passed { return (event, []) }
            if gathered.validation == .yes { return (.passed, ["validated: Yes"]) }
        }
        gathered.askedForValidation = true
        if gathered.validating(for: validating) {
            await keeper.settle { $0.id == "identity.not-validated" }
            let ahead = gathered.client?.clock.secondsAhead
            return (.notValidated([AgentFindings.validatingStuck(settings, for: validating, instanceAhead: ahead)]), [])
        }
        let finding = AgentFindings.notValidated(
            agent: settings.name, instance: settings.instanceURL, state: gathered.validation.rawValue, since: gathered.autoInvalidated)
        return (.notValidated([finding]), [])
    }

    private func findings(_ failure: InstanceFailure, _ settings: RuntimeSettings) -> [Finding] {
        failure.findings(instance: settings.instanceURL, user: settings.user, home: layout.home)
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
