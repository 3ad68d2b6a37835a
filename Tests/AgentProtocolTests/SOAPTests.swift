import AgentProtocol
import StrictXML
import Testing

@Suite("A SOAP message reads as it was written") struct SOAPTests {
    @Test(arguments: awkward) func requestRoundTrip(_ text: String) throws {
        let request = SOAPRequest(
            operation: "insert", namespace: "http://www.service-now.com/ecc_queue",
            fields: [.init("payload", text), .init("a", "1"), .init("a", "2")])
        #expect(try SOAPRequest(parsing: Array(request.serialised().utf8)) == request)
        #expect(request["a"] == "2")
        #expect(request["b"] == nil)
    }

    struct Namespace: Sendable {
        var envelope = ""
        var body = ""
        var element: String
        var expected: String
    }
    static let namespaces = [
        Namespace(element: "<m:execute xmlns:m='urn:m'/>", expected: "urn:m"),
        Namespace(element: "<execute xmlns='urn:d'/>", expected: "urn:d"),
        Namespace(element: "<m:execute xmlns:xsi='urn:x' xmlns='urn:d' xmlns:m='urn:m'/>", expected: "urn:m"),
        Namespace(element: "<execute xmlns:m='urn:m' xmlns='urn:d'/>", expected: "urn:d"),
        Namespace(element: "<execute xmlns:m='urn:m'/>", expected: ""),
        Namespace(body: "xmlns:m='urn:body'", element: "<m:execute/>", expected: "urn:body"),
        Namespace(envelope: "xmlns:m='urn:envelope'", element: "<m:execute xmlns:n='urn:n'/>", expected: "urn:envelope"),
        Namespace(envelope: "xmlns:m='urn:envelope'", body: "xmlns:m='urn:body'", element: "<m:execute/>", expected: "urn:body"),
        Namespace(
            envelope: "xmlns:m='urn:envelope'", body: "xmlns:m='urn:body'", element: "<m:execute xmlns:m='urn:m'/>", expected: "urn:m"),
        Namespace(envelope: "xmlns='urn:envelope'", element: "<execute/>", expected: "urn:envelope"),
        Namespace(envelope: "xmlns='urn:envelope'", element: "<execute xmlns=''/>", expected: ""),
        Namespace(element: "<m:execute/>", expected: ""),
    ]
    @Test(arguments: namespaces) func namespace(_ row: Namespace) throws {
        let xml = "<s:Envelope xmlns:s='urn:soap' \(row.envelope)><s:Header/><s:Body \(row.body)>\(row.element)</s:Body></s:Envelope>"
        let request = try SOAPRequest(parsing: Array(xml.utf8))
        #expect(request.operation == "execute")
        #expect(request.namespace == row.expected)
    }

    static let row = [SOAPField("sys_id", "1"), SOAPField("payload", "<a>&amp;</a>\n")]
    static let tables: [[[SOAPField]]] = [
        [], [[]], [row], [row, [SOAPField("sys_id", "2")]], [[], []], [[], row], [[SOAPField("a", "")]],
        [[SOAPField("a", "1"), SOAPField("a", "2")]],
        [[SOAPField("executeResult", "x")]], [[SOAPField("executeResult", "")]], [[SOAPField("getRecordsResult", "x")], []],
    ]
    @Test(arguments: ["getRecords", "get", "insert", "update", "execute"], tables) func responseRoundTrip(
        _ operation: String, _ rows: [[SOAPField]]
    ) throws {
        let response = SOAPResponse(operation: operation, rows: rows)
        #expect(try SOAPResponse(parsing: Array(response.serialised().utf8)) == response)
    }

    @Test func awkwardTextsSurviveAResponse() throws {
        let response = SOAPResponse(operation: "getRecords", rows: awkward.map { [SOAPField("payload", $0)] })
        #expect(try SOAPResponse(parsing: Array(response.serialised().utf8)) == response)
    }

    @Test func foreignResponseIsRead() throws {
        let xml = """
            <soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
            <getRecordsResponse xmlns="http://www.service-now.com/ecc_queue">
              <getRecordsResult><agent>mid.server.a</agent></getRecordsResult>
              <getRecordsResult>
              </getRecordsResult>
            </getRecordsResponse></soapenv:Body></soapenv:Envelope>
            """
        let response = try SOAPResponse(parsing: Array(xml.utf8))
        #expect(response == SOAPResponse(operation: "getRecords", rows: [[SOAPField("agent", "mid.server.a")], []]))
        let field = "<e:Envelope><e:Body><executeResponse><executeResult>done</executeResult></executeResponse></e:Body></e:Envelope>"
        #expect(try SOAPResponse(parsing: Array(field.utf8)).rows == [[SOAPField("executeResult", "done")]])
    }

    @Test(arguments: awkward) func faultRoundTrip(_ text: String) {
        let fault = SOAPFault(code: "SOAP-ENV:Server", string: text, detail: text)
        #expect(throws: fault) { try SOAPResponse(parsing: Array(fault.serialised().utf8)) }
    }

    static let refused = [
        "", "<html/>", "<e:Envelope/>", "<e:Envelope><e:Header/></e:Envelope>", "<e:Envelope><e:Body/></e:Envelope>",
        "<e:Envelope><e:Body>text</e:Body></e:Envelope>",
        "<e:Envelope><e:Body><a></e:Body></e:Envelope>", "<!DOCTYPE a><e:Envelope><e:Body><a/></e:Body></e:Envelope>",
    ]
    @Test(arguments: refused) func refusal(_ xml: String) {
        #expect(throws: XMLError.self) { try SOAPRequest(parsing: Array(xml.utf8)) }
        #expect(throws: XMLError.self) { try SOAPResponse(parsing: Array(xml.utf8)) }
    }

    @Test(arguments: [0, 1]) func instanceInformationRoundTrip(_ version: Int) throws {
        let information = InstanceInformation(instanceID: "i", buildTag: "b & c", midVersion: "v", protocolVersion: version)
        #expect(InstanceInformation(try SOAPResponse(parsing: Array(information.response.serialised().utf8))) == information)
    }

    @Test func instanceThatDoesNotSayOursDoesNotSpeakOurs() {
        let plain = InstanceInformation(SOAPResponse(operation: "execute", rows: [[SOAPField("midguard_protocol", "one")]]))
        #expect(plain == InstanceInformation(instanceID: "", buildTag: "", midVersion: "", protocolVersion: 0))
        #expect(InstanceInformation(SOAPResponse(operation: "execute", rows: [])) == plain)
    }
}
