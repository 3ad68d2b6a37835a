import Diagnosis

/// JSON (RFC 8259), put together by hand: fields keep the order in which they are given, and listing a keystore needs nothing larger.
indirect enum JSONText {
    case string(String), number(Int), bool(Bool), null
    /// UTF-16 code units: a lone surrogate, which no `String` can hold, is escaped.
    case units([UInt16])
    case array([JSONText])
    case object([(String, JSONText)])

    static func optional(_ text: String?) -> JSONText { text.map { .string($0) } ?? .null }
    static func strings(_ texts: [String]) -> JSONText { .array(texts.map { .string($0) }) }

    func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .number(let value): bytes += String(value).utf8
        case .string(let text): Self.write(text, to: &bytes)
        case .units(let units): Self.write(units, to: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let fields):
            bytes.append(UInt8(ascii: "{"))
            for (index, field) in fields.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(field.0, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                field.1.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ units: [UInt16], to bytes: inout [UInt8]) {
        let text = String(decoding: units, as: UTF16.self)
        if text.utf16.elementsEqual(units) { return write(text, to: &bytes) }
        // All of it in escapes: this is met in tests of other programs, and hardly elsewhere.
        bytes.append(UInt8(ascii: "\""))
        for unit in units {
            let digits = String(unit, radix: 16)
            bytes += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), octet]
            case 0x0A: bytes += "\\n".utf8
            case 0..<0x20, 0x7F: bytes += "\\u00\(octet < 16 ? "0" : "")\(String(octet, radix: 16))".utf8
            default: bytes.append(octet)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension JSONText {
    /// A finding in the shape of the catalogue, fields in its order.
    init(_ finding: Finding) {
        self = .object(
            [
                ("id", .string(finding.id)), ("severity", .string(finding.severity.rawValue)), ("subject", .string(finding.subject)),
                ("summary", .string(finding.summary)), ("cause", .string(finding.cause)),
                ("evidence", .object(finding.evidence.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
                (
                    "fixes",
                    .array(
                        finding.fixes.map {
                            .object([("effect", .string($0.effect)), ("command", .optional($0.command)), ("safe", .bool($0.safe))])
                        })
                ),
                ("vendorMessages", .strings(finding.vendorMessages)), ("references", .strings(finding.references)),
            ] + (finding.consequenceOf.map { [("consequenceOf", .string($0))] } ?? []))
    }
}
