import AgentConfiguration
import AgentIdentity
import Diagnosis
import FoundationEssentials
import PathValidation

/// What is read and opened on this machine.
extension Startup {
    func readConfiguration(_ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
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

    func openKeystore(_ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
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

    func openTrust(_ gathered: inout Gathered) async -> (StartupSequence.Event, [String]) {
        guard let home = gathered.home, let settings = gathered.settings, let identity = gathered.identity else {
            return (.refused([]), [])
        }
        let address = InstanceAddress(home.settings.url)
        gathered.trustStamps = home.trustStamps
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

    /// Somebody changed whom the agent trusts while it waited. With what cannot be read now, what was read before goes on to count.
    func openTrustAgain(_ gathered: inout Gathered) async {
        if let again = try? AgentHome(path: layout.home) { gathered.home = again }
        let (event, details) = await openTrust(&gathered)
        for detail in ["Trust was changed while starting up"] + details { log.write(thread: Self.thread, detail) }
        switch event {
        case .passed: await keeper.settle { StartupStep.settles(.trust, $0) }
        case .unreachable(let findings), .refused(let findings), .notValidated(let findings):
            await keeper.raise(findings, thread: Self.thread)
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
    func reviewAnchors(
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
}
