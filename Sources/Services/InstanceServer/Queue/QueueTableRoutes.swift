import AgentProtocol
import Foundation
import HTTPTypes
import Hummingbird
import InstanceStore

/// `ecc_queue` by the Table API.
struct QueueTableRoutes: Sendable {
    var context: InstanceContext

    func add(to router: Router<InstanceRequestContext>) {
        for base in ["/api/now/table/ecc_queue", "/api/now/v1/table/ecc_queue", "/api/now/v2/table/ecc_queue"] {
            router.get(RouterPath(base)) { request, _ in try await list(request) }
            router.post(RouterPath(base)) { request, _ in try await insert(request) }
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let rules = try await context.queueRules(for: request)
        let query = try TableQuery(request)
        do {
            let (page, total) = try await rules.entries(query.filter, limit: query.limit, offset: query.offset)
            return try TableAnswer.list(page.map { TableRecord($0).only(query.fields) }, total: total)
        } catch let refusal as QueueRules.Refusal { throw refusal.fault }
    }

    private func insert(_ request: Request) async throws -> Response {
        let rules = try await context.queueRules(for: request)
        let fields = try await request.json([String: TableValue].self, upTo: BodyLimit.queue)
        do {
            let record = try await rules.insert(fields.map { SOAPField($0.key, $0.value.text) })
            guard let entry = try await context.store.entry(record.sysID) else { throw APIFault.noRecord }
            let place = "/api/now/table/ecc_queue/" + record.sysID.description
            return try TableAnswer.one(TableRecord(entry), status: .created, headers: [.location: place])
        } catch let refusal as QueueRules.Refusal { throw refusal.fault }
    }
}

extension InstanceContext {
    /// Throws 401 or 403 when the request's user may not touch the queue at all.
    func queueRules(for request: Request) async throws -> QueueRules {
        let user = try await authenticator.user(of: request, role: .midServer)
        let access = QueueAccess(user: user, agents: try await store.agents())
        return QueueRules(store: store, access: access, user: user, now: now())
    }
}
