import StrictXML
import Testing

@Suite("What is written reads as the same tree") struct WriterTests {
    /// All that has a meaning of its own somewhere in XML.
    static let texts = [
        "plain", "<a href=\"x\">&amp;</a>", "\"'&<>", "]]>", "<![CDATA[x]]>", "<!-- x -->", "<?x?>", "&#65;", " leading and trailing ",
        "\t\n\r\r\n",
        "a\rb", "é漢\u{1F512}", "\u{85}\u{2028}\u{A0}", "e\u{301}", "\u{7F}", "\u{10FFFF}", "encrypted:abc=", "\u{FFFD}",
    ]
    @Test(arguments: texts) func roundTrip(_ text: String) throws {
        let child = XMLElement("b", attributes: [.init("c", text), .init("d:e", "")], text: text)
        let tree = XMLElement(
            "a", attributes: [.init("v", text)], children: [.text(text), .element(child), .text(text), .element(XMLElement("f"))])
        let read = try XMLDocument(parsing: tree.serialised()).root
        #expect(Shape(read) == Shape(tree))
        #expect(read.attribute("v").map { Array($0.utf8) } == Array(text.utf8))
        #expect(read.serialised() == tree.serialised())
    }

    @Test func sampleRoundTrip() throws {
        let root = try XMLDocument(parsing: sample).root
        #expect(Shape(try XMLDocument(parsing: root.serialised()).root) == Shape(root))
    }

    static let impossible: [UInt32] = Array(0..<0x20).filter { ![0x09, 0x0A, 0x0D].contains($0) } + [0xFFFE, 0xFFFF]
    @Test(arguments: impossible) func charactersThatXMLCannotHoldAreReplaced(_ number: UInt32) throws {
        let text = try "a\(#require(Unicode.Scalar(number)))b"
        #expect(XMLEscaping.text(text) == "a\u{FFFD}b")
        #expect(XMLEscaping.attribute(text) == "a\u{FFFD}b")
        #expect(try XMLDocument(parsing: XMLElement("a", text: text).serialised()).root.text == "a\u{FFFD}b")
    }

    @Test func exactForm() {
        let tree = XMLElement(
            "a", attributes: [.init("b", "\"<\n\t'>")], children: [.element(XMLElement("c", text: "")), .text("\"\r\n\t<>")])
        #expect(tree.serialised() == "<a b=\"&quot;&lt;&#10;&#9;'&gt;\"><c/>\"&#13;\n\t&lt;&gt;</a>")
    }
}
