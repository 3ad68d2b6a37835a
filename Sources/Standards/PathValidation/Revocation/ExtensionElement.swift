import StrictDER

/// `Extension { extnID, critical DEFAULT FALSE, extnValue }` of a list, an entry, a request or an answer.
struct ExtensionElement {
    /// The content octets of the object identifier.
    let identifier: ArraySlice<UInt8>
    let isCritical: Bool
    let value: ArraySlice<UInt8>

    /// More of them are there to be compared with each other.
    static let limit = 32

    /// Reads `SEQUENCE SIZE (1..MAX) OF Extension`, which the bytes must be in whole. The same identifier twice is an error (RFC 5280 §4.2).
    static func list(in bytes: ArraySlice<UInt8>, _ field: String) throws(DERError) -> [ExtensionElement] {
        var items = try DERReader.single(DERElement.Tag.sequence, in: bytes, field).inside
        var found: [ExtensionElement] = []
        guard !items.isAtEnd else { throw DERError(.malformed, field: field, offset: bytes.startIndex) }
        while !items.isAtEnd {
            guard found.count < limit else {
                throw DERError(.overLimit(found: found.count + 1, limit: limit), field: field, offset: items.offset)
            }
            let offset = items.offset
            let item = try ExtensionElement(try items.take(DERElement.Tag.sequence, field), field)
            guard !found.contains(where: { $0.identifier == item.identifier }) else {
                throw DERError(.malformed, field: field, offset: offset)
            }
            found.append(item)
        }
        return found
    }

    private init(_ element: DERElement, _ field: String) throws(DERError) {
        var fields = element.inside
        identifier = try fields.take(DERElement.Tag.objectIdentifier, field).content
        isCritical = try fields.takeIfPresent(DERElement.Tag.boolean, field)?.boolean(field) ?? false
        value = try fields.take(DERElement.Tag.octetString, field).content
        try fields.end(field)
    }

    func has(_ identifier: ObjectIdentifier) -> Bool { identifier == self.identifier }
    func isOne(of identifiers: [ObjectIdentifier]) -> Bool { identifiers.contains { $0 == identifier } }
    var unprocessed: Unprocessed { .criticalExtension(ObjectIdentifier.dotted(identifier)) }
}

/// What keeps us from using evidence that can be read.
enum Unprocessed: Hashable, Sendable {
    /// By its identifier, `2.5.29.20`.
    case criticalExtension(String)
    case form(String)

    func obstacle(_ kind: RevocationProof.Kind, url: String) -> RevocationObstacle {
        switch self {
        case .criticalExtension(let identifier): .unknownCriticalExtension(kind, url: url, oid: identifier)
        case .form(let what): .unsupported(kind, url: url, what)
        }
    }
}
