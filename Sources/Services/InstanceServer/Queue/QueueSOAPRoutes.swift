import AgentProtocol
import Foundation
import Hummingbird
import InstanceStore

/// `POST /ecc_queue.do?SOAP`: `getRecords`, `get`, `insert`, `update`.
struct QueueSOAPRoutes: Sendable {
    /// SOAP gives fewer rows by default than the Table API.
    static let defaultRows = 250

    var context: InstanceContext

    func add(to router: Router<InstanceRequestContext>) {
        router.post("/ecc_queue.do") { request, _ in
            await SOAPExchange.answer(request, namespace: SOAP.namespace + "/ecc_queue", limit: BodyLimit.queue) { asked in
                try await serve(asked, try await context.queueRules(for: request))
            }
        }
    }

    private func serve(_ asked: SOAPRequest, _ rules: QueueRules) async throws -> SOAPResponse {
        switch asked.operation {
        case "getRecords": return SOAPResponse(operation: "getRecords", rows: try await records(asked, rules))
        case "get":
            guard let sysID = asked["sys_id"].flatMap({ SysID($0) }) else { throw QueueRules.Refusal.badField("sys_id") }
            let query = EncodedQuery().and(.init("sys_id", .equal, sysID.description))
            guard let entry = try await rules.entries(query, limit: 1, offset: 0).page.first else { throw QueueRules.Refusal.noRecord }
            return SOAPResponse(operation: "get", rows: [TableRecord(entry).soapFields])
        case "insert":
            let record = try await rules.insert(asked.fields)
            return SOAPResponse(operation: "insert", rows: [[SOAPField("sys_id", record.sysID.description)]])
        case "update":
            guard let sysID = asked["sys_id"].flatMap({ SysID($0) }) else { throw QueueRules.Refusal.badField("sys_id") }
            try await rules.update(sysID, asked.fields)
            return SOAPResponse(operation: "update", rows: [[SOAPField("sys_id", sysID.description)]])
        default: throw SOAPFault(string: "ecc_queue has no function \(asked.operation.prefix(60))")
        }
    }

    /// Example values and an encoded query are joined by and; names with two underscores are extended parameters.
    private func records(_ asked: SOAPRequest, _ rules: QueueRules) async throws -> [[SOAPField]] {
        var query = EncodedQuery()
        if let text = asked["__encoded_query"], !text.isEmpty {
            do { query = try EncodedQuery(text) } catch { throw QueueRules.Refusal.badQuery(part: error.part) }
        }
        for field in asked.fields where !field.name.hasPrefix("__") && !field.value.isEmpty {
            query = query.and(.init(field.name, .equal, field.value))
        }
        if let field = asked["__order_by"], !field.isEmpty { query.order.append(.init(field, isDescending: false)) }
        if let field = asked["__order_by_desc"], !field.isEmpty { query.order.append(.init(field, isDescending: true)) }
        let first = try number("__first_row", asked) ?? 0
        let last = try number("__last_row", asked)
        let limit = try number("__limit", asked) ?? last.map { max(0, $0 - first) } ?? Self.defaultRows
        return try await rules.entries(query, limit: limit, offset: first).page.map { TableRecord($0).soapFields }
    }

    private func number(_ name: String, _ asked: SOAPRequest) throws(QueueRules.Refusal) -> Int? {
        guard let text = asked[name], !text.isEmpty else { return nil }
        guard let number = Int(text), number >= 0 else { throw .badField(name) }
        return number
    }
}
