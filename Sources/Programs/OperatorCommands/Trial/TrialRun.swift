import AgentConfiguration
import AgentProtocol
import AgentRuntime
import ArgumentParser
import Foundation
import InstanceServer
import InstanceStore
import Logging
import ServiceLifecycle
import Synchronization
import UnixSignals

/// One trial: instance, agent and endpoints in one process, and an account of what they do.
struct TrialRun {
    static let agentName = "trial"
    static let credential = (alias: "trial-system", user: "svc.trial", password: SysID.random().description)

    let folder: TrialFolder
    let staysUp: Bool
    private let text = AgentEventText(colours: Console.colours, showsJobs: false)

    /// True when every job ended as it should.
    func run() async throws -> Bool {
        let started = ContinuousClock.now
        let logger = InstanceServe.logger
        let service = InstanceService(
            configuration: InstanceConfiguration(dataDirectory: folder.instance, httpsPort: portInUse ?? 0, httpPort: 0), logger: logger)
        let result = Mutex<Result<Bool, any Error>?>(nil)
        let script = TrialScript {
            do {
                let isRight = try await play(service, started: started)
                result.withLock { $0 = .success(isRight) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
        }
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: service, failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: script, successTerminationBehavior: .gracefullyShutdownGroup),
                ], gracefulShutdownSignals: [.sigint, .sigterm], logger: logger))
        do {
            try await group.run()
        } catch let error as InstanceStartError {
            throw CommandFailure(findings: [error.finding], exitCode: error.exitCode)
        }
        switch result.withLock({ $0 }) {
        case .success(let isRight): return isRight
        case .failure(let error as HomeFailure): throw CommandFailure(findings: [error.finding], exitCode: error.exitCode)
        case .failure(let error as InstanceStartError): throw CommandFailure(findings: [error.finding], exitCode: error.exitCode)
        case .failure(let error): throw error
        case nil: return false  // Ctrl-C before the end
        }
    }

    private func play(_ service: InstanceService, started: ContinuousClock.Instant) async throws -> Bool {
        let ports = try await service.ready()
        let authority = try await service.authority()
        let url = "https://localhost:\(ports.https)/"
        heading("1. An instance, with an authority of its own")
        Console.result("  \(url), revocation lists and OCSP at http://127.0.0.1:\(ports.http)/")

        heading("2. Local systems to look at, on loopback")
        let endpoints = try await TrialEndpoints.start(authority: authority, credential: (Self.credential.user, Self.credential.password))
        for place in endpoints.places { Console.result("  \(place.url)  \(place.title)") }

        heading("3. An agent's home in the vendor's layout")
        let administration = try InstanceAdministration(dataDirectory: folder.instance)
        try await administration.addCredential(
            Credential(alias: Self.credential.alias, userName: Self.credential.user, secret: Self.credential.password))
        try await setUpHome(url: url, authority: authority, administration: administration)

        heading("4. The agent starts")
        let (account, events) = AgentAccount.stream()
        let agent = AgentService(home: folder.home, account: account, version: Midguard.configuration.version)
        let agentTask = Task { try await agent.run() }
        defer { agentTask.cancel() }
        try await waitUntilServing(events)

        heading("5. Jobs go through the queue")
        let checks = try await TrialJobs(
            agent: Self.agentName, instanceURL: url, endpoints: endpoints, credentialAlias: Self.credential.alias,
            administration: administration
        ).run()
        let isRight = checks.allSatisfy(\.isRight)
        let elapsed = (ContinuousClock.now - started).components
        let seconds = "\(elapsed.seconds).\(elapsed.attoseconds / 100_000_000_000_000_000) s"
        heading("\(checks.filter(\.isRight).count) of \(checks.count) jobs ended as they should, after \(seconds)")
        Console.result("  Console: \(url)  user admin, password in \(folder.instance)/admin-password")
        Console.result("  (trust its authority in a browser: \(authority.rootPEMPath))")
        Console.result("  Agent's log: \(folder.home)/logs/agent0.log.0")
        if staysUp {
            Console.result("\nAll of it stays up until Ctrl-C.")
            try? await gracefulShutdown()
        }
        agentTask.cancel()
        _ = await agentTask.result
        await endpoints.stop()
        try administration.close()
        return isRight
    }

    /// The port that the agent of a kept folder knows.
    private var portInUse: Int? { (try? AgentHome(path: folder.home))?.settings.url.port }

    /// A kept folder is used again as it stands.
    private func setUpHome(url: String, authority: InstanceAuthority, administration: InstanceAdministration) async throws {
        if FileManager.default.fileExists(atPath: HomeLayout(home: folder.home).configFile) {
            Console.result("  \(folder.home) is used again")
            return
        }
        let enrolment = try await administration.enroll(agentName: Self.agentName)
        var wanted = AgentSetUp(
            url: url, name: Self.agentName, username: enrolment.user, password: Secret(enrolment.password),
            registrationKey: Secret(enrolment.registrationKey), trust: [authority.rootPEMPath])
        wanted.machineBundle = TrustInForce.machineBundle
        _ = try AgentHome.setUp(folder.home, wanted)
        Console.result(
            "  \(folder.home): config.xml, logs/, security/cacerts (JKS, changeit) with the machine's authorities and the instance's")
    }

    private func waitUntilServing(_ events: AsyncStream<AgentEvent>) async throws {
        for await event in events {
            if let line = text.render(event) { Console.result(line) }
            switch event {
            case .serving: return
            case .stepFailed(_, let findings, nil): throw CommandFailure(findings: findings, exitCode: 1)
            case .stopped: throw CommandFailure(message: "The agent stopped before it served.", exitCode: 1)
            default: continue
            }
        }
    }

    private func heading(_ text: String) { Console.result("\n" + text) }
}

/// The script as a service of the process's one group: when it ends, everything ends.
private struct TrialScript: Service {
    let body: @Sendable () async throws -> Void
    func run() async throws { try await body() }
}
