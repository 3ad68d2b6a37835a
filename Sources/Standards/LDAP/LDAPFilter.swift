import StrictDER

/// Which entries a search is for (RFC 4511 §4.5.1.7), read from its text form (RFC 4515).
public indirect enum LDAPFilter: Hashable, Sendable {
    case and([LDAPFilter])
    case or([LDAPFilter])
    case not(LDAPFilter)
    case equal(String, [UInt8])
    case substrings(String, initial: [UInt8]?, any: [[UInt8]], final: [UInt8]?)
    case greaterOrEqual(String, [UInt8])
    case lessOrEqual(String, [UInt8])
    case approximately(String, [UInt8])
    case present(String)
    case extensible(type: String?, rule: String?, value: [UInt8], ofName: Bool)

    /// Characters of a text, and how deep its filters may lie in one another. Our choice.
    public static let textLimit = 16 << 10
    public static let depthLimit = 32

    public static let anything = LDAPFilter.present("objectClass")

    public init(_ text: String) throws(LDAPError) {
        guard text.utf8.count <= Self.textLimit else { throw .overLimit(found: text.utf8.count, limit: Self.textLimit) }
        var parser = LDAPFilterParser(text)
        self = try parser.whole()
    }

    var encoded: [UInt8] {
        func assertion(_ number: UInt8, _ type: String, _ value: [UInt8]) -> [UInt8] {
            DER.explicit(number, DER.octets(Array(type.utf8)) + DER.octets(value))
        }
        return switch self {
        case .and(let filters): DER.explicit(0, filters.flatMap(\.encoded))
        case .or(let filters): DER.explicit(1, filters.flatMap(\.encoded))
        case .not(let filter): DER.explicit(2, filter.encoded)
        case .equal(let type, let value): assertion(3, type, value)
        case .greaterOrEqual(let type, let value): assertion(5, type, value)
        case .lessOrEqual(let type, let value): assertion(6, type, value)
        case .present(let type): DER.element(DERElement.Tag.primitive(7), Array(type.utf8))
        case .approximately(let type, let value): assertion(8, type, value)
        case .substrings(let type, let initial, let any, let final):
            DER.explicit(4, DER.octets(Array(type.utf8)) + DER.sequence(Self.pieces(initial, any, final)))
        case .extensible(let type, let rule, let value, let ofName):
            DER.explicit(
                9,
                (rule.map { DER.element(DERElement.Tag.primitive(1), Array($0.utf8)) } ?? [])
                    + (type.map { DER.element(DERElement.Tag.primitive(2), Array($0.utf8)) } ?? [])
                    + DER.element(DERElement.Tag.primitive(3), value)
                    + (ofName ? DER.element(DERElement.Tag.primitive(4), [0xFF]) : []))
        }
    }

    private static func pieces(_ initial: [UInt8]?, _ any: [[UInt8]], _ final: [UInt8]?) -> [[UInt8]] {
        (initial.map { [DER.element(DERElement.Tag.primitive(0), $0)] } ?? [])
            + any.map { DER.element(DERElement.Tag.primitive(1), $0) }
            + (final.map { [DER.element(DERElement.Tag.primitive(2), $0)] } ?? [])
    }
}

/// RFC 4515 §3.
private struct LDAPFilterParser {
    private let text: [UInt8]
    private var position = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    private var next: UInt8? { position < text.count ? text[position] : nil }
    private var failure: LDAPError { .filter(at: position) }

    mutating func whole() throws(LDAPError) -> LDAPFilter {
        let filter = try parenthesised(depth: 1)
        guard next == nil else { throw failure }
        return filter
    }

    private mutating func take(_ character: Character) throws(LDAPError) {
        guard next == character.asciiValue else { throw failure }
        position += 1
    }

