import StrictDER

/// What DER is, told by the tags at its beginning. Whether it is that in full, its reader finds out.
enum MaterialKind: Equatable {
    case certificate, signedData
    case privateKeyInfo, encryptedPrivateKey, rsaPrivateKey, ellipticCurvePrivateKey, dsaPrivateKey
    case certificateRequest, publicKey, revocationList
    case keystore(KeystoreFormat)

    /// nil for all else, and for what breaks off before it can be told.
    init?(_ der: ArraySlice<UInt8>) {
        guard let outer = Self.elements(of: der, limit: 1).first, outer.tag == Tag.sequence else { return nil }
        let fields = Self.elements(of: outer.content, limit: 12)
        let tags = fields.map(\.tag)
        let isNumber = { (range: Range<Int>) in range.upperBound <= tags.count && tags[range].allSatisfy { $0 == Tag.integer } }
        switch tags.first {
        // What follows it may be BER.
        case Tag.objectIdentifier: self = .signedData
        case Tag.sequence:
            guard let kind = Self.ofSequence(fields, tags) else { return nil }
            self = kind
        case Tag.integer where tags.dropFirst().first == Tag.octetString: self = .ellipticCurvePrivateKey
        case Tag.integer where tags.dropFirst().first == Tag.sequence:
            self = tags.dropFirst(2).first == Tag.octetString ? .privateKeyInfo : .keystore(.pkcs12)
        case Tag.integer where isNumber(0..<9): self = .rsaPrivateKey
        case Tag.integer where tags.count == 6 && isNumber(0..<6): self = .dsaPrivateKey
        case Tag.integer where tags.count == 2 && isNumber(0..<2): self = .publicKey
        default: return nil
        }
    }

    private typealias Tag = DERElement.Tag

    /// Begins with a SEQUENCE: what is in it decides, with what follows it.
    private static func ofSequence(_ fields: [DERElement], _ tags: [UInt8]) -> MaterialKind? {
        guard let first = fields.first else { return nil }
        let inner = elements(of: first.content, limit: 4).map(\.tag)
        switch (inner.first, tags.dropFirst().first) {
        case (Tag.objectIdentifier, Tag.bitString): return .publicKey
        case (Tag.objectIdentifier, Tag.octetString): return .encryptedPrivateKey
        // BCFKS: encrypted data, of which the algorithm is the first field, and its integrity check.
        case (Tag.sequence, _) where inner.dropFirst().first == Tag.octetString: return .keystore(.bcfks)
        case (_, Tag.sequence) where tags.dropFirst(2).first == Tag.bitString: return ofSigned(inner)
        default: return nil
        }
    }

    /// Three things are signed alike: certificates (RFC 5280 §4.1), lists (§5.1) and requests (RFC 2986 §4). `tags` are the first four inside.
    private static func ofSigned(_ tags: [UInt8]) -> MaterialKind? {
        let times = [Tag.utcTime, Tag.generalizedTime]
        switch tags.first {
        case Tag.constructed(0): return .certificate
        case Tag.sequence: return .revocationList
        case Tag.integer where tags.count == 4 && times.contains(tags[3]): return .revocationList
        // Version 1 begins with the serial number; a fourth SEQUENCE, the validity, tells it from a request.
        case Tag.integer: return tags.count == 4 && tags[3] == Tag.sequence ? .certificate : .certificateRequest
        default: return nil
        }
    }

    /// The elements at the beginning, up to `limit`, and up to the first that does not parse.
    private static func elements(of bytes: ArraySlice<UInt8>, limit: Int) -> [DERElement] {
        var reader = DERReader(bytes)
        var elements: [DERElement] = []
        while elements.count < limit, let element = try? reader.next("element") { elements.append(element) }
        return elements
    }
}
