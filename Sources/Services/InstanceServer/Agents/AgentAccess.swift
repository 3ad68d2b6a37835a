import AgentProtocol
import InstanceStore

/// Who may act for an agent, and when it may have work.
enum AgentAccess {
    /// 404 unless the agent exists and `user` is the one recorded with it: a stranger does not learn which identifiers exist.
    static func agent(_ sysID: String?, for user: UserRecord, in store: InstanceStore) async throws -> AgentRecord {
        guard let sysID = sysID.flatMap({ SysID($0) }), let agent = try await store.agent(sysID), agent.userName == user.name else {
            throw APIFault.noRecord
        }
        return agent
    }

    static func mustBeValidated(_ agent: AgentRecord) throws(APIFault) {
        guard agent.validation == .yes else {
            throw .forbidden("Agent not validated", detail: "validated=\(agent.validation.rawValue)")
        }
    }
}