    private mutating func parenthesised(depth: Int) throws(LDAPError) -> LDAPFilter {
        guard depth <= LDAPFilter.depthLimit else { throw .overLimit(found: depth, limit: LDAPFilter.depthLimit) }
        try take("(")
        let filter: LDAPFilter
        switch next {
        case UInt8(ascii: "&"): filter = .and(try list(depth))
        case UInt8(ascii: "|"): filter = .or(try list(depth))
        case UInt8(ascii: "!"):
            position += 1
            filter = .not(try parenthesised(depth: depth + 1))
        default: filter = try item()
        }
        try take(")")
        return filter
    }

    /// None is allowed, too: always true, always false (RFC 4526).
    private mutating func list(_ depth: Int) throws(LDAPError) -> [LDAPFilter] {
        position += 1
        var filters: [LDAPFilter] = []
        while next == UInt8(ascii: "(") { filters.append(try parenthesised(depth: depth + 1)) }
        return filters
    }

    private mutating func item() throws(LDAPError) -> LDAPFilter {
        let start = position
        while let byte = next, !"=<>~()".utf8.contains(byte) { position += 1 }
        let name = text[start..<position]
        let kind = next
        if kind != UInt8(ascii: "=") { position += 1 }
        try take("=")
        if name.last == UInt8(ascii: ":"), kind == UInt8(ascii: "=") { return try extensible(name.dropLast(), start) }
        guard let type = Self.attribute(name) else { throw .filter(at: start) }
        switch kind {
        case UInt8(ascii: "="): return try equalOrSubstrings(type)
        case UInt8(ascii: ">"): return .greaterOrEqual(type, try value())
        case UInt8(ascii: "<"): return .lessOrEqual(type, try value())
        case UInt8(ascii: "~"): return .approximately(type, try value())
        default: throw .filter(at: start)
        }
    }

    private mutating func equalOrSubstrings(_ type: String) throws(LDAPError) -> LDAPFilter {
        var pieces = [try value()]
        while next == UInt8(ascii: "*") {
            position += 1
            pieces.append(try value())
        }
        if pieces.count == 1 { return .equal(type, pieces[0]) }
        let (initial, final, any) = (pieces.removeFirst(), pieces.removeLast(), pieces)
        if initial.isEmpty, final.isEmpty, any.isEmpty { return .present(type) }
        guard !any.contains([]) else { throw failure }
        return .substrings(type, initial: initial.isEmpty ? nil : initial, any: any, final: final.isEmpty ? nil : final)
    }

    /// `type:dn:rule:=value`, of which type or rule must be there.
    private mutating func extensible(_ name: ArraySlice<UInt8>, _ start: Int) throws(LDAPError) -> LDAPFilter {
        var parts = name.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        let type = parts.removeFirst()
        let ofName = parts.first?.lowercased() == "dn"
        if ofName { parts.removeFirst() }
        let texts = (type.isEmpty ? [] : [type]) + parts
        guard parts.count <= 1, !texts.isEmpty, texts.allSatisfy({ Self.attribute(Array($0.utf8)[...]) != nil }) else {
            throw .filter(at: start)
        }
        return .extensible(type: type.isEmpty ? nil : type, rule: parts.first, value: try value(), ofName: ofName)
    }

    /// Up to `*` or `)`; `\2a` is an octet.
    private mutating func value() throws(LDAPError) -> [UInt8] {
        var value: [UInt8] = []
        while let byte = next, byte != UInt8(ascii: ")"), byte != UInt8(ascii: "*") {
            guard byte != UInt8(ascii: "("), byte != 0 else { throw failure }
            position += 1
            guard byte == UInt8(ascii: "\\") else {
                value.append(byte)
                continue
            }
            let digits = text[position...].prefix(2)
            guard digits.count == 2, digits.allSatisfy({ (48...57).contains($0) || (65...70).contains($0 & 0xDF) }),
                let octet = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw failure }
            position += 2
            value.append(octet)
        }
        return value
    }

    /// A name or object identifier with options (RFC 4512 §2.5).
    private static func attribute(_ bytes: ArraySlice<UInt8>) -> String? {
        let isFine = bytes.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte & 0xDF) || "-.;_".utf8.contains(byte)
        }
        return isFine && !bytes.isEmpty ? String(decoding: bytes, as: UTF8.self) : nil
    }
}
