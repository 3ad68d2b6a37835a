import StrictXML
import Testing

@Suite("Character data reads as the characters it stands for (XML 1.0 §2.4, §2.7, §2.11, §3.3.3, §4.6)") struct TextTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var xml: String, value: String
        init(_ xml: String, _ value: String) { (self.xml, self.value) = (xml, value) }
        var testDescription: String { xml }
    }

    static let texts = [
        Row("", ""), Row("plain", "plain"), Row("&lt;&gt;&amp;&quot;&apos;", "<>&\"'"), Row("&amp;lt;", "&lt;"),
        Row("&#65;&#x42;&#x0043;", "ABC"),
        Row("&#x1F512;", "\u{1F512}"), Row("&#x10FFFF;", "\u{10FFFF}"), Row("&#9;&#10;&#13;", "\t\n\r"), Row("a > b \" '", "a > b \" '"),
        Row("]] > ]]&gt;", "]] > ]]>"), Row("a\r\nb\rc\nd", "a\nb\nc\nd"), Row("é漢\u{1F512}", "é漢\u{1F512}"), Row(" \t\n", " \t\n"),
        Row("<![CDATA[<b> & &amp; ]]>", "<b> & &amp; "), Row("<![CDATA[]]>", ""), Row("<![CDATA[]]]]><![CDATA[>]]>", "]]>"),
        Row("<![CDATA[a\r\nb\rc]]>", "a\nb\nc"), Row("a<!-- not this -->b", "ab"), Row("a<!---->b", "ab"),
        Row("a<!-- - > <x> & -->b", "ab"),
        Row("a<?pi a?b > <x> ?>b", "ab"), Row("a<b>inner</b>c", "ac"),
    ]
    @Test(arguments: texts) func text(_ row: Row) throws {
        #expect(try XMLDocument(parsing: "<a>\(row.xml)</a>").root.text == row.value)
    }

    static let values = [
        Row("\"\"", ""), Row("'\"'", "\""), Row("\"'\"", "'"), Row("\"&lt;&amp;&quot;&#x41;\"", "<&\"A"), Row("\"a > b\"", "a > b"),
        Row("\"a\tb\nc\r\nd\re\"", "a b c d e"), Row("\"&#9;&#10;&#13;\"", "\t\n\r"), Row("\"]]>\"", "]]>"), Row("\"  é \"", "  é "),
    ]
    @Test(arguments: values) func attributeValue(_ row: Row) throws {
        for equals in ["=", " = ", "\n=\t"] {
            let root = try XMLDocument(parsing: "<a b\(equals)\(row.xml)/>").root
            #expect(root.attribute("b") == row.value)
        }
    }

    @Test func rangesPointAtTheRawBytes() throws {
        let bytes = Array("<!-- é --><r>\n <p n=\"é&amp;\" v='x'/>\n <p>t</p >\n</r>".utf8)
        let root = try XMLDocument(parsing: bytes).root
        func raw(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        #expect(root.elements.map { raw($0.range) } == ["<p n=\"é&amp;\" v='x'/>", "<p>t</p >"])
        #expect(root.elements[0].attributes.map { raw($0.range) } == ["é&amp;", "x"])
        #expect(raw(root.range).hasPrefix("<r>") && raw(root.range).hasSuffix("</r>"))
        #expect(root.elements.map(\.position.line) == [2, 3])
    }

    @Test func namesAreFoundWithoutTheirPrefix() throws {
        let root = try XMLDocument(parsing: "<s:a xmlns:s='u'><s:b>1</s:b><b>2</b><c/></s:a>").root
        #expect(root.localName == "a")
        #expect(root.child("b")?.text == "1")
        #expect(root.children(named: "b").map(\.text) == ["1", "2"])
        #expect(root.child("d") == nil)
        #expect(root.attribute("xmlns") == nil)
    }
}
