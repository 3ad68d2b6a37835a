import AgentIdentity
import AgentProtocol
import Foundation
import InstanceStore
import Logging

/// Credentials leave the instance only like this: sealed to the key of the agent that claims, for the one job that names them.
enum SealedCredentials {
    static let parameterName = "credential"
    /// Aliases that one job may name.
    static let most = 16

    private struct Opened: Encodable {
        var username: String
        var password: String
    }

    /// By alias. What cannot be sealed is left out and logged: the agent then says that the job's credential is missing.
    static func forJob(_ job: QueueRecord, of agent: AgentRecord, in context: InstanceContext) async throws -> [String: String] {
        let aliases = Self.aliases(in: job.payload)
        guard !aliases.isEmpty, let certificate = agent.certificate else { return [:] }
        var sealed: [String: String] = [:]
        for alias in aliases {
            do {
                guard let credential = try await context.store.credential(alias) else { continue }
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                let plain = try encoder.encode(Opened(username: credential.userName, password: credential.secret))
                sealed[alias] = try SealedSecret.seal(Array(plain), to: certificate, agent: agent.sysID, record: job.sysID)
            } catch {
                context.logger.warning(
                    "A credential could not be sealed", metadata: ["alias": "\(alias)", "agent": "\(agent.name)", "why": "\(error)"])
            }
        }
        return sealed
    }

    static func aliases(in payload: String) -> Set<String> {
        guard payload.contains(parameterName), let parameters = try? JobPayload(parsing: payload).parameters else { return [] }
        return Set(parameters.filter { $0.name == parameterName && !$0.value.isEmpty }.map(\.value).prefix(most))
    }
}
