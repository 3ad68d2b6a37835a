import Testing

@testable import AgentProtocol

@Suite("An encoded query selects what it says, or is refused as a whole") struct EncodedQueryTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var query: String, matches: Bool
        init(_ query: String, _ matches: Bool) { (self.query, self.matches) = (query, matches) }
        var testDescription: String { query }
    }
    static let fields = ["agent": "mid.server.Lab", "state": "ready", "sequence": "10", "name": "", "topic": "a=b"]
    static let rows = [
        Row("", true), Row("^^", true), Row("EQ", true), Row("state=ready", true), Row("state=READY", true), Row("state=processed", false),
        Row("state=ready^EQ", true), Row("state!=ready", false), Row("state!=error", true), Row("nothing=", true), Row("nothing!=", false),
        Row("agent=mid.server.lab", true), Row("agentLIKEserver", true), Row("agentLIKEother", false), Row("agentNOT LIKEother", true),
        Row("agentNOT LIKElab", false), Row("agentSTARTSWITHmid.", true), Row("agentSTARTSWITHserver", false),
        Row("agentENDSWITHlab", true),
        Row("agentENDSWITHmid", false), Row("stateINready,error", true), Row("stateINREADY", true), Row("stateINread,eady", false),
        Row("stateIN", false),
        Row("stateNOT INready,error", false), Row("stateNOT INerror", true), Row("stateNOT IN", true), Row("nameISEMPTY", true),
        Row("stateISEMPTY", false),
        Row("nothingISEMPTY", true), Row("stateISNOTEMPTY", true), Row("nameISNOTEMPTY", false), Row("sequence>9", true),
        Row("sequence>10", false),
        Row("sequence>=10", true), Row("sequence<9", false), Row("sequence<=10.0", true), Row("sequence<100", true), Row("state>nan", true),
        Row("sequence<=nan", true), Row("sequence>=nan", false), Row("topic=a=b", true), Row("topic!=a=b", false), Row("topic=a!=b", false),
        Row("state=ready^sequence=10", true), Row("state=ready^sequence=11", false), Row("state=error^ORstate=ready", true),
        Row("state=error^ORstate=processed", false), Row("state=error^ORstate=ready^sequence=11", false),
        Row("sequence=10^state=error^ORstate=ready", true),
        Row("state=error^NQsequence=10", true), Row("state=error^NQsequence=11", false),
        Row("state=ready^sequence=11^NQsequence=10^state=ready", true),
        Row("state=error^NQsequence=11^ORsequence=10", true), Row("NQstate=ready", true), Row("state=error^ORDERBYstate", false),
        Row("ORDERBYDESCsequence", true), Row("topic=x javascript:y", false),
    ]
    @Test(arguments: rows) func match(_ row: Row) throws {
        let query = try EncodedQuery(row.query)
        #expect(query.matches(Self.fields) == row.matches)
        #expect(query.and(.init("state", .equal, "ready")).matches(Self.fields) == row.matches)
        #expect(!query.and(.init("state", .equal, "error")).matches(Self.fields))
    }

    @Test func order() throws {
        let query = try EncodedQuery("state=ready^ORDERBYpriority^ORDERBYDESCsys_created_on^sequence>1")
        #expect(query.order == [.init("priority", isDescending: false), .init("sys_created_on", isDescending: true)])
        #expect(query.groups == [[[.init("state", .equal, "ready")], [.init("sequence", .above, "1")]]])
        #expect(EncodedQuery(groups: query.groups, order: query.order) == query)
    }

    struct Bad: Sendable {
        var query: String, part: String
        init(_ query: String, _ part: String) { (self.query, self.part) = (query, part) }
    }
    static let refused = [
        Bad("nonsense", "nonsense"), Bad("state=ready^nonsense", "nonsense"), Bad("=ready", "=ready"), Bad("State=ready", "State=ready"),
        Bad("state ready", "state ready"), Bad("stateSAMEASname", "stateSAMEASname"), Bad("state==ready^x~1", "x~1"),
        Bad("ORstate=ready", "ORstate=ready"),
        Bad("state=ready^NQ", ""), Bad("state=ready^OR", ""), Bad("state=ready^ORDERBY", "ORDERBY"), Bad("ORDERBYDESC", "ORDERBYDESC"),
        Bad("ORDERBYstate;--", "ORDERBYstate;--"), Bad("ORDERBYState", "ORDERBYState"), Bad("nameISEMPTYx", "nameISEMPTYx"),
        Bad("nameISNOTEMPTY1", "nameISNOTEMPTY1"), Bad("st\u{E4}te=ready", "st\u{E4}te=ready"),
        Bad("state=javascript:gs.now()", "state=javascript:gs.now()"),
        Bad("a=1^ORstateINjavascript:x", "stateINjavascript:x"), Bad("a=1^NQstate!=JavaScript:x", "state!=JavaScript:x"),
        Bad("state\"=ready", "state\"=ready"), Bad("a=1^(b=2)", "(b=2)"),
    ]
    @Test(arguments: refused) func refusal(_ row: Bad) {
        #expect(throws: EncodedQuery.Invalid(part: row.part)) { try EncodedQuery(row.query) }
    }

    @Test func limits() throws {
        func terms(_ count: Int) -> String { Array(repeating: "a=1", count: count).joined(separator: "^") }
        #expect(try EncodedQuery(terms(200)).groups[0].count == 200)
        #expect(throws: EncodedQuery.Invalid(part: "a=1")) { try EncodedQuery(terms(201)) }
        #expect(throws: Never.self) { try EncodedQuery("a=" + String(repeating: "x", count: 65_534)) }
        #expect(throws: EncodedQuery.Invalid(part: "a=" + String(repeating: "x", count: 38))) {
            try EncodedQuery("a=" + String(repeating: "x", count: 65_535))
        }
    }
}
