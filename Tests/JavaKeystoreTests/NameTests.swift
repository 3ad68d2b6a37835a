import StrictDER
import Testing

@testable import JavaKeystore

@Suite("A typed name becomes the name it says") struct DistinguishedNameTests {
    static let rows: [(typed: String, shown: String)] = [
        ("CN=x, OU=y, O=z, C=GB", "CN=x,OU=y,O=z,C=GB"),
        ("cn = x ;ou= y", "CN=x,OU=y"),
        ("CN=Sm\\, J\\\\r., O=\"Corp, Inc. + Co\"", "CN=Sm\\, J\\\\r.,O=Corp\\, Inc. \\+ Co"),
        ("CN=\\ x\\ , O=a  b", "CN=\\ x\\ ,O=a  b"),
        ("CN=J\\C3\\B6rg, O=Größe", "CN=Jörg,O=Größe"),
        ("2.5.4.3=x, OID.2.5.4.10=y", "CN=x,O=y"),
        ("CN=#0C0178", "CN=x"),
        ("EMAILADDRESS=a@b.example, DC=service-now, DC=com", "EMAILADDRESS=a@b.example,DC=service-now,DC=com"),
        ("CN=a+SERIALNUMBER=1, C=GB", "CN=a+SERIALNUMBER=1,C=GB"),
        ("CN=a=b", "CN=a=b"),
    ]
    @Test(arguments: rows.indices) func text(row: Int) throws {
        #expect(try DistinguishedNameText.text(DistinguishedName(Self.rows[row].typed).der[...]) == Self.rows[row].shown)
    }

    static let wrong: [(typed: String, problem: NameError.Problem, position: Int)] = [
        ("", .empty, 0), ("   ", .empty, 0), ("CN", .equalsSignMissing, 0), ("CN=x,", .empty, 5), ("CN=x, XX=y", .unknownType("XX"), 6),
        ("CN=", .valueMissing, 3), ("CN=x,,O=y", .empty, 5), ("CN=\"x", .badEscape, 3), ("CN=x\\", .badEscape, 4),
        ("CN=#0C0578", .badEscape, 3), ("CN=#", .badEscape, 3), ("CN=\\FF", .badEscape, 3), ("CN=a\nb", .controlCharacter, 4),
        ("CN=\\00", .controlCharacter, 3), ("C=Gß", .characterNotAllowed, 2), ("CN=\"x\"y", .characterNotAllowed, 6),
        ("CN=" + String(repeating: "x", count: 5000), .tooLong(limit: 4096), 4096),
    ]
    @Test(arguments: wrong.indices) func refused(row: Int) {
        let (typed, problem, position) = Self.wrong[row]
        let error = #expect(throws: NameError.self, "\(typed.prefix(40))") { try DistinguishedName(typed) }
        #expect(error == NameError(problem, position: position))
    }

    @Test func anyTextEnds() {
        var generator = SeededGenerator(seed: 4514)
        let characters = Array("CNO=,;+\\\"# xé0F\u{0}")
        for _ in 0..<20_000 {
            let text = String(
                (0..<Int.random(in: 0...20, using: &generator)).map { _ in characters.randomElement(using: &generator) ?? "x" })
            guard let name = try? DistinguishedName(text) else { continue }
            #expect(!DistinguishedNameText.text(name.der[...]).hasPrefix("#"), "\(text)")
        }
    }
}

@Suite("An alternative name is what its text says, or refused") struct AlternativeNameTests {
    static let rows: [(text: String, name: AlternativeName?)] = [
        ("dns:agent.example.com", .dns("agent.example.com")), ("DNS:*.example.com", .dns("*.example.com")),
        ("agent", .dns("agent")), ("a_b.example", .dns("a_b.example")), ("ip:192.0.2.1", .ip([192, 0, 2, 1])),
        ("192.0.2.1", .ip([192, 0, 2, 1])), ("::1", .ip(Array(repeating: 0, count: 15) + [1])),
        ("ip:2001:db8::ff", .ip([0x20, 1, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [0xff])),
        ("1:2:3:4:5:6:7:8", .ip([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8])),
        ("::ffff:192.0.2.1", .ip(Array(repeating: 0, count: 10) + [255, 255, 192, 0, 2, 1])), ("::", .ip(Array(repeating: 0, count: 16))),
        ("email:a@example.com", .email("a@example.com")), ("a@example.com", .email("a@example.com")),
        ("uri:https://example.com/x", .uri("https://example.com/x")),
        ("", nil), ("dns:", nil), ("dns:a..b", nil), ("dns:a b", nil), ("dns:größe.example", nil), ("dns:a.*.b", nil), ("dns:*", nil),
        ("ip:1.2.3", nil), ("ip:1.2.3.256", nil), ("ip:01.2.3.4", nil), ("ip:1::2::3", nil), ("ip:1:2:3:4:5:6:7:8:9", nil),
        ("ip:1:2:3:4:5:6:7::8:9", nil), ("ip:12345::", nil), ("ip:::g", nil), ("ip:1.2.3.4::", nil), ("ip:fe80::1%eth0", nil),
        ("ip::", nil), ("ip:1:", nil), ("email:a", nil), ("email:@b", nil), ("uri:", nil), ("uri:a b", nil),
        ("dns:" + String(repeating: "a", count: 64) + ".b", nil),
    ]
    @Test(arguments: rows.indices) func name(row: Int) {
        let (text, name) = Self.rows[row]
        #expect((try? AlternativeName(text)) == name, "\(text)")
    }
}
