import AgentProtocol
import Foundation
import HTTPTypes
import Hummingbird
import InstanceStore

/// `ecc_agent` by the Table API, to be read.
struct AgentTableRoutes: Sendable {
    var context: InstanceContext

    func add(to router: Router<InstanceRequestContext>) {
        for base in ["/api/now/table/ecc_agent", "/api/now/v1/table/ecc_agent", "/api/now/v2/table/ecc_agent"] {
            router.get(RouterPath(base)) { request, _ in try await list(request) }
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let user = try await context.authenticator.user(of: request, role: .midServer)
        let query = try TableQuery(request)
        let now = context.now()
        let seen = try await context.store.agents().filter { user.roles.contains(.admin) || $0.userName == user.name }
        let matching = seen.map { TableRecord($0, now: now) }.filter { query.filter.matches($0.dictionary) }
        let page = matching.dropFirst(query.offset).prefix(query.limit ?? QueueRules.mostRows)
        return try TableAnswer.list(page.map { $0.only(query.fields) }, total: matching.count)
    }
}
