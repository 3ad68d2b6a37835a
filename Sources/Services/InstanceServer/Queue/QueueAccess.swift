import AgentProtocol
import InstanceStore

/// What a user may see and write in the queue: administrators everything, an agent's user the rows of its validated agents.
struct QueueAccess: Sendable {
    var isAdministrator: Bool
    /// `mid.server.…` of the validated agents that are recorded with the user.
    var ownAgents: [String]

    init(user: UserRecord, agents: [AgentRecord]) {
        isAdministrator = user.roles.contains(.admin)
        ownAgents = agents.filter { $0.userName == user.name && $0.validation == .yes }.map { queueAgent(named: $0.name) }
    }

    /// The query narrowed to what may be seen; nil when nothing may.
    func visible(_ query: EncodedQuery) -> EncodedQuery? {
        if isAdministrator { return query }
        guard !ownAgents.isEmpty else { return nil }
        // Alternatives of one term: an agent's name may hold a comma.
        let own = ownAgents.map { EncodedQuery.Condition("agent", .equal, $0) }
        let groups = query.groups.isEmpty ? [[own]] : query.groups.map { $0 + [own] }
        return EncodedQuery(groups: groups, order: query.order)
    }

    /// Jobs are an administrator's to give; what an agent says must be in its own name.
    func mayInsert(_ record: QueueRecord) -> Bool { isAdministrator || (record.queue == .input && ownAgents.contains(record.agent)) }

    func mayChange(_ entry: QueueEntry) -> Bool { isAdministrator || ownAgents.contains(entry.record.agent) }
}
