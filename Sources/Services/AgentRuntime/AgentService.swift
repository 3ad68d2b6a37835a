import AgentConfiguration
public import Diagnosis
import LocalFiles
public import ServiceLifecycle

/// An agent at work: start-up, then jobs, until it is told to stop.
///
/// `run` returns after a graceful shutdown or a cancellation: running jobs get five seconds, results on disk stay there for the next
/// start, leases of what was not done go back to the instance with the next process's first claim.
public struct AgentService: Service {
    /// Why an agent ended by itself. Root cause first.
    public struct Stopped: Error, Sendable {
        public var findings: [Finding]
    }

    let layout: HomeLayout
    let account: AgentAccount
    let persistence: Persistence
    let version: String
    var timing = Timing()
    var connect: @Sendable (AgentHome, IdentityRing?, AgentLog) throws(TrustUnavailable) -> Connecting

    /// Intervals; tests shorten them.
    struct Timing: Sendable {
        var heartbeat = Duration.seconds(10)
        /// How often it is looked whether a new key pair is due.
        var rotation = Duration.seconds(5)
        /// How often it is looked whether somebody changed whom the agent trusts, and how often the instance is asked for its policies.
        var trust = Duration.seconds(2)
        var policies = Duration.seconds(600)
        /// How often it is looked whether what is known about revocation is about to end.
        var prefetch = Duration.seconds(60)
        var startup = Backoff()
        var validation = Duration.seconds(5)
        /// How long the instance may say "Validating" before the agent says that it lasts.
        var validating = Duration.seconds(600)
        var jobsMayFinish = Duration.seconds(5)
        var resultsMayLeave = Duration.seconds(2)
    }

    /// - Parameters:
    ///   - home: read by `run`, so that what is wrong with it is told like everything else.
    ///   - transport: how to reach endpoints; nil makes it from the home's trust store and policies.
    ///   - version: what the instance shows for this agent.
    public init(
        home: String, account: AgentAccount = .silent, persistence: Persistence = .forever, version: String = "1",
        transport: (any InstanceTransport)? = nil
    ) {
        layout = HomeLayout(home: home)
        (self.account, self.persistence, self.version) = (account, persistence, version)
        connect = { home, identity, log throws(TrustUnavailable) in
            if let transport { return Connecting(transport: transport, details: []) }
            return try Connecting.fromHome(home, identity: identity) { log.trace($0) }
        }
    }

    /// Throws `Stopped` when start-up ends with findings: our own files, or, without endless persistence, any refusal.
    public func run() async throws {
        let tenancy: Tenancy
        do throws(HomeFailure) {
            tenancy = try Tenancy(layout)
        } catch {
            account.tell(.stepStarted(.configuration))
            account.tell(.stepFailed(.configuration, findings: [error.finding], retryIn: nil))
            account.tell(.stopped)
            throw Stopped(findings: [error.finding])
        }
        let log = tenancy.log
        let keeper = StatusKeeper(home: layout.home, log: log, account: account)
        log.write(thread: "main", "Midguard agent \(version) starting, home \(layout.home), pid \(Machine.processID)")
        working: while true {
            switch await starting(log, keeper) {
            case .cancelled: break working
            case .ended(let findings): try await end(with: findings, log, keeper)
            case .ready(let ready):
                do throws(FileFailure) {
                    let work = try AgentWork(ready: ready, service: self, log: log, keeper: keeper)
                    switch await work.run() {
                    case .asked: break working
                    case .forgotten:
                        log.write(.warning, thread: "main", "The instance does not know this agent any more; starting again")
                    case .restart: log.write(thread: "main", "The instance asks for a new start; starting again")
                    }
                } catch {
                    try await end(with: [AgentFindings.diskTrouble(error)], log, keeper)
                }
            }
        }
        await keeper.update { ($0.state, $0.step) = (.stopped, nil) }
        log.write(thread: "main", "Midguard agent stopped")
        account.tell(.stopped)
        withExtendedLifetime(tenancy) {}
    }

    private func end(with findings: [Finding], _ log: AgentLog, _ keeper: StatusKeeper) async throws {
        await keeper.raise(findings, thread: Startup.thread)
        await keeper.update { $0.state = .failed }
        log.write(.severe, thread: "main", "Midguard agent ends: \(findings.first?.summary ?? "no reason given")")
        account.tell(.stopped)
        throw Stopped(findings: findings)
    }

    private func starting(_ log: AgentLog, _ keeper: StatusKeeper) async -> Startup.Outcome {
        let startup = Startup(
            layout: layout, persistence: persistence, account: account, log: log, keeper: keeper, connect: connect, version: version,
            growing: timing.startup, steady: timing.validation, validating: timing.validating)
        return await cancelWhenGracefulShutdown { await startup.run() }
    }
}
