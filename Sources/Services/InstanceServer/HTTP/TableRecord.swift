import AgentProtocol
import Foundation
import InstanceStore

/// A record as the public tables show it: field names in order, every value a string.
struct TableRecord: Sendable {
    var fields: [(name: String, value: String)]

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    var dictionary: [String: String] { Dictionary(fields.map { ($0.name, $0.value) }) { $1 } }

    var soapFields: [SOAPField] { fields.map { SOAPField($0.name, $0.value) } }

    /// Only these fields, in the order asked for; unknown names are left out. nil: all.
    func only(_ names: [String]?) -> TableRecord {
        guard let names else { return self }
        return TableRecord(fields: names.compactMap { name in self[name].map { (name, $0) } })
    }

    /// `yyyy-MM-dd HH:mm:ss` in UTC, as the tables write times.
    static func time(_ date: Date) -> String {
        date.formatted(.iso8601.year().month().day().dateSeparator(.dash).dateTimeSeparator(.space).time(includingFractionalSeconds: false))
    }
}

extension TableRecord {
    /// Columns of `ecc_queue`.
    init(_ entry: QueueEntry) {
        let wasPickedUp = entry.record.state != .ready
        fields =
            entry.record.fields.map { ($0.name, $0.value) } + [
                ("processed", wasPickedUp ? Self.time(entry.updatedAt) : ""), ("sys_created_on", Self.time(entry.createdAt)),
                ("sys_created_by", entry.createdBy), ("sys_updated_on", Self.time(entry.updatedAt)),
            ]
    }

    /// Columns of `ecc_agent`.
    init(_ agent: AgentRecord, now: Date) {
        let certificate = agent.certificate.flatMap(AgentCertificate.init(der:))
        fields = [
            ("sys_id", agent.sysID.description), ("name", agent.name), ("status", agent.isUp(at: now) ? "Up" : "Down"),
            ("validated", agent.validation.rawValue), ("version", agent.version), ("host_name", agent.hostName),
            ("home_dir", agent.homeDirectory), ("user_name", agent.userName), ("last_refreshed", agent.lastSeen.map(Self.time) ?? ""),
            ("public_key", agent.certificate.map { Data($0).base64EncodedString() } ?? ""),
            ("certificate_subject", certificate?.subject ?? ""), ("certificate_fingerprint", certificate?.fingerprint ?? ""),
            ("sys_created_on", Self.time(agent.createdAt)),
        ]
    }
}
