import Foundation
import JavaKeystore
import Testing

@testable import OperatorCommands

@Suite("JSON that we put together says what went in") struct JSONTextTests {
    static let texts = ["", "plain", "quote \" backslash \\ slash /", "line\nfeed\ttab\r", "\u{0}\u{1F}\u{7F}", "äß漢😀", "\u{2028}\u{202E}"]

    @Test(arguments: texts) func strings(_ text: String) throws {
        var bytes: [UInt8] = []
        JSONText.object([("key " + text, .array([.string(text), .null, .bool(true), .number(-5)]))]).write(to: &bytes)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: [Any]])
        let values = try #require(object["key " + text])
        #expect(values[0] as? String == text)
        #expect(values[1] is NSNull && values[2] as? Bool == true && values[3] as? Int == -5)
    }
}

extension JSONTextTests {
    @Test func loneSurrogate() {
        var bytes: [UInt8] = []
        JSONText.units([0x61, 0xD800, 0x22]).write(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == #""\u0061\ud800\u0022""#)
    }
}

@Suite("The password is the first line, however the line ends") struct FirstLineTests {
    struct Row: Sendable { var bytes: [UInt8], line: String? }
    static let rows = [
        Row(bytes: Array("word".utf8), line: "word"), Row(bytes: Array("word\n".utf8), line: "word"),
        Row(bytes: Array("word\r\nsecond\r\n".utf8), line: "word"), Row(bytes: [], line: ""), Row(bytes: Array("\nsecond".utf8), line: ""),
        Row(bytes: [0xEF, 0xBB, 0xBF] + Array("word".utf8), line: "word"), Row(bytes: Array(" wo rd \n".utf8), line: " wo rd "),
        Row(bytes: Array("pässwörd\n".utf8), line: "pässwörd"), Row(bytes: [0xFF, 0xFE], line: nil),
    ]
    @Test(arguments: rows) func line(_ row: Row) { #expect(FirstLine.of(row.bytes) == row.line) }
}

@Suite("What goes to a terminal moves no cursor") struct PrintableTests {
    @Test func controls() {
        #expect(Printable.line("a\u{1B}[31mb\nc") == "a\u{FFFD}[31mb\u{FFFD}c")
        #expect(Printable.line("\u{202E}gpj") == "\u{FFFD}gpj")
        #expect(Printable.line("Zoë, 東京") == "Zoë, 東京")
    }
}

@Suite("The nearest word is the one that was meant") struct SpellingTests {
    @Test func nearest() {
        let words = ["keystore", "keypass", "storepass", "alias"]
        #expect(Spelling.nearest(to: "keystroe", in: words).first == "keystore")
        #expect(Spelling.nearest(to: "Alais", in: words) == ["alias"])
        #expect(Spelling.nearest(to: "verbose", in: words).isEmpty)
        #expect(Spelling.nearest(to: "", in: words).isEmpty)
    }
}

@Suite("What may be lost is named as losses are named") struct DropListTests {
    @Test func parsing() {
        let list = DropList(argument: "aliasCase,ATTRIBUTES,unseen")
        #expect(list?.kinds == [.aliasCase, .attributes] && list?.unseen == true)
        #expect(DropList(argument: "aliasCase,everything") == nil)
        #expect(DropList(argument: "")?.kinds.isEmpty == true)
    }
}
