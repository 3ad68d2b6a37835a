/// One DER element: identifier octet, content, and all of it as it was written.
struct DERElement {
    var tag: UInt8
    var content: ArraySlice<UInt8>
    var encoded: ArraySlice<UInt8>

    /// Reads what is inside this element.
    var inside: DERReader { DERReader(content) }
}

extension DERElement {
    /// Identifier octets that lists, answers and certificates use.
    enum Tag {
        static let boolean: UInt8 = 0x01, integer: UInt8 = 0x02, bitString: UInt8 = 0x03, octetString: UInt8 = 0x04
        static let null: UInt8 = 0x05, objectIdentifier: UInt8 = 0x06, enumerated: UInt8 = 0x0A
        static let utcTime: UInt8 = 0x17, generalizedTime: UInt8 = 0x18, sequence: UInt8 = 0x30
        /// `[number]`, constructed (explicit, or implicit over a SEQUENCE) or primitive.
        static func constructed(_ number: UInt8) -> UInt8 { 0xA0 | number }
        static func primitive(_ number: UInt8) -> UInt8 { 0x80 | number }
    }
}

/// Takes DER elements one after the other, without recursion and without copying: lists of revoked certificates are long. No input makes it
/// trap. Lengths are definite and minimal, tags below 31, as all of RFC 5280 and RFC 6960 is written.
struct DERReader {
    private var rest: ArraySlice<UInt8>
    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }
    var nextTag: UInt8? { rest.first }

    mutating func next(_ field: String) throws(EvidenceError) -> DERElement {
        let start = rest
        guard let tag = rest.popFirst(), tag & 0x1F != 0x1F, let first = rest.popFirst() else { throw .malformed(field: field) }
        var length = Int(first)
        if first >= 0x80 {
            let octets = Int(first & 0x7F)
            guard (1...4).contains(octets), rest.count >= octets else { throw .malformed(field: field) }
            length = rest.prefix(octets).reduce(0) { $0 << 8 | Int($1) }
            // Minimal: no leading zero, and the short form where it does.
            guard rest.first != 0, length >= 0x80 else { throw .malformed(field: field) }
            rest = rest.dropFirst(octets)
        }
        guard rest.count >= length else { throw .malformed(field: field) }
        let content = rest.prefix(length)
        rest = rest.dropFirst(length)
        return DERElement(tag: tag, content: content, encoded: start[start.startIndex..<content.endIndex])
    }

    mutating func take(_ tag: UInt8, _ field: String) throws(EvidenceError) -> DERElement {
        guard rest.first == tag else { throw .malformed(field: field) }
        return try next(field)
    }

    mutating func takeIfPresent(_ tag: UInt8, _ field: String) throws(EvidenceError) -> DERElement? {
        rest.first == tag ? try next(field) : nil
    }

    /// Leftover bytes are an error.
    func end(_ field: String) throws(EvidenceError) {
        guard rest.isEmpty else { throw .malformed(field: field) }
    }

    /// The one element that the bytes are.
    static func single(_ tag: UInt8, in bytes: ArraySlice<UInt8>, _ field: String) throws(EvidenceError) -> DERElement {
        var reader = DERReader(bytes)
        let element = try reader.take(tag, field)
        try reader.end(field)
        return element
    }
}

extension DERElement {
    /// BIT STRING without unused bits, as signatures and keys are.
    func bits(_ field: String) throws(EvidenceError) -> ArraySlice<UInt8> {
        guard tag == Tag.bitString, content.first == 0 else { throw .malformed(field: field) }
        return content.dropFirst()
    }

    /// BOOLEAN content: FF or 00, nothing else in DER.
    func boolean(_ field: String) throws(EvidenceError) -> Bool {
        guard content.count == 1, let octet = content.first, octet == 0xFF || octet == 0 else { throw .malformed(field: field) }
        return octet == 0xFF
    }

    /// A small non-negative INTEGER or ENUMERATED.
    func small(_ field: String) throws(EvidenceError) -> Int {
        guard content.count == 1, let octet = content.first, octet < 0x80 else { throw .malformed(field: field) }
        return Int(octet)
    }

    /// An INTEGER's magnitude as serial numbers are compared: big-endian, without leading zeros.
    func serial(_ field: String) throws(EvidenceError) -> ArraySlice<UInt8> {
        guard tag == Tag.integer, !content.isEmpty else { throw .malformed(field: field) }
        if content.count > 1, content.first == 0, let second = content.dropFirst().first, second < 0x80 { throw .malformed(field: field) }
        return content.drop { $0 == 0 }
    }
}
