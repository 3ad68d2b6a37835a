import AgentProtocol
import Foundation
import InstanceStore

/// Takes jobs for an agent, and waits for one if there is none.
struct ClaimRules: Sendable {
    var store: InstanceStore
    var waits: ClaimWaits
    var now: @Sendable () -> Date

    /// Looks again this often while waiting: a lease that runs out rings no bell.
    static let lookAgain: Duration = .seconds(5)
    static let longestWait = 60
    static let longestSession = 128

    func claim(_ request: AgentMessages.ClaimRequest, for agent: AgentRecord) async throws -> [ClaimedJob] {
        guard (1...Self.longestSession).contains(request.session.utf8.count) else { throw APIFault.malformed("Bad value: session") }
        let name = queueAgent(named: agent.name)
        let limits = ClaimLimits(interactive: request.interactive, expedited: request.expedited, standard: request.standard)
        let turn = waits.begin(agent)
        defer { waits.end(turn) }

        let clock = ContinuousClock()
        let end = clock.now + .seconds(min(max(0, request.waitSeconds), Self.longestWait))
        var isFirstLook = true
        repeat {
            let ticket = store.signal.ticket(for: name)
            // Validation may be taken back during the wait.
            if !isFirstLook { try AgentAccess.mustBeValidated(try await store.agent(agent.sysID) ?? agent) }
            isFirstLook = false
            do {
                let jobs = try await store.claim(
                    agent: name, limits: limits, session: request.session, leaseSeconds: InstanceContext.leaseSeconds, now: now())
                if !jobs.isEmpty { return jobs }
            } catch InstanceStoreError.sessionSuperseded {
                throw APIFault(status: .conflict, message: "Session superseded", detail: "A newer process of this agent claims jobs.")
            }
            guard clock.now < end, waits.mayGoOn(turn) else { return [] }
            _ = await store.signal.wait(for: name, after: ticket, atMost: min(Self.lookAgain, clock.now.duration(to: end)))
        } while waits.mayGoOn(turn) && !Task.isCancelled
        return []
    }
}
