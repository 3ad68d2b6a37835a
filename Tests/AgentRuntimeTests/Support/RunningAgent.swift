import AgentConfiguration
import AgentProtocol
import Diagnosis
import Foundation
import LocalFiles
import Synchronization

@testable import AgentRuntime

/// An agent in this process against a fake instance; stopped with the last reference at the latest.
final class RunningAgent: Sendable {
    let events = Mutex<[AgentEvent]>([])
    private let task: Task<[Finding]?, Never>

    init(_ home: TemporaryHome, _ instance: FakeInstance, persistence: Persistence = .forever, timing: AgentService.Timing = .quick) {
        let (account, stream) = AgentAccount.stream(keeping: 100_000)
        var service = AgentService(home: home.path, account: account, persistence: persistence, transport: instance)
        service.timing = timing
        let running = service
        task = Task {
            do {
                try await running.run()
                return nil
            } catch let stopped as AgentService.Stopped {
                return stopped.findings
            } catch {
                return []
            }
        }
        let events = EventsBox(self)
        Task { for await event in stream { events.add(event) } }
    }

    deinit { task.cancel() }

    /// The findings that it ended with; nil when it was told to stop.
    func stop() async -> [Finding]? {
        task.cancel()
        return await task.value
    }
    /// A test that waits for it in vain ends it when its time is over.
    var end: [Finding]? {
        get async {
            await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                task.cancel()
            }
        }
    }

    var isServing: Bool { events.withLock { $0.contains { if case .serving = $0 { true } else { false } } } }
    var findings: [String] { events.withLock { $0.compactMap { if case .findingRaised(let finding) = $0 { finding.id } else { nil } } } }

    private final class EventsBox: Sendable {
        private weak let agent: RunningAgent?
        init(_ agent: RunningAgent) { self.agent = agent }
        func add(_ event: AgentEvent) { agent?.events.withLock { $0.append(event) } }
    }
}

extension AgentService.Timing {
    static let quick = AgentService.Timing(
        heartbeat: .milliseconds(50), startup: Backoff(first: .milliseconds(5), cap: .milliseconds(20)), validation: .milliseconds(20),
        validating: .milliseconds(100),
        jobsMayFinish: .seconds(1), resultsMayLeave: .seconds(1))
}

extension TemporaryHome {
    /// A home that is set up for the fake instance. The machine's bundle is left out: nothing here makes a TLS connection.
    func setUp(registrationKey: String? = nil) throws {
        let configuration = ConfigurationTemplate.render(
            url: "https://instance.example/", name: "alpha", username: "user", password: Secret("word"),
            registrationKey: registrationKey.map { Secret($0) })
        try Files.replace(self("config.xml"), with: configuration)
    }

    var configuration: ConfigurationFile { get throws { try ConfigurationFile(parsing: Files.read(self("config.xml"), limit: 1 << 20)) } }
    var log: String { (try? String(contentsOfFile: self("logs/agent0.log.0"), encoding: .utf8)) ?? "" }
}
