import StrictDER

/// One GeneralName (RFC 5280 §4.2.1.6), as slices of the certificate's bytes.
enum AlternativeName: Hashable, Sendable {
    /// ASCII, as written.
    case dns(ArraySlice<UInt8>)
    /// In a certificate 4 or 16 octets; in a constraint address and mask, 8 or 32.
    case address(ArraySlice<UInt8>)
    case mailbox(ArraySlice<UInt8>)
    case uri(ArraySlice<UInt8>)
    case directory(CertificateName)
    /// otherName: its type's identifier and its value, both as content octets.
    case other(type: ArraySlice<UInt8>, value: ArraySlice<UInt8>)
    /// x400Address, ediPartyName, registeredID: known to be there, never compared.
    case uncompared(tag: UInt8, ArraySlice<UInt8>)

    /// Reads `SEQUENCE SIZE (1..MAX) OF GeneralName`, which the bytes must be in whole.
    static func list(in value: ArraySlice<UInt8>, _ field: String) throws(DERError) -> [AlternativeName] {
        var items = try DERReader.single(DERElement.Tag.sequence, in: value, field).inside
        var names: [AlternativeName] = []
        if items.isAtEnd { throw DERError(.malformed, field: field, offset: items.offset) }
        while !items.isAtEnd {
            let name = try AlternativeName(items.next(field), field)
            // An address and nothing else: a range here is no name of anybody.
            if case .address(let octets) = name, octets.count != 4, octets.count != 16 {
                throw DERError(.malformed, field: field, offset: octets.startIndex)
            }
            names.append(name)
        }
        return names
    }

    init(_ element: DERElement, _ field: String) throws(DERError) {
        typealias Tag = DERElement.Tag
        switch element.tag {
        case Tag.primitive(1): self = .mailbox(try Self.ascii(element, field))
        case Tag.primitive(2): self = .dns(try Self.ascii(element, field))
        case Tag.primitive(6): self = .uri(try Self.ascii(element, field))
        case Tag.primitive(7): self = .address(element.content)
        case Tag.constructed(4): self = .directory(try CertificateName(element.content))
        case Tag.constructed(0):
            var fields = element.inside
            let type = try fields.take(Tag.objectIdentifier, field).content
            let value = try fields.take(Tag.constructed(0), field).content
            try fields.end(field)
            self = .other(type: type, value: value)
        case Tag.constructed(3), Tag.constructed(5), Tag.primitive(8): self = .uncompared(tag: element.tag, element.content)
        default: throw DERError(.malformed, field: field, offset: element.encoded.startIndex)
        }
    }

    /// IA5String: seven bits.
    private static func ascii(_ element: DERElement, _ field: String) throws(DERError) -> ArraySlice<UInt8> {
        guard element.content.allSatisfy({ $0 < 0x80 }) else {
            throw DERError(.malformed, field: field, offset: element.encoded.startIndex)
        }
        return element.content
    }
}

extension AlternativeName: CustomStringConvertible {
    /// For people; what is no text stands as its form.
    var description: String {
        switch self {
        case .dns(let text), .mailbox(let text), .uri(let text): String(decoding: text, as: UTF8.self)
        case .address(let octets) where octets.count == 4 || octets.count == 16: IPAddress.text(Array(octets))
        case .address(let octets):
            IPAddress.text(Array(octets.prefix(octets.count / 2))) + "/" + IPAddress.text(Array(octets.suffix(octets.count / 2)))
        case .directory(let name): name.description
        case .other(let type, _): "otherName \(ObjectIdentifier.dotted(type))"
        case .uncompared(let tag, _): tag == 0x88 ? "registeredID" : tag == 0xA3 ? "x400Address" : "ediPartyName"
        }
    }
}

/// Letters of ASCII without their case.
func lowered(_ octet: UInt8) -> UInt8 { (0x41...0x5A).contains(octet) ? octet | 0x20 : octet }

extension Collection where Element == UInt8 {
    var lowered: [UInt8] { map { PathValidation.lowered($0) } }
}
