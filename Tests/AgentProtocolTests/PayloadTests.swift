import AgentProtocol
import StrictXML
import Testing

/// Values with everything that has a meaning of its own in XML.
let awkward = ["", "plain", "<a b=\"c\">&amp;</a>", "]]>", "'\"&<>", " a\tb\nc\r\nd\re ", "é漢\u{1F512}", "encrypted:abc=", "^ORx=1"]

@Suite("A job's parameters arrive as they were sent") struct JobPayloadTests {
    @Test(arguments: awkward) func roundTrip(_ text: String) throws {
        let payload = JobPayload([.init("name", text), .init(text, "value"), .init("name", "again")])
        #expect(try JobPayload(parsing: payload.serialised()) == payload)
    }

    struct Row: Sendable { var xml: String, parameters: [JobPayload.Parameter] }
    static let rows = [
        Row(xml: "", parameters: []), Row(xml: " \n", parameters: []), Row(xml: "<parameters/>", parameters: []),
        Row(
            xml: "<parameters>\n  <parameter name='a' value='1'/>\n  <parameter value='2' name='b'/></parameters>",
            parameters: [.init("a", "1"), .init("b", "2")]),
        Row(xml: "<parameters><parameter name='a'>text &amp; more</parameter></parameters>", parameters: [.init("a", "text & more")]),
        Row(xml: "<parameters><parameter name='a' value=''>text</parameter><other name='b'/></parameters>", parameters: [.init("a", "")]),
        Row(
            xml: "<?xml version='1.0'?><x:parameters xmlns:x='u'><x:parameter name='a' value='1'/></x:parameters>",
            parameters: [.init("a", "1")]),
    ]
    @Test(arguments: rows) func reading(_ row: Row) throws { #expect(try JobPayload(parsing: row.xml).parameters == row.parameters) }

    static let refused = [
        "<results/>", "<parameters><parameter value='1'/></parameters>", "<parameters>", "text", "<parameters/><parameters/>", "\0",
    ]
    @Test(arguments: refused) func refusal(_ xml: String) { #expect(throws: XMLError.self) { try JobPayload(parsing: xml) } }

    @Test func ofOneNameTheLastCountsAndSettingLeavesOne() {
        var payload = JobPayload([.init("a", "1"), .init("b", "2"), .init("a", "3")])
        #expect(payload["a"] == "3")
        #expect(payload["c"] == nil)
        payload["a"] = "4"
        #expect(payload.parameters == [.init("b", "2"), .init("a", "4")])
        payload["b"] = nil
        #expect(payload.parameters == [.init("a", "4")])
    }
}

@Suite("A result arrives as it was sent, and one that cannot be read is no success") struct ResultPayloadTests {
    @Test(arguments: awkward) func roundTrip(_ text: String) throws {
        let payload = ResultPayload(
            probeTimeMilliseconds: 1_234, resultCode: -7, error: text,
            results: [[.init("output", text), .init("empty", "")], [.init("output", "2")]],
            parameters: JobPayload([.init("p", text)]))
        #expect(try ResultPayload(parsing: payload.serialised()) == payload)
    }

    static let shapes: [[[ResultPayload.Field]]] = [[], [[]], [[], [.init("a", "1")], []], [[.init("a", "1"), .init("a", "2")]]]
    @Test(arguments: shapes) func results(_ results: [[ResultPayload.Field]]) throws {
        let payload = ResultPayload(probeTimeMilliseconds: 0, results: results)
        #expect(try ResultPayload(parsing: payload.serialised()) == payload)
    }

    struct Row: Sendable { var attributes: String, code: Int?, error: String? = nil }
    static let rows = [
        Row(attributes: "", code: 0), Row(attributes: "result_code='0'", code: 0),
        Row(attributes: "result_code='42' error=''", code: 42, error: ""),
        Row(attributes: "result_code='-1' error='no &lt;route&gt;'", code: -1, error: "no <route>"),
        Row(attributes: "result_code=''", code: nil),
        Row(attributes: "result_code='ok'", code: nil), Row(attributes: "result_code='0x0'", code: nil),
        Row(attributes: "result_code=' 0'", code: nil),
        Row(attributes: "result_code='0.0'", code: nil), Row(attributes: "result_code='99999999999999999999'", code: nil),
    ]
    @Test(arguments: rows) func resultCode(_ row: Row) throws {
        let xml = "\n<results \(row.attributes)/>"
        if let code = row.code {
            let payload = try ResultPayload(parsing: xml)
            #expect((payload.resultCode, payload.error) == (code, row.error))
        } else {
            let error = XMLError.malformed(expected: "a number as result_code", at: XMLPosition(offset: 1, line: 2, column: 1))
            #expect(throws: error) { try ResultPayload(parsing: xml) }
        }
    }

    @Test func textWithoutFieldsIsTheOutput() throws {
        let payload = try ResultPayload(
            parsing: "<results probe_time='12'><result>Linux &amp; more</result><result><x>1</x></result></results>")
        #expect(payload.results == [[.init("output", "Linux & more")], [.init("x", "1")]])
        #expect(payload["output"] == "Linux & more")
        #expect(payload["x"] == "1")
        #expect(payload["y"] == nil)
        #expect(payload.probeTimeMilliseconds == 12)
    }

    static let refused = ["", "<parameters/>", "<results>", "<results><parameters><parameter/></parameters></results>"]
    @Test(arguments: refused) func refusal(_ xml: String) { #expect(throws: XMLError.self) { try ResultPayload(parsing: xml) } }
}
