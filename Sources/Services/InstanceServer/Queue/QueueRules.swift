import AgentProtocol
import Foundation
import InstanceStore
import StrictXML

/// The queue's public semantics, whatever form the request had.
struct QueueRules: Sendable {
    static let mostRows = 10_000
    /// Which output rows an agent has picked up, in one input row.
    static let pickUpTopic = "queue.processing"

    enum Refusal: Error, Hashable, Sendable {
        case mayNotRead, mayNotInsert, mayNotChange
        case noRecord
        case badQuery(part: String)
        case badField(String)
    }

    var store: InstanceStore
    var access: QueueAccess
    var user: UserRecord
    var now: Date

    func entries(_ query: EncodedQuery, limit: Int?, offset: Int) async throws -> (page: [QueueEntry], total: Int) {
        guard let query = access.visible(query) else { throw Refusal.mayNotRead }
        do {
            return try await store.entries(
                matching: query, limit: min(max(0, limit ?? Self.mostRows), Self.mostRows), offset: max(0, offset))
        } catch {
            guard case .badQuery(let field) = error else { throw error }
            throw Refusal.badQuery(part: field)
        }
    }

    /// The row as stored. Fields that are not columns are ignored; `sys_id` is given by the instance.
    func insert(_ fields: [SOAPField]) async throws -> QueueRecord {
        let record: QueueRecord
        do { record = try QueueRecord(fields: fields.filter { $0.name != "sys_id" }) } catch {
            switch error {
            case .missing(let name), .invalid(let name): throw Refusal.badField(name)
            }
        }
        guard access.mayInsert(record) else { throw Refusal.mayNotInsert }
        guard record.queue == .input else { return try await store.insertJob(record, by: user.name, now: now) }
        let input = try await store.insertInput(record, by: user.name, now: now)
        if input.topic == Self.pickUpTopic { try await pickUp(input) }
        return input
    }

    /// Only state and error text change; anything else about a row is history.
    func update(_ sysID: SysID, _ fields: [SOAPField]) async throws {
        guard let entry = try await store.entry(sysID) else { throw Refusal.noRecord }
        guard access.mayChange(entry) else { throw Refusal.mayNotChange }
        let values = Dictionary(fields.map { ($0.name, $0.value) }) { $1 }
        var state: QueueRecord.State?
        if let text = values["state"], !text.isEmpty {
            state = QueueRecord.State(rawValue: text)
            if state == nil { throw Refusal.badField("state") }
        }
        _ = try await store.updateEntry(sysID, state: state, errorString: values["error_string"], now: now)
    }

    private func pickUp(_ input: QueueRecord) async throws {
        guard let root = try? XMLDocument(parsing: input.payload).root else { return }
        for element in root.children(named: "sys_id").prefix(Self.mostRows) {
            guard let sysID = SysID(element.text), let entry = try await store.entry(sysID), entry.record.agent == input.agent,
                entry.record.queue == .output, entry.record.state == .ready
            else { continue }
            _ = try await store.updateEntry(sysID, state: .processing, errorString: nil, now: now)
        }
    }
}

extension QueueRules.Refusal {
    var fault: APIFault {
        switch self {
        case .mayNotRead, .mayNotInsert, .mayNotChange: .notAuthorized
        case .noRecord: .noRecord
        case .badQuery(let part): .malformed("Bad query: \(part.prefix(100))")
        case .badField(let name): .malformed("Bad value: \(name)")
        }
    }

    /// The wording that SOAP clients know.
    var soapFault: SOAPFault {
        switch self {
        case .mayNotRead: SOAPFault(code: "SOAP-ENV:Server", string: "insufficient rights to read ecc_queue")
        case .mayNotInsert: SOAPFault(code: "SOAP-ENV:Server", string: "Insufficient rights for creating new records")
        case .mayNotChange: SOAPFault(code: "SOAP-ENV:Server", string: "Insufficient rights for updating records")
        case .noRecord: SOAPFault(code: "SOAP-ENV:Server", string: "No Record found")
        case .badQuery(let part): SOAPFault(string: "Bad query: \(part.prefix(100))")
        case .badField(let name): SOAPFault(string: "Bad value: \(name)")
        }
    }
}
