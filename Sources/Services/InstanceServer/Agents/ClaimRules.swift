import AgentProtocol
import Foundation
import InstanceStore
import NIOCore

/// Takes jobs for an agent, and waits for one if there is none.
struct ClaimRules: Sendable {
    var store: InstanceStore
    var waits: ClaimWaits
    var now: @Sendable () -> Date

    /// Looks again this often while waiting: a lease that runs out rings no bell.
    static let lookAgain: Duration = .seconds(5)
    static let longestWait = 60
    static let longestSession = 128

    func claim(
        _ request: AgentMessages.ClaimRequest, for agent: AgentRecord, over channel: any Channel
    ) async throws -> [ClaimedJob] {
        guard (1...Self.longestSession).contains(request.session.utf8.count) else { throw APIFault.malformed("Bad value: session") }
        let name = queueAgent(named: agent.name)
        let limits = ClaimLimits(interactive: request.interactive, expedited: request.expedited, standard: request.standard)
        let turn = waits.begin(agent, over: channel)
        defer { waits.end(turn) }
        guard waits.mayGoOn(turn) else { return [] }

        let clock = ContinuousClock()
        let end = clock.now + .seconds(min(max(0, request.waitSeconds), Self.longestWait))
        while true {
            let ticket = store.signal.ticket(for: name)
            let jobs = try await look(name, limits, request.session)
            if !jobs.isEmpty || clock.now >= end || !waits.mayGoOn(turn) { return jobs }
            _ = await store.signal.wait(for: name, after: ticket, atMost: min(Self.lookAgain, clock.now.duration(to: end)))
            if Task.isCancelled || !waits.mayGoOn(turn) { return [] }
            // Validation may have been taken back meanwhile.
            let current = try await store.agent(agent.sysID)
            try AgentAccess.mustBeValidated(current ?? agent)
        }
    }

    private func look(_ agent: String, _ limits: ClaimLimits, _ session: String) async throws -> [ClaimedJob] {
        do {
            return try await store.claim(
                agent: agent, limits: limits, session: session, leaseSeconds: InstanceContext.leaseSeconds, now: now())
        } catch {
            guard case .sessionSuperseded = error else { throw error }
            throw APIFault.conflict("Session superseded", detail: "A newer process of this agent claims jobs.")
        }
    }
}
