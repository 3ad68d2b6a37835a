import AgentConfiguration
import AgentIdentity
import AgentProtocol
import Diagnosis
import FoundationEssentials
import LocalFiles
import ServiceLifecycle
import TrustedTransport

/// What runs while the agent serves: claims, pools, sender, heartbeat. Owns every task and awaits its end.
struct AgentWork: Sendable {
    let ready: Startup.Ready
    let service: AgentService
    let log: AgentLog
    let keeper: StatusKeeper
    let spool: Spool
    private let held = HeldJobs()
    private let gate = Gate(isOpen: true)
    private let superseded = Gate(isOpen: false)
    private let forgotten = Gate(isOpen: false)
    private let restarting = Gate(isOpen: false)
    private let room = Bell()
    private let rekey = RekeyWish()
    private let session = SysID.random().description
    private let pools: [WorkerPool]

    init(ready: Startup.Ready, service: AgentService, log: AgentLog, keeper: StatusKeeper) throws(FileFailure) {
        (self.ready, self.service, self.log, self.keeper) = (ready, service, log, keeper)
        spool = try Spool(folder: ready.home.layout.spoolDirectory)
        let room = room
        pools = Priority.allCases.map { WorkerPool(Pool(priority: $0, places: ready.settings.places($0)), room: room) }
    }

    enum End: Sendable { case asked, forgotten, restart }

    /// Until graceful shutdown or cancellation, until the instance knows this agent no more, or until a job asks for a new start.
    func run() async -> End {
        for path in spool.torn {
            log.write(.warning, thread: "ECCSender.1", "\(path): the end was torn off by a crash; all before it is kept")
        }
        if spool.recovered > 0 { log.write(thread: "ECCSender.1", "\(spool.recovered) results of an earlier process wait to be sent") }
        await keeper.update { ($0.state, $0.step, $0.validated) = (.serving, nil, "Yes") }
        service.account.tell(.serving)

        let sender = ECCSender(spool: spool, client: ready.client, agent: ready.agent, log: log, account: service.account)
        let recovered = Gate(isOpen: false)
        let heartbeat = Task { await heartbeatLoop.run() }
        let rotation = Task { await rotator.run(every: service.timing.rotation, wanted: rekey) }
        let trust = Task { await trustKeeper.run(every: service.timing.trust, policiesEvery: service.timing.policies) }
        let prefetch = Task { await prefetchEvidence() }
        let delivery = Task {
            // What an earlier process finished goes first: claiming again makes its leases, and so these results, void.
            await sender.drain()
            recovered.open()
            await sender.run()
        }
        let runner = JobRunner(surroundings: surroundings, spool: spool, held: held, log: log, account: service.account)
        let workers = pools.map { pool in Task { await pool.run(runner.perform) } }
        let claims = Task {
            await recovered.passage()
            await claimLoop.run()
        }

        let end = await ending()

        log.write(thread: "main", "Stopping: \(held.count) jobs held, \(spool.count) results to send")
        await keeper.update { $0.state = .stopping }
        claims.cancel()
        await claims.value
        for pool in pools { pool.close() }
        let patience = Task {
            try? await Task.sleep(for: service.timing.jobsMayFinish)
            if !Task.isCancelled { for worker in workers { worker.cancel() } }
        }
        for worker in workers { await worker.value }
        patience.cancel()
        await letResultsLeave()
        delivery.cancel()
        await delivery.value
        heartbeat.cancel()
        rotation.cancel()
        trust.cancel()
        prefetch.cancel()
        await heartbeat.value
        await rotation.value
        await trust.value
        await prefetch.value
        await spool.flush()
        await refreshFigures()
        return end
    }

    private func prefetchEvidence() async {
        await ready.transport.prefetchEvidence(every: service.timing.prefetch) { [keeper] news in
            switch news {
            case .silent(let subject, let obstacles, let until):
                await keeper.raise([AgentFindings.evidenceEnds(subject, obstacles, until: until)], thread: "EvidencePrefetch")
            case .answered(let subject):
                await keeper.settle { AgentFindings.evidenceEnding.contains($0.id) && $0.subject == subject }
            }
        }
    }

    private func ending() async -> End {
        await withTaskGroup(of: End.self) { group in
            group.addTask {
                try? await gracefulShutdown()  // throws when cancelled instead: the same to us
                return .asked
            }
            group.addTask {
                await forgotten.passage()
                return .forgotten
            }
            group.addTask {
                await restarting.passage()
                return .restart
            }
            let first = await group.next() ?? .asked
            group.cancelAll()
            return Task.isCancelled ? .asked : first
        }
    }

    /// In a task of its own, as the present one may be cancelled already.
    private func letResultsLeave() async {
        let limit = ContinuousClock.now + service.timing.resultsMayLeave
        await Task {
            while spool.count > 0, ContinuousClock.now < limit { try? await Task.sleep(for: .milliseconds(10)) }
        }.value
    }

    private var claimLoop: ClaimLoop {
        ClaimLoop(
            pools: pools, room: room, client: ready.client, agent: ready.agent, session: session, pollInterval: ready.settings.pollInterval,
            push: ready.settings.push,
            held: held, spool: spool, log: log, gate: gate,
            superseded: {
                superseded.open()
                gate.close()
            })
    }

    private var heartbeatLoop: HeartbeatLoop {
        HeartbeatLoop(
            client: ready.client, agent: ready.agent, session: session, held: held, spool: spool, log: log,
            interval: service.timing.heartbeat, report: { await heard($0) })
    }

