import Testing

@testable import LDAP

@Suite("Filters are read from their text as RFC 4515 says") struct LDAPFilterTests {
    static let readable: [(String, LDAPFilter)] = [
        ("(cn=Babs Jensen)", .equal("cn", Array("Babs Jensen".utf8))),
        ("(!(cn=Tim Howes))", .not(.equal("cn", Array("Tim Howes".utf8)))),
        (
            "(&(objectClass=Person)(|(sn=Jensen)(cn=Babs J*)))",
            .and([
                .equal("objectClass", Array("Person".utf8)),
                .or([.equal("sn", Array("Jensen".utf8)), .substrings("cn", initial: Array("Babs J".utf8), any: [], final: nil)]),
            ])
        ),
        ("(o=univ*of*mich*)", .substrings("o", initial: Array("univ".utf8), any: [Array("of".utf8), Array("mich".utf8)], final: nil)),
        ("(seeAlso=)", .equal("seeAlso", [])), ("(cn=*)", .present("cn")),
        ("(cn=*a)", .substrings("cn", initial: nil, any: [], final: [97])),
        (
            "(cn:caseExactMatch:=Fred Flintstone)",
            .extensible(type: "cn", rule: "caseExactMatch", value: Array("Fred Flintstone".utf8), ofName: false)
        ),
        ("(cn:=Betty Rubble)", .extensible(type: "cn", rule: nil, value: Array("Betty Rubble".utf8), ofName: false)),
        ("(sn:dn:2.4.6.8.10:=Barney)", .extensible(type: "sn", rule: "2.4.6.8.10", value: Array("Barney".utf8), ofName: true)),
        ("(o:dn:=Ace)", .extensible(type: "o", rule: nil, value: Array("Ace".utf8), ofName: true)),
        ("(:1.2.3:=Wilma)", .extensible(type: nil, rule: "1.2.3", value: Array("Wilma".utf8), ofName: false)),
        ("(:DN:2.4.6.8.10:=Dino)", .extensible(type: nil, rule: "2.4.6.8.10", value: Array("Dino".utf8), ofName: true)),
        (#"(o=Parens R Us \28for all\29)"#, .equal("o", Array("Parens R Us (for all)".utf8))),
        (#"(cn=*\2A*)"#, .substrings("cn", initial: nil, any: [[0x2A]], final: nil)),
        (#"(bin=\00\00\00\04)"#, .equal("bin", [0, 0, 0, 4])),
        ("(a>=1)", .greaterOrEqual("a", [49])), ("(a<=1)", .lessOrEqual("a", [49])), ("(a~=1)", .approximately("a", [49])),
        ("(cn;lang-de=x)", .equal("cn;lang-de", [120])), ("(&)", .and([])),
        (
            "(userAccountControl:1.2.840.113556.1.4.803:=2)",
            .extensible(type: "userAccountControl", rule: "1.2.840.113556.1.4.803", value: [50], ofName: false)
        ),
    ]

    @Test(arguments: readable) func read(text: String, filter: LDAPFilter) throws { #expect(try LDAPFilter(text) == filter) }

    @Test(arguments: [
        ("", 0), ("cn=a", 0), ("(cn=a", 5), ("(cn=a)x", 6), ("(=a)", 1), ("(cn=a(b)", 5), (#"(cn=\2)"#, 5), (#"(cn=\zz)"#, 5), ("(!)", 2),
        ("(cn)", 4), ("(cn>a)", 4), ("(a b=c)", 1), ("(cn=a**b)", 8), ("(:=a)", 1), ("(a:b:c:=d)", 1), (#"(cn=\"#, 5),
    ])
    func refused(text: String, position: Int) { #expect(throws: LDAPError.filter(at: position)) { try LDAPFilter(text) } }

    @Test func bounds() {
        let deep = String(repeating: "(!", count: 33) + "(a=b)" + String(repeating: ")", count: 33)
        #expect(throws: LDAPError.overLimit(found: 33, limit: 32)) { try LDAPFilter(deep) }
        #expect(throws: LDAPError.self) { try LDAPFilter("(a=" + String(repeating: "b", count: LDAPFilter.textLimit) + ")") }
    }

    @Test func written() throws {
        #expect(try LDAPFilter("(cn=a)").encoded == octets("a3 07 04 02 63 6e 04 01 61"))
        #expect(try LDAPFilter("(!(cn=*))").encoded == octets("a2 04 87 02 63 6e"))
        #expect(try LDAPFilter("(cn=a*b*c)").encoded == octets("a4 0f 04 02 63 6e 30 09 80 01 61 81 01 62 82 01 63"))
        #expect(try LDAPFilter("(cn:dn:1.2:=a)").encoded == octets("a9 0f 81 03 31 2e 32 82 02 63 6e 83 01 61 84 01 ff"))
    }
}
