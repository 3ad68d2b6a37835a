/// `Extension { extnID, critical DEFAULT FALSE, extnValue }` of a list, an entry, a request or an answer.
struct ExtensionElement {
    /// The content octets of the object identifier.
    let identifier: ArraySlice<UInt8>
    let isCritical: Bool
    let value: ArraySlice<UInt8>

    /// Reads `SEQUENCE SIZE (1..MAX) OF Extension`, which the bytes must be in whole. The same identifier twice is an error (RFC 5280 §4.2).
    static func list(in bytes: ArraySlice<UInt8>, _ field: String) throws(EvidenceError) -> [ExtensionElement] {
        var items = try DERReader.single(DERElement.Tag.sequence, in: bytes, field).inside
        var found: [ExtensionElement] = []
        guard !items.isAtEnd else { throw .malformed(field: field) }
        while !items.isAtEnd {
            // More of them are there to be compared with each other.
            guard found.count < 32 else { throw .malformed(field: "\(field): more than 32") }
            let item = try ExtensionElement(try items.take(DERElement.Tag.sequence, field), field)
            guard !found.contains(where: { $0.identifier == item.identifier }) else { throw .malformed(field: field) }
            found.append(item)
        }
        return found
    }

    private init(_ element: DERElement, _ field: String) throws(EvidenceError) {
        var fields = element.inside
        identifier = try fields.take(DERElement.Tag.objectIdentifier, field).content
        isCritical = try fields.takeIfPresent(DERElement.Tag.boolean, field)?.boolean(field) ?? false
        value = try fields.take(DERElement.Tag.octetString, field).content
        try fields.end(field)
    }

    /// The identifier as people write it, `2.5.29.20`; at most 16 arcs.
    var dotted: String {
        var arcs: [UInt] = [], arc: UInt = 0
        for octet in identifier {
            arc = (arc & (UInt.max >> 8)) << 7 | UInt(octet & 0x7F)
            if octet < 0x80 {
                arcs.append(arc)
                arc = 0
            }
        }
        guard let first = arcs.first else { return "?" }
        let root = min(first / 40, 2)
        return ([root, first - root * 40] + arcs.dropFirst().prefix(14)).map(String.init).joined(separator: ".")
    }
}
