import StrictXML
import Testing

@Suite("A hostile document gets an error or a tree, within limits") struct BoundsTests {
    @Test func everyTruncationIsRefused() {
        let bytes = Array(sample.utf8)
        let end = bytes.count - "\n<!-- end -->".utf8.count
        for count in 0..<end { #expect(throws: XMLError.self, "\(count) bytes") { try XMLDocument(parsing: Array(bytes[..<count])) } }
    }

    @Test func everyFlippedBitGivesAnErrorOrATreeThatCanBeWrittenAgain() throws {
        let bytes = Array(sample.utf8)
        var trees = 0
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << bit
                let root: XMLElement
                do { root = try XMLDocument(parsing: changed).root } catch {
                    #expect((0...bytes.count).contains(error.position.offset), "\(error)")
                    continue
                }
                trees += 1
                #expect(Shape(try XMLDocument(parsing: root.serialised()).root) == Shape(root), "byte \(index), bit \(bit)")
            }
        }
        #expect(trees > 0)
    }

    struct Encoding: Sendable {
        var bytes: [UInt8], error: XMLError?
        init(_ bytes: some Sequence<UInt8>, _ error: XMLError? = nil) { (self.bytes, self.error) = (Array(bytes), error) }
        init(_ text: String, _ error: XMLError? = nil) { self.init(text.utf8, error) }
    }
    static func noUTF8(_ offset: Int) -> XMLError {
        .malformed(expected: "UTF-8", at: XMLPosition(offset: offset, line: 1, column: offset + 1))
    }
    static let encodings = [
        Encoding("<?xml version='1.0' encoding='utf-8'?><a/>"), Encoding("<?xml version='1.0' encoding = \"US-ASCII\" ?><a/>"),
        Encoding("<?xml version='1.0'?><a/>"), Encoding("\u{FEFF}<?xml version='1.0' encoding='UTF-8'?><a/>"), Encoding("\u{FEFF}<a/>"),
        Encoding("<?xml version='1.0' encoding='ISO-8859-1'?><a/>", .encoding("iso-8859-1")),
        Encoding("<?xml version='1.0' encoding='UTF-16'?><a/>", .encoding("utf-16")),
        Encoding(Array("<?xml version='1.0' encoding='latin1'?><a>".utf8) + [0xE9], .encoding("latin1")),
        Encoding([0xFF, 0xFE, 0x3C, 0], .encoding("UTF-16")), Encoding([0xFE, 0xFF, 0, 0x3C], .encoding("UTF-16")),
        Encoding([0x3C, 0, 0x61, 0], .encoding("UTF-16")), Encoding([0, 0x3C, 0, 0x61], .encoding("UTF-16")),
        Encoding(Array("<a>x".utf8) + [0xE9] + Array("</a>".utf8), noUTF8(4)), Encoding(Array("<a><!--".utf8) + [0xC0, 0x80], noUTF8(7)),
        Encoding(Array("<a b='".utf8) + [0xED, 0xA0, 0x80], noUTF8(6)), Encoding(Array("<a".utf8) + [0x80], noUTF8(2)),
        Encoding(Array("<a>".utf8) + [0xE6, 0xBC], noUTF8(3)), Encoding(Array("<a>".utf8) + [0xF5, 0x80, 0x80, 0x80], noUTF8(3)),
    ]
    @Test(arguments: encodings) func encoding(_ row: Encoding) throws {
        guard let error = row.error else { return #expect(try XMLDocument(parsing: row.bytes).root.name == "a") }
        #expect(throws: error) { try XMLDocument(parsing: row.bytes) }
    }

    struct Limit: Sendable {
        var what: String, within: String, beyond: String, column: Int, set: @Sendable (inout XMLLimits) -> Int
    }
    static let limits = [
        Limit(what: "bytes in the document", within: "<aaa/>", beyond: "<aaaa/>", column: 1) {
            $0.bytes = 6
            return 6
        },
        Limit(what: "nested elements", within: "<a><b></b></a>", beyond: "<a><b><c></c></b></a>", column: 7) {
            $0.depth = 2
            return 2
        },
        Limit(what: "nested elements", within: "<a><b/></a>", beyond: "<a><b><c/></b></a>", column: 7) {
            $0.depth = 2
            return 2
        },
        Limit(what: "attributes", within: "<a b='' c=''/>", beyond: "<a b='' c='' d=''/>", column: 14) {
            $0.attributes = 2
            return 2
        },
        Limit(what: "elements", within: "<a><b/><b/></a>", beyond: "<a><b/><b/><b/></a>", column: 12) {
            $0.elements = 3
            return 3
        },
    ]
    @Test(arguments: limits) func limit(_ row: Limit) throws {
        var limits = XMLLimits()
        let limit = row.set(&limits)
        #expect(throws: Never.self) { try XMLDocument(parsing: row.within, limits: limits) }
        #expect(throws: XMLError.overLimit(row.what, limit: limit, at: XMLPosition(offset: row.column - 1, line: 1, column: row.column))) {
            try XMLDocument(parsing: row.beyond, limits: limits)
        }
    }

    @Test func unclosedElementsByTheThousandAreOverTheLimit() {
        let error = XMLError.overLimit("nested elements", limit: 64, at: XMLPosition(offset: 192, line: 1, column: 193))
        #expect(throws: error) { try XMLDocument(parsing: String(repeating: "<a>", count: 20_000)) }
    }
}
