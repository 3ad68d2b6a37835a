import StrictXML
import Testing

@Suite("What is no XML is refused with the line and column of the slip") struct RefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var xml: String, error: XMLError
        init(_ xml: String, _ error: XMLError) { (self.xml, self.error) = (xml, error) }
        var testDescription: String { xml.debugDescription }
    }

    /// Offset, line and column where the text before ends.
    static func after(_ text: String) -> XMLPosition {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return XMLPosition(offset: text.utf8.count, line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
    }

    static func escaped(_ good: String, _ character: String, _ rest: String) -> Row {
        Row(good + rest, .notEscaped(character: character, at: after(good)))
    }
    static func malformed(_ good: String, _ rest: String, _ expected: String) -> Row {
        Row(good + rest, .malformed(expected: expected, at: after(good)))
    }
    static func truncated(_ good: String, _ rest: String, _ inside: String) -> Row {
        Row(good + rest, .truncated(inside: inside, at: after(good)))
    }
    static let head = "<r>\n <!-- é -->\n <p n=\"é"
    static let isAllowed = "a character that XML allows"

    static let rows =
        [
            escaped(head + " a ", "&", "& b\"/></r>"), escaped(head, "&", "&b\"/></r>"), escaped(head, "&", "&nbsp;\"/></r>"),
            escaped(head, "&", "&\"/></r>"), escaped(head, "<", "<b\"/></r>"), escaped("<p v=\"a", "\"", "\"b\"/>"),
            escaped("<p v=\"say ", "\"", "\" hi\"/>"), escaped("<p v=\"say ", "\"", "\"hi\" now\"/>"), escaped("<p v='it", "'", "'s'/>"),
            escaped("<p v='it ", "'", "' is'/>"), escaped("<p v=\"1\" w=\"2", "\"", "\" 3\"/>"), escaped("<a>\n x ", "&", "& y</a>"),
            escaped("<a>x", "&", "&y"), escaped("<a>", "&", "&;</a>"), escaped("<a>]]", ">", "></a>"), escaped("<a>]]]", ">", "></a>"),
        ]
        + [
            "&#;", "&#x;", "&#xG;", "&#a;", "&#-1;", "&#+1;", "&#X41;", "&#x41", "& amp;", "&AMP;", "&#0;", "&#x1F;", "&#xD800;",
            "&#xFFFE;", "&#xFFFF;",
        ]
        .map { escaped("<a>\n ", "&", $0 + "</a>") }
        + ["&#x110000;", "&#99999999999;", "&#x00000000000041;"].map { escaped("<a v='", "&", $0 + "'/>") }
        + [
            malformed("", "x<a/>", "an element"), malformed("\n ", "&#32;<a/>", "an element"), malformed("", "\u{A0}<a/>", "an element"),
            malformed("", "<![CDATA[x]]><a/>", "an element"), malformed("", "</a>", "an element"), malformed("<a/>\n", "x", "the end"),
            malformed("<a></a>", "<b/>", "the end"), malformed("<a>\n ", "</b></a>", "</a>"), malformed("<a><b>", "</a>", "</b>"),
            malformed("<a></a", " b>", ">").moved(by: 1), malformed("<", "1/>", "an element's name"),
            malformed("<", " a/>", "an element's name"),
            malformed("<a ", "=\"1\"/>", "an attribute's name"), malformed("<a b", "/>", "="), malformed("<a b=", "1/>", "a quoted value"),
            malformed("<a b=\"1\" ", "b=\"2\"/>", "no second b"), malformed("<a", "<b/>", "a space, / or >"),
            malformed("<a b=\"1\"", "/ >", "/>"),
            malformed("<a><!-- x ", "-- y --></a>", "no -- inside a comment"),
            malformed("<a><!-- x -", "--></a>", "no -- inside a comment").moved(by: -1),
            malformed("\n", "<?xml version=\"1.0\"?><a/>", "the XML declaration at the very beginning"),
            malformed("<a/>", "<?XML x?>", "the XML declaration at the very beginning"),
            malformed("<?", " x?><a/>", "a processing instruction's name"),
        ]
        + [("<a>\n é", "</a>"), ("<a b='", "'/>"), ("<a><![CDATA[", "]]></a>"), ("<a><!-- ", " --></a>"), ("<a", "/>")].flatMap {
            before, behind in
            ["\0", "\u{1}", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"].map { malformed(before, $0 + behind, isAllowed) }
        }
        + [
            truncated("", "", "the document"), truncated(" \n", "", "the document"), truncated("<!-- x -->", "", "the document"),
            truncated("\n", "<a>", "the element a"), truncated("<a>", "<b>text", "the element b"),
            truncated("<a>\n ", "<b c=\"1\" ", "the tag b"),
            truncated("<a>", "<b", "the tag b"), truncated("<a>", "<b c=\"1\"/", "the tag b"), truncated("<a>", "<b c", "the tag b"),
            truncated("<a>", "<b c=", "the tag b"), truncated("<a b=\"", "x", "the value of b"), truncated("<a>", "</a", "the tag /a"),
            truncated("<a></", "", "an element's name"), truncated("<a>", "<!-- x", "a comment"),
            truncated("<a>", "<!-- x --", "a comment"),
            truncated("<a>", "<![CDATA[x]]", "a CDATA section"), truncated("", "<?xml version", "the XML declaration"),
            truncated("<a>", "<?x ?", "a processing instruction"),
        ]

    @Test(arguments: rows) func error(_ row: Row) {
        #expect(throws: row.error) { try XMLDocument(parsing: row.xml) }
        #expect(throws: row.error.shifted()) { try XMLDocument(parsing: "\u{FEFF}" + row.xml) }
    }

    static let documentTypes = [
        "<!DOCTYPE a>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">", "<!DOCTYPE a [<!ENTITY b \"c\">]>", "<!ELEMENT a>", "<!>",
        "<!doctype a>",
    ]
    @Test(arguments: documentTypes) func documentTypeIsRefused(_ declaration: String) {
        #expect(throws: XMLError.doctypeRefused(at: Self.after("\n"))) { try XMLDocument(parsing: "\n\(declaration)<a>&b;</a>") }
    }
}

extension RefusalTests.Row {
    /// The slip is some columns away from the seam.
    fileprivate func moved(by count: Int) -> RefusalTests.Row {
        guard case .malformed(let expected, var at) = error else { return self }
        (at.offset, at.column) = (at.offset + count, at.column + count)
        return RefusalTests.Row(xml, .malformed(expected: expected, at: at))
    }
}

extension XMLError {
    /// Behind a byte order mark, which moves bytes and no column.
    fileprivate func shifted() -> XMLError {
        var at = position
        at.offset += 3
        return switch self {
        case .notEscaped(let character, _): .notEscaped(character: character, at: at)
        case .malformed(let expected, _): .malformed(expected: expected, at: at)
        case .truncated(let inside, _): .truncated(inside: inside, at: at)
        case .overLimit, .doctypeRefused, .encoding: self
        }
    }
}
