import AgentProtocol
import Foundation
import InstanceStore
import Testing

@Suite("An encoded query selects in SQL what it says") struct QueueQueryTests {
    /// topic, name, priority, sequence of the rows.
    static let rows: [(String, String, Priority, Int64)] = [
        ("A", "100%", .interactive, 2), ("B", "x_y", .standard, 10), ("C", "Xay\\", .expedited, 9), ("D", "", .standard, 1),
    ]

    struct Row: Sendable, CustomTestStringConvertible {
        var query: String, topics: String
        var testDescription: String { query }
    }
    static let queries = [
        Row(query: "", topics: "ABCD"),
        Row(query: "queue=output", topics: "ABCD"),
        Row(query: "topic=b", topics: "B"),
        Row(query: "topic!=B", topics: "ACD"),
        Row(query: "topicINa,D", topics: "AD"),
        Row(query: "topicNOT INA,d", topics: "BC"),
        Row(query: "nameLIKE%", topics: "A"),
        Row(query: "nameNOT LIKE%", topics: "BCD"),
        Row(query: "nameSTARTSWITHx", topics: "BC"),
        Row(query: "nameENDSWITH_y", topics: "B"),
        Row(query: "nameENDSWITH\\", topics: "C"),
        Row(query: "nameISEMPTY", topics: "D"),
        Row(query: "nameISNOTEMPTY", topics: "ABC"),
        Row(query: "name=", topics: "D"),
        Row(query: "sequence>=9", topics: "BC"),
        Row(query: "sequence<10^sequence>1", topics: "AC"),
        Row(query: "priority=2^ORDERBYsequence", topics: "DB"),
        Row(query: "ORDERBYDESCsequence", topics: "BCAD"),
        Row(query: "topic=A^ORtopic=B^nameLIKEy", topics: "B"),
        Row(query: "topic=A^NQtopic=D", topics: "AD"),
        Row(query: "sys_created_on>=2027-01-15 08:00:00", topics: "ABCD"),
        Row(query: "sys_created_on<2027-01-15 08:00:00", topics: ""),
        Row(query: "response_to=", topics: "ABCD"),
        Row(query: "name=' OR 1=1 --", topics: ""),
    ]
    @Test func table() async throws {
        try await withStore { store, _ in
            for row in Self.rows {
                let record = QueueRecord(
                    agent: queueAgent(named: "one"), queue: .output, topic: row.0, name: row.1, priority: row.2, sequence: row.3)
                try await store.insertJob(record, by: "t", now: noon)
            }
            for row in Self.queries {
                let found = try await store.entries(matching: EncodedQuery(row.query), limit: 10)
                #expect(found.page.map(\.record.topic).joined() == row.topics, "\(row.query)")
                #expect(found.total == row.topics.count)
            }
            let page = try await store.entries(matching: EncodedQuery("ORDERBYDESCsequence"), limit: 2, offset: 1)
            #expect(page.page.map(\.record.topic) == ["C", "A"])
            #expect(page.total == 4)
            await #expect(throws: InstanceStoreError.badQuery(field: "token")) {
                try await store.entries(matching: EncodedQuery("token=1"), limit: 1)
            }
        }
    }
}
