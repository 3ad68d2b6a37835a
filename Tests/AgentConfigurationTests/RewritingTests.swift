import AgentConfiguration
import StrictXML
import Testing

@Suite("Rewriting config.xml changes what was set and not one byte else") struct RewritingTests {
    static let file = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- é, of the whole -->
        <parameters xmlns:x='urn:x'>
            <!-- where -->
            <parameter name="url" value="https://a.example/"/> <!-- the instance -->
        \t<parameter   value='say "hi"' name='name' />
            <parameter name="mid.instance.password" encrypt="true" value="a&amp;b" note="rotate"/>
            <parameter name="threads.max" value="10"></parameter>
            <parameter name="threads.max" value="20"/><!-- counts -->
            <parameter name="bare"/>

        </parameters>
        <!-- end -->

        """
    /// The file with either kind of line end, with and without a byte order mark.
    static let variants = [file, file.replacing("\n", with: "\r\n"), "\u{FEFF}" + file]

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String, value: String
        var secure: Bool? = nil
        var old: String, new: String
        var testDescription: String { "\(name)=\(value)" }
    }
    static let rows = [
        Row(name: "url", value: "https://b.example/", old: "https://a.example/", new: "https://b.example/"),
        Row(name: "url", value: "\"<&>'\t\n", old: "https://a.example/", new: "&quot;&lt;&amp;&gt;'&#9;&#10;"),
        Row(name: "url", value: "", old: "https://a.example/", new: ""),
        Row(name: "url", value: "x", secure: true, old: "\"url\" value=\"https://a.example/\"", new: "\"url\" secure=\"true\" value=\"x\""),
        Row(name: "name", value: "it's \"é\"", old: "say \"hi\"", new: "it&apos;s &quot;é&quot;"),
        Row(name: "name", value: "new", secure: true, old: "'say \"hi\"' name='name'", new: "'new' name='name' secure=\"true\""),
        Row(name: "mid.instance.password", value: "c<d", old: "a&amp;b", new: "c&lt;d"),
        Row(name: "mid.instance.password", value: "c", secure: true, old: "a&amp;b", new: "c"),
        Row(name: "mid.instance.password", value: "c", secure: false, old: "\"true\" value=\"a&amp;b\"", new: "\"false\" value=\"c\""),
        Row(name: "mid.instance.password", value: "a&b", secure: false, old: "\"true\" value=\"a", new: "\"false\" value=\"a"),
        Row(name: "threads.max", value: "30", old: "\"20\"", new: "\"30\""),
        Row(name: "bare", value: "x", old: "\"bare\"", new: "\"bare\" value=\"x\""),
        Row(name: "bare", value: "x", secure: true, old: "\"bare\"", new: "\"bare\" secure=\"true\" value=\"x\""),
    ]
    @Test(arguments: rows, variants) func setting(_ row: Row, _ text: String) throws {
        let file = try ConfigurationFile(parsing: Array(text.utf8))
        let changed = try file.setting(row.name, to: row.value, secure: row.secure)
        #expect(String(decoding: changed.bytes, as: UTF8.self) == text.replacing(row.old, with: row.new))
        #expect(changed.value(row.name) == row.value)
        if let secure = row.secure { #expect(changed.parameter(row.name)?.isSecure == secure) }
        #expect(try changed.setting(row.name, to: row.value, secure: row.secure) == changed)
    }

    @Test(arguments: variants) func readingKeepsEveryByte(_ text: String) throws {
        let file = try ConfigurationFile(parsing: Array(text.utf8))
        #expect(file.bytes == Array(text.utf8))
        for parameter in file.parameters where parameter.name != "bare" && file.parameter(parameter.name) == parameter {
            #expect(try file.setting(parameter.name, to: parameter.value).bytes == file.bytes)
        }
        #expect(try file.removing("nothing").bytes == file.bytes)
        #expect(file.parameters.map(\.name) == ["url", "name", "mid.instance.password", "threads.max", "threads.max", "bare"])
        #expect(file.parameters.map(\.position.line) == [5, 6, 7, 8, 9, 10])
        #expect(file.parameters.map(\.isSecure) == [false, false, true, false, false, false])
        #expect(file.value("threads.max") == "20")
        #expect(file.value("bare") == "")
        #expect(file.value("nothing") == nil)
    }

    struct Removal: Sendable { var name: String, old: [String], new: String = "" }
    static let removals = [
        Removal(name: "url", old: ["<parameter name=\"url\" value=\"https://a.example/\"/>"]),
        Removal(name: "name", old: ["\t<parameter   value='say \"hi\"' name='name' />\n"]),
        Removal(name: "bare", old: ["    <parameter name=\"bare\"/>\n"]),
        Removal(
            name: "threads.max",
            old: ["    <parameter name=\"threads.max\" value=\"10\"></parameter>\n", "<parameter name=\"threads.max\" value=\"20\"/>"]),
    ]
    @Test(arguments: removals, ["\n", "\r\n"]) func removing(_ row: Removal, _ lineEnd: String) throws {
        let file = try ConfigurationFile(parsing: Array(Self.file.replacing("\n", with: lineEnd).utf8)).removing(row.name)
        let expected = row.old.reduce(Self.file) { $0.replacing($1, with: "") }
        #expect(String(decoding: file.bytes, as: UTF8.self) == expected.replacing("\n", with: lineEnd))
        #expect(file.value(row.name) == nil)
    }

    struct Insertion: Sendable, CustomTestStringConvertible {
        var before: String, after: String
        init(_ before: String, _ after: String) { (self.before, self.after) = (before, after) }
        var testDescription: String { before.debugDescription }
    }
    static let new = "<parameter name=\"new\" value=\"&lt;v&gt;\"/>"
    static let insertions = [
        Insertion(
            "<parameters>\n    <parameter name='a'/>\n</parameters>", "<parameters>\n    <parameter name='a'/>\n    \(new)\n</parameters>"),
        Insertion(
            "<parameters>\r\n\t<parameter name='a'/>\r\n</parameters>\r\n",
            "<parameters>\r\n\t<parameter name='a'/>\r\n\t\(new)\r\n</parameters>\r\n"),
        Insertion(
            "<parameters>\n <parameter name='a'></parameter>  <!-- of - a -->\t\n <!-- end -->\n</parameters>",
            "<parameters>\n <parameter name='a'></parameter>  <!-- of - a -->\n \(new)\t\n <!-- end -->\n</parameters>"),
        Insertion(
            "<parameters>\n <parameter name='a'/> <!-- b\n c -->\n</parameters>",
            "<parameters>\n <parameter name='a'/>\n \(new) <!-- b\n c -->\n</parameters>"),
        Insertion(
            "<parameters><parameter name='a'/><!-- b --></parameters>", "<parameters><parameter name='a'/>\n\(new)<!-- b --></parameters>"),
        Insertion("<parameters/>", "<parameters>\n  \(new)\n</parameters>"),
        Insertion("<x:parameters xmlns:x='u' />\n", "<x:parameters xmlns:x='u' >\n  \(new)\n</x:parameters>\n"),
        Insertion("<parameters></parameters>", "<parameters>\n  \(new)\n</parameters>"),
        Insertion("<parameters>\n  <!-- none -->\n</parameters >\n", "<parameters>\n  <!-- none -->\n  \(new)\n</parameters >\n"),
        Insertion("<parameters a='b'>\r\n</parameters>", "<parameters a='b'>\r\n  \(new)\r\n</parameters>"),
    ]
    @Test(arguments: insertions) func inserting(_ row: Insertion) throws {
        let file = try ConfigurationFile(parsing: Array(row.before.utf8)).setting("new", to: "<v>")
        #expect(String(decoding: file.bytes, as: UTF8.self) == row.after)
        #expect(file.value("new") == "<v>")
    }

    @Test func insertedSecretIsMarked() throws {
        let file = try ConfigurationFile(parsing: Array("<parameters/>".utf8)).setting("a\"b", to: "v", secure: true)
        #expect(file.parameter("a\"b")?.isSecure == true)
    }

    static let refused: [(String, ConfigurationError)] = [
        ("", .notXML(.truncated(inside: "the document", at: XMLPosition(offset: 0, line: 1, column: 1)))),
        ("<!DOCTYPE a><parameters/>", .notXML(.doctypeRefused(at: XMLPosition(offset: 0, line: 1, column: 1)))),
        ("\n<config/>", .noParametersElement(found: "config", at: XMLPosition(offset: 1, line: 2, column: 1))),
        ("<parameters>\n <parameter value='1'/></parameters>", .parameterWithoutName(at: XMLPosition(offset: 14, line: 2, column: 2))),
        (
            "<parameters>\n <parameter name='p' value='a&b'/></parameters>",
            .notXML(.notEscaped(character: "&", at: XMLPosition(offset: 42, line: 2, column: 30)))
        ),
        (
            String(repeating: " ", count: ConfigurationFile.sizeLimit + 1),
            .notXML(.overLimit("bytes in the document", limit: ConfigurationFile.sizeLimit, at: XMLPosition(offset: 0, line: 1, column: 1)))
        ),
    ]
    @Test(arguments: 0..<refused.count) func refusal(_ index: Int) {
        #expect(throws: Self.refused[index].1) { try ConfigurationFile(parsing: Array(Self.refused[index].0.utf8)) }
    }

    @Test func everyFlippedBitGivesAnErrorOrAFileThatCanBeRewritten() {
        let bytes = Array(Self.file.utf8)
        for index in bytes.indices {
            for bit in [0, 3, 5, 7] {
                var changed = bytes
                changed[index] ^= 1 << bit
                guard let file = try? ConfigurationFile(parsing: changed) else { continue }
                #expect((try? file.setting("url", to: "new's"))?.value("url") == "new's", "byte \(index), bit \(bit)")
                #expect((try? file.setting("new", to: "\"", secure: true))?.value("new") == "\"", "byte \(index), bit \(bit)")
                #expect((try? file.removing("threads.max")).map { $0.value("threads.max") == nil } == true, "byte \(index), bit \(bit)")
            }
        }
    }
}
