import StrictDER

/// A distinguished name in the form in which RFC 5280 §7.1 compares: letters' case folded, white space collapsed, string types alike.
///
/// RFC 4518 asks for more than this does: compatibility characters (NFKC) stay apart. Such names compare unequal, which refuses.
struct NormalisedName: Hashable, Sendable {
    /// Each RDN with its length in front, so that a subtree's bytes are a prefix of the bytes of what lies in it.
    let bytes: [UInt8]
    /// Values beyond ASCII, in order; Swift compares them by canonical equivalence. Their places are marked in `bytes`.
    let unicode: [String]

    /// Reads the DER of a Name; throws where it is none. An RDN without attributes is none.
    init(der: ArraySlice<UInt8>) throws(DERError) {
        var names = try DERReader.single(DERElement.Tag.sequence, in: der, "Name").inside
        var bytes: [UInt8] = []
        var unicode: [String] = []
        bytes.reserveCapacity(der.count + 16)
        while !names.isAtEnd {
            var attributes = try names.take(DERElement.Tag.set, "RelativeDistinguishedName").inside
            let (start, texts) = (bytes.count, unicode.count)
            bytes.append(contentsOf: [0, 0, 0, 0])
            if attributes.isAtEnd { throw DERError(.malformed, field: "RelativeDistinguishedName", offset: attributes.offset) }
            try Self.append(&attributes, to: &bytes, &unicode)
            if !attributes.isAtEnd { try Self.appendSorted(&attributes, after: start + 4, texts, to: &bytes, &unicode) }
            let length = bytes.count - start - 4
            for place in 0..<4 { bytes[start + place] = UInt8(truncatingIfNeeded: length >> (8 * (3 - place))) }
        }
        (self.bytes, self.unicode) = (bytes, unicode)
    }

    var isEmpty: Bool { bytes.isEmpty }

    func hash(into hasher: inout Hasher) { hasher.combine(octets: bytes) }

    /// Whether this name lies in the subtree of `base` (RFC 5280 §4.2.1.10): begins with all of its RDNs.
    func isWithin(_ base: NormalisedName) -> Bool {
        bytes.count >= base.bytes.count && bytes.starts(with: base.bytes) && unicode.starts(with: base.unicode)
    }

    /// The other attributes of an RDN, of which the first was read: a set has no order, so they are sorted by what they have become.
    private static func appendSorted(
        _ attributes: inout DERReader, after start: Int, _ texts: Int, to bytes: inout [UInt8], _ unicode: inout [String]
    ) throws(DERError) {
        var parts = [(bytes: Array(bytes[start...]), text: Array(unicode[texts...]))]
        bytes.removeSubrange(start...)
        unicode.removeSubrange(texts...)
        while !attributes.isAtEnd {
            var part: [UInt8] = []
            var text: [String] = []
            try append(&attributes, to: &part, &text)
            parts.append((part, text))
        }
        parts.sort { $0.bytes == $1.bytes ? $0.text.lexicographicallyPrecedes($1.text) : $0.bytes.lexicographicallyPrecedes($1.bytes) }
        for part in parts {
            bytes += part.bytes
            unicode += part.text
        }
    }

    /// Type, then what kind of value follows: 1 the value's DER, 2 nothing as it is in `unicode`, 3 folded text up to a zero.
    private static func append(_ attributes: inout DERReader, to bytes: inout [UInt8], _ unicode: inout [String]) throws(DERError) {
        var fields = try attributes.take(DERElement.Tag.sequence, "AttributeTypeAndValue").inside
        let type = try fields.take(DERElement.Tag.objectIdentifier, "attribute type")
        let value = try fields.next("attribute value")
        try fields.end("AttributeTypeAndValue")
        bytes += type.encoded
        switch value.tag {
        case DERElement.Tag.printableString, DERElement.Tag.utf8String, DERElement.Tag.ia5String, numericString, visibleString,
            DERElement.Tag.teletexString:
            if value.content.allSatisfy({ $0 < 0x80 }) {
                appendFolded(value.content, to: &bytes)
                return
            }
        case DERElement.Tag.bmpString, DERElement.Tag.universalString: break
        default:
            // No string type that we read: compared by its encoding.
            bytes.append(1)
            bytes += value.encoded
            return
        }
        guard let text = text(value) else { throw DERError(.malformed, field: "attribute value", offset: value.encoded.startIndex) }
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return appendFolded(Array(text.utf8)[...], to: &bytes) }
        // Upper case first: it makes two letters of ß, as the full case folding of RFC 3454 does.
        unicode.append(text.uppercased().lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " "))
        bytes.append(2)
    }

    private static let numericString: UInt8 = 0x12
    private static let visibleString: UInt8 = 0x1A

    private static func text(_ value: DERElement) -> String? {
        guard value.tag == DERElement.Tag.universalString else { return DistinguishedNameText.string(value) }
        guard value.content.count.isMultiple(of: 4) else { return nil }
        let octets = Array(value.content)
        return String(
            validating: stride(from: 0, to: octets.count, by: 4).map { index in
                octets[index..<index + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            }, as: UTF32.self)
    }

    /// Lower case, one space where there is white space, none at either end; other control characters vanish (RFC 4518 §2.2, §2.6.1).
    private static func appendFolded(_ content: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(3)
        var pending = false
        let start = bytes.count
        for octet in content {
            switch octet {
            case 0x20, 0x09...0x0D: pending = bytes.count > start
            case 0x00...0x1F, 0x7F: continue
            default:
                if pending { bytes.append(0x20) }
                pending = false
                bytes.append((0x41...0x5A).contains(octet) ? octet | 0x20 : octet)
            }
        }
        // Ends the value: folded text has no zero.
        bytes.append(0)
    }
}

/// A distinguished name of a certificate. Names are equal when RFC 5280 §7.1 says so, whatever their bytes.
public struct CertificateName: Hashable, Sendable, CustomStringConvertible {
    public let der: ArraySlice<UInt8>
    let normalised: NormalisedName

    init(_ der: ArraySlice<UInt8>) throws(DERError) {
        self.der = der
        normalised = try NormalisedName(der: der)
    }

    public var isEmpty: Bool { normalised.isEmpty }
    /// RFC 4514, most specific part first.
    public var description: String { DistinguishedNameText.text(der) }

    public static func == (left: Self, right: Self) -> Bool { left.normalised == right.normalised }
    public func hash(into hasher: inout Hasher) { hasher.combine(normalised) }
}

extension CertificateName {
    /// The texts of all attributes of a type, in order; values that are no text are left out.
    func texts(of type: ObjectIdentifier) -> [String] {
        guard var names = try? DERReader.single(DERElement.Tag.sequence, in: der, "Name").inside else { return [] }
        var found: [String] = []
        while let relative = try? names.take(DERElement.Tag.set, "RelativeDistinguishedName") {
            var attributes = relative.inside
            while var fields = try? attributes.take(DERElement.Tag.sequence, "AttributeTypeAndValue").inside,
                let identifier = try? fields.take(DERElement.Tag.objectIdentifier, "attribute type").content,
                let value = try? fields.next("attribute value")
            {
                if type == identifier, let text = DistinguishedNameText.string(value) { found.append(text) }
            }
        }
        return found
    }

    static let commonName = ObjectIdentifier(2, 5, 4, 3)
    static let emailAddress = ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 1)

    /// The last one, which is the most specific.
    public var commonName: String? { texts(of: Self.commonName).last }
}
