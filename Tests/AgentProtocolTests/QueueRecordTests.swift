import AgentProtocol
import Foundation
import Testing

@Suite("A queue row keeps all of its columns on the way") struct QueueRecordTests {
    static func record(_ text: String, _ priority: Priority = .standard, _ state: QueueRecord.State = .ready) -> QueueRecord {
        QueueRecord(
            agent: queueAgent(named: "a"), queue: .input, state: state, topic: "Command", name: text, source: text, payload: text,
            priority: priority,
            sequence: .max, responseTo: .random(), agentCorrelator: text, errorString: text)
    }

    @Test(arguments: awkward) func roundTrip(_ text: String) throws {
        for priority in Priority.allCases {
            for state in QueueRecord.State.allCases {
                let record = Self.record(text, priority, state)
                #expect(try QueueRecord(fields: record.fields) == record)
                let request = SOAPRequest(operation: "insert", fields: record.fields)
                #expect(try QueueRecord(fields: SOAPRequest(parsing: Array(request.serialised().utf8)).fields) == record)
                #expect(try JSONDecoder().decode(QueueRecord.self, from: JSONEncoder().encode(record)) == record)
            }
        }
    }

    @Test func whatIsAbsentOrEmptyHasItsDefault() throws {
        let least = [
            SOAPField("agent", "mid.server.a"), SOAPField("queue", "output"), SOAPField("topic", "Command"),
            SOAPField("sys_mod_count", "3"),
        ]
        let empty = ["sys_id", "state", "name", "priority", "sequence", "response_to", "error_string"].map { SOAPField($0, "") }
        for fields in [least, least + empty] {
            let record = try QueueRecord(fields: fields)
            #expect(record == QueueRecord(sysID: record.sysID, agent: "mid.server.a", queue: .output, topic: "Command"))
        }
        #expect(try QueueRecord(fields: least).sysID != QueueRecord(fields: least).sysID)
    }

    struct Row: Sendable { var field: SOAPField, error: QueueRecord.FieldError }
    static let rows =
        ["agent", "queue", "topic"].map { Row(field: SOAPField($0, ""), error: .missing($0)) }
        + [
            ("queue", "Output"), ("state", "done"), ("priority", "3"), ("priority", "-1"), ("priority", "high"), ("sequence", "1.5"),
            ("sequence", "9223372036854775808"), ("sys_id", "abc"), ("response_to", "zz"),
        ].map { Row(field: SOAPField($0.0, $0.1), error: .invalid($0.0)) }
    @Test(arguments: rows) func refusal(_ row: Row) {
        #expect(throws: row.error) { try QueueRecord(fields: Self.record("x").fields + [row.field]) }
        #expect(throws: row.error) {
            try QueueRecord(fields: [SOAPField("agent", "a"), SOAPField("queue", "output"), SOAPField("topic", "t"), row.field])
        }
    }

    @Test(arguments: ["agent", "queue", "topic"]) func missingColumn(_ name: String) {
        #expect(throws: QueueRecord.FieldError.missing(name)) {
            try QueueRecord(fields: Self.record("x").fields.filter { $0.name != name })
        }
    }

    @Test func smallerIsMoreUrgent() { #expect(Priority.allCases.sorted() == [.interactive, .expedited, .standard]) }
}

@Suite("A SysID is 32 hexadecimal digits and nothing else") struct SysIDTests {
    struct Row: Sendable { var text: String, reads: String? }
    static let digits = "0123456789abcdef0123456789abcdef"
    static let rows = [
        Row(text: digits, reads: digits), Row(text: digits.uppercased(), reads: digits), Row(text: "", reads: nil),
        Row(text: String(digits.dropLast()), reads: nil),
        Row(text: digits + "0", reads: nil), Row(text: digits.dropLast() + "g", reads: nil), Row(text: digits.dropLast() + " ", reads: nil),
        Row(text: digits.dropLast() + "\u{FF11}", reads: nil), Row(text: digits.dropLast(2) + "é", reads: nil),
        Row(text: digits.dropLast(3) + "\u{FF21}", reads: nil), Row(text: "\n" + digits.dropLast(), reads: nil),
    ]
    @Test(arguments: rows) func reading(_ row: Row) throws {
        #expect(SysID(row.text)?.description == row.reads)
        let json = try JSONEncoder().encode([row.text])
        let decoded = try? JSONDecoder().decode([SysID].self, from: json)
        #expect(decoded?.map(\.description) == row.reads.map { [$0] })
    }

    @Test func randomOnesDiffer() {
        let all = Set((0..<1_000).map { _ in SysID.random() })
        #expect(all.count == 1_000)
        #expect(all.allSatisfy { SysID($0.description) == $0 })
    }
}
