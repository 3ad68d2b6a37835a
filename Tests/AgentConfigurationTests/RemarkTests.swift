import AgentConfiguration
import StrictXML
import Testing

@Suite("What is wrong in a readable config.xml is remarked upon, and nothing else") struct RemarkTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var xml: String, remark: (@Sendable (XMLPosition) -> ConfigurationRemark)?
        init(_ name: String, _ value: String, marks: String = "", _ remark: (@Sendable (XMLPosition) -> ConfigurationRemark)? = nil) {
            (xml, self.remark) = ("<parameters>\n  <parameter name=\"\(name)\" \(marks) value=\"\(value)\"/></parameters>", remark)
        }
        var testDescription: String { xml }
    }
    static func bad(_ name: String, _ value: String, _ expected: String) -> Row {
        Row(name, value) { .badValue(name: name, expected: expected, at: $0) }
    }
    static func unknown(_ name: String, _ nearest: String?) -> Row {
        Row(name, "x") { .unknownParameter(name: name, nearest: nearest, at: $0) }
    }
    static func clear(_ value: String) -> Row {
        Row("mid.instance.password", value, marks: "secure=\"true\"") { .encryptedPrefixOnClearText(name: "mid.instance.password", at: $0) }
    }
    static let password = "mid.instance.password"

    static let rows = [
        Row("url", "https://a.example/"), Row("url", "HTTPS://a"), Row("url", "http://a"), Row("url", ""),
        bad("url", "a.example", "a URL beginning with https://"), bad("url", "ftp://a", "a URL beginning with https://"),
        Row("threads.max", "1"), Row("threads.max", "200"), Row("threads.max", ""), bad("threads.max", "0", "a number from 1 to 200"),
        bad("threads.max", "201", "a number from 1 to 200"), bad("threads.max", "many", "a number from 1 to 200"),
        bad("mid.proxy.port", "65536", "a number from 1 to 65535"), Row("mid.disable_amb", "TRUE"),
        bad("mid.disable_amb", "yes", "true or false"),
        bad("mid.instance.use_proxy", "1", "true or false"), Row(password, "encrypted:QUJD", marks: "secure=\"true\""),
        Row(password, "encrypted:QUI="),
        Row(password, "pa", marks: "encrypt=\"true\""), Row(password, ""), Row(password, "pa") { .secretInClear(name: password, at: $0) },
        Row(password, "pa", marks: "secure=\"false\"") { .secretInClear(name: password, at: $0) },
        Row("glide.glidesoap.password", "pa") { .secretInClear(name: "glide.glidesoap.password", at: $0) },
        clear("encrypted:"), clear("encrypted:secret!"), clear("encrypted:abc"), clear("encrypted:a==="), clear("encrypted:===="),
        clear("encrypted:ab=c"),
        Row("mid.proxy.host", "proxy.example"),
        Row("mid.proxy.host", "http://proxy.example") {
            .proxyHostHasScheme(name: "mid.proxy.host", value: "http://proxy.example", at: $0)
        },
        Row("mid.proxy.host", "http://user:p@/ss@proxy.example:80") {
            .proxyHostHasScheme(name: "mid.proxy.host", value: "http://proxy.example:80", at: $0)
        },
        unknown("mid.proxy.hots", "mid.proxy.host"), unknown("thread.max", "threads.max"), unknown("Url", "url"),
        unknown("something.of.their.own.entirely", nil),
        Row("mid.property.anything", "x"), Row("ext.cred.vault", "x"), Row("mid.httpclient.protocol.a.b", "x"),
    ]
    @Test(arguments: rows) func remark(_ row: Row) throws {
        let file = try ConfigurationFile(parsing: Array(row.xml.utf8))
        #expect(file.remarks() == (row.remark.map { [$0(file.parameters[0].position)] } ?? []))
        #expect(file.parameters[0].position == XMLPosition(offset: 15, line: 2, column: 3))
    }

    @Test(arguments: [
        ("https://corp.service-now.com/", "*.service-now.com", false), ("https://corp.service-now.com/", "corp.service-now.com", false),
        ("https://CORP.example/", "Corp.Example", false), ("https://corp.example/", "", false),
        ("corp.example", "*.service-now.com", false),
        ("https://corp.example/", "*.service-now.com", true), ("https://service-now.com/", "*.service-now.com", true),
        ("https://corp.service-now.com.evil/", "*.service-now.com", true),
    ]) func bootstrapChecksForSomebodyElse(url: String, target: String, elsewhere: Bool) throws {
        let name = "mid.ssl.bootstrap.default.target_endpoint"
        let xml = "<parameters><parameter name=\"url\" value=\"\(url)\"/><parameter name=\"\(name)\" value=\"\(target)\"/></parameters>"
        let remarks = try ConfigurationFile(parsing: Array(xml.utf8)).remarks().filter {
            if case .targetEndpointElsewhere(target, _, _) = $0 { true } else { false }
        }
        #expect(remarks.count == (elsewhere ? 1 : 0))
    }

    @Test func ofDuplicatesTheLastCounts() throws {
        let parameters = ["name", "url", "name", "name"].map { "<parameter name=\"\($0)\" value=\"https://\($0)\"/>\n" }.joined()
        let file = try ConfigurationFile(parsing: Array("<parameters>\(parameters)</parameters>".utf8))
        let positions = file.parameters.filter { $0.name == "name" }.map(\.position)
        #expect(positions.count == 3)
        #expect(file.remarks() == [.duplicateParameter(name: "name", positions: positions, counts: positions[2])])
    }

    @Test func namesOfAnyLengthAreSearchedForInBoundedTime() throws {
        let name = String(repeating: "a", count: 100_000)
        let file = try ConfigurationFile(parsing: Array("<parameters><parameter name=\"\(name)\" value=\"\"/></parameters>".utf8))
        #expect(file.remarks().count == 1)
    }

    @Test func catalogueAgreesWithItself() {
        let names = KnownParameter.all.flatMap { [$0.name] + $0.aliases }
        #expect(Set(names).count == names.count)
        for known in KnownParameter.all {
            #expect(known.aliases.allSatisfy { KnownParameter.named($0) == known })
            switch known.kind {
            case .flag: #expect(["true", "false"].contains(known.byDefault), "\(known.name)")
            case .number(let range): #expect(known.byDefault.flatMap { Int($0) }.map(range.contains) == true, "\(known.name)")
            case .secret: #expect(known.byDefault == nil, "\(known.name)")
            case .text, .url: break
            }
        }
    }
}