    private var rotator: KeyRotator {
        let settings = ready.settings
        let custody = IdentityCustody(layout: ready.home.layout, agentName: settings.name)
        let renewal = ClientCertificateRenewal(
            custody: custody, midID: settings.midID, client: ready.client, agent: ready.agent, identity: ready.identity)
        return KeyRotator(
            layout: ready.home.layout, custody: custody, midID: settings.midID,
            introduction: Introduction(
                client: ready.client, name: settings.name, home: ready.home.path, version: service.version, registrationKey: nil),
            agent: ready.agent, identity: ready.identity, log: log, keeper: keeper,
            clientCertificate: settings.login == .certificate ? renewal : nil)
    }

    private var trustKeeper: TrustKeeper {
        TrustKeeper(
            home: ready.home, identity: ready.identity, client: ready.client, transport: ready.transport, log: log, keeper: keeper)
    }

    private var surroundings: ProbeSurroundings {
        let (identity, agent) = (ready.identity, ready.agent)
        return ProbeSurroundings(
            transport: ready.transport, context: FixContext(home: ready.home.path),
            open: { sealed, job throws(SecretFailure) in try BasicCredentials(sealed: sealed, pairs: identity.pairs, agent: agent, job: job)
            },
            status: { figures }, identity: ready.identity, rekey: rekey,
            scripts: ScriptSettings(ready.home, agent: ready.settings.name, sysID: agent.description),
            restart: { [restarting] in restarting.open() })
    }

    private var figures: RuntimeFigures {
        RuntimeFigures(
            pools: pools.map {
                .init(name: $0.priority.poolName, places: $0.pool.places, running: $0.pool.running, waiting: $0.pool.waiting)
            },
            spooledResults: spool.count, finishedJobs: pools.map(\.finished).reduce(0, +))
    }

    private func refreshFigures() async {
        let figures = figures
        let (running, waiting) = (figures.pools.map(\.running).reduce(0, +), figures.pools.map(\.waiting).reduce(0, +))
        await keeper.update {
            ($0.running, $0.waiting, $0.spooled, $0.finished) = (running, waiting, figures.spooledResults, figures.finishedJobs)
        }
    }

    private func heard(_ outcome: HeartbeatLoop.Outcome) async {
        switch outcome {
        case .alive(let validation, let wish):
            rekey.raise(to: wish)
            await heard(validation)
        case .unknownAgent:
            // Its tables were replaced or the record deleted: the agent announces itself anew.
            gate.close()
            forgotten.open()
        case .failed: break
        }
        if spool.isFull {
            await keeper.raise(
                [AgentFindings.spoolGrowing(path: spool.folder, bytes: spool.bytes, results: spool.count)], thread: "ECCSender.1")
        } else {
            await keeper.settle { $0.id == "runtime.spool-growing" }
        }
        await refreshFigures()
    }

    private func heard(_ validation: AgentMessages.Validation) async {
        let now = StatusKeeper.time(Date())
        if superseded.isOpen {
            await keeper.raise(
                [AgentFindings.duplicate(instance: ready.settings.instanceURL, what: "A newer process of this agent claims jobs.")],
                thread: "ECCQueueMonitor")
        }
        let serves = validation == .yes && !superseded.isOpen
        let served = gate.isOpen
        if serves {
            await keeper.settle { $0.id == "identity.not-validated" }
            gate.open()
            if !served { service.account.tell(.serving) }
        } else {
            gate.close()
            if validation != .yes {
                let finding = AgentFindings.notValidated(
                    agent: ready.settings.name, instance: ready.settings.instanceURL, state: validation.rawValue)
                await keeper.raise([finding], thread: "Heartbeat")
                if served { service.account.tell(.notServing([finding])) }
            }
        }
        await keeper.update {
            ($0.lastHeartbeat, $0.validated) = (now, validation.rawValue)
            $0.state = serves ? .serving : .waitingForValidation
        }
        await reportFindings()
    }

    private func reportFindings() async {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let standing = await keeper.unreported() else { return }
        let findings = standing.compactMap { try? encoder.encode($0) }.map { String(decoding: $0, as: UTF8.self) }
        do throws(InstanceFailure) {
            try await ready.client.report(.init(findings: Array(findings.prefix(200))), as: ready.agent)
        } catch {
            await keeper.reportFailed()
        }
    }
}

extension IdentityRing.Pairs {
    /// With the pair that it is sealed to: for a while that may be the one before.
    func open(_ sealed: String, agent: SysID, record: SysID) throws(SealingError) -> [UInt8] {
        for pair in all.dropLast() {
            do throws(SealingError) { return try SealedSecret.open(sealed, with: pair, agent: agent, record: record) } catch {
                if case .keyDiffers = error { continue }
                throw error
            }
        }
        return try SealedSecret.open(sealed, with: all[all.count - 1], agent: agent, record: record)
    }
}

extension BasicCredentials {
    /// The plain text is JSON: `{"username": …, "password": …}`.
    init(sealed: String, pairs: IdentityRing.Pairs, agent: SysID, job: SysID) throws(SecretFailure) {
        struct Content: Decodable { var username: String, password: String }
        let plain: [UInt8]
        do throws(SealingError) {
            plain = try pairs.open(sealed, agent: agent, record: job)
        } catch {
            switch error {
            case .keyDiffers, .agentDiffers, .recordDiffers, .recipientUnusable: throw .notSealedToThisKey
            case .altered: throw .altered
            case .overLimit, .malformed, .algorithmNotSupported, .sealingFailed: throw .malformed
            }
        }
        guard let content = try? JSONDecoder().decode(Content.self, from: Data(plain)) else { throw .malformed }
        self.init(user: content.username, password: Secret(content.password))
    }
}
