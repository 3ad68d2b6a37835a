import StrictDER

/// A bag (RFC 7292 §4.2): SEQUENCE { OBJECT IDENTIFIER, [0] value, SET OF attributes OPTIONAL }, as slices of the safe it lies in.
struct SafeBag {
    /// The last arc of a bag's identifier.
    enum Kind: UInt8 {
        case key = 1, shroudedKey, certificate, revocationList, secret, safeContents
    }
    enum Content {
        case privateKey(ProtectedKey)
        case certificate(StoredCertificate)
        case secretKey(ProtectedSecretKey)
        case revocationList(ArraySlice<UInt8>)
        /// DER of SafeContents.
        case safeContents(ArraySlice<UInt8>)
        /// A bag, certificate or list of a type that we do not know.
        case unknown
    }
    /// nil for a type that RFC 7292 does not define.
    let kind: Kind?
    let content: Content
    /// In UTF-16 code units; nil without the attribute.
    private(set) var friendlyName: [UInt16]?
    private(set) var localKeyID: ArraySlice<UInt8>?
    /// SET OF OBJECT IDENTIFIER; its presence makes a certificate a trusted one.
    private(set) var trustedKeyUsage: ArraySlice<UInt8>?
    private(set) var otherAttributes: [EntryAttribute] = []

    /// More attributes than this in one bag are refused. Genuine ones have up to five; our choice.
    static let attributeLimit = 64

    init(_ bag: DERElement) throws(DERError) {
        var fields = bag.inside
        let type = try fields.take(DERElement.Tag.objectIdentifier, "bag type").content
        let value = try fields.take(DERElement.Tag.constructed(0), "bag value").content
        let attributes = try fields.takeIfPresent(DERElement.Tag.set, "bag attributes")
        try fields.end("SafeBag")
        let prefix = PKCS12Identifiers.bagPrefix
        kind = type.count == prefix.count + 1 && type.starts(with: prefix) ? type.last.flatMap(Kind.init) : nil
        switch kind {
        case .key: content = .privateKey(ProtectedKey(.pkcs8, stored: try Self.sequence(value)))
        case .shroudedKey: content = .privateKey(ProtectedKey(.pkcs12, stored: try Self.sequence(value)))
        case .certificate: content = try Self.certificate(value)
        case .revocationList: content = .revocationList(value)
        case .secret: content = .secretKey(try SecretBag.key(bag: Self.sequence(value)))
        case .safeContents: content = .safeContents(try Self.sequence(value))
        case nil: content = .unknown
        }
        if let attributes { try read(attributes) }
    }

    private static func sequence(_ value: ArraySlice<UInt8>) throws(DERError) -> ArraySlice<UInt8> {
        try DERReader.single(DERElement.Tag.sequence, in: value, "bag value").encoded
    }

    /// CertBag: SEQUENCE { OBJECT IDENTIFIER, [0] value }; the value of an X.509 certificate is an OCTET STRING.
    private static func certificate(_ value: ArraySlice<UInt8>) throws(DERError) -> Content {
        var bag = try DERReader.single(DERElement.Tag.sequence, in: value, "CertBag").inside
        let type = try bag.take(DERElement.Tag.objectIdentifier, "certificate type").content
        let wrapped = try bag.take(DERElement.Tag.constructed(0), "certificate").content
        try bag.end("CertBag")
        guard PKCS12Identifiers.x509Certificate == type else { return .unknown }
        return .certificate(StoredCertificate(bytes: try DERReader.single(DERElement.Tag.octetString, in: wrapped, "certificate").content))
    }

    /// Of an attribute that occurs twice the last counts, as in the JDK.
    private mutating func read(_ attributes: DERElement) throws(DERError) {
        var list = attributes.inside
        while !list.isAtEnd {
            let start = list.offset
            var attribute = try list.take(DERElement.Tag.sequence, "attribute").inside
            let identifier = try attribute.take(DERElement.Tag.objectIdentifier, "attribute type").content
            let values = try attribute.take(DERElement.Tag.set, "attribute values")
            try attribute.end("attribute")
            if PKCS12Identifiers.friendlyName == identifier {
                friendlyName = try Self.text(values)
            } else if PKCS12Identifiers.localKeyID == identifier {
                var inside = values.inside
                localKeyID = inside.isAtEnd ? nil : try inside.take(DERElement.Tag.octetString, "localKeyID").content
            } else if PKCS12Identifiers.trustedKeyUsage == identifier {
                trustedKeyUsage = values.encoded
            } else {
                guard otherAttributes.count < Self.attributeLimit else {
                    throw DERError(
                        .overLimit(found: otherAttributes.count + 1, limit: Self.attributeLimit), field: "bag attributes", offset: start)
                }
                otherAttributes.append(
                    EntryAttribute(identifier: ObjectIdentifier(content: identifier), values: Array(values.encoded)))
            }
        }
    }

    /// The first value, a BMPString: two octets per unit.
    private static func text(_ values: DERElement) throws(DERError) -> [UInt16]? {
        var inside = values.inside
        if inside.isAtEnd { return nil }
        let octets = try inside.take(DERElement.Tag.bmpString, "friendlyName").content
        guard octets.count.isMultiple(of: 2) else {
            throw DERError(.malformed, field: "friendlyName", offset: octets.startIndex)
        }
        return octets.withUnsafeBufferPointer { octets in
            (0..<octets.count / 2).map { UInt16(octets[2 * $0]) << 8 | UInt16(octets[2 * $0 + 1]) }
        }
    }
}

/// Takes the bags of SafeContents one after the other.
struct SafeBags {
    private var rest: DERReader

    /// Safes in safes are read to this depth; our choice.
    static let depthLimit = 8

    init(_ contents: ArraySlice<UInt8>) throws(KeystoreError) {
        rest = try readingDER { () throws(DERError) in
            try DERReader.single(DERElement.Tag.sequence, in: contents, "SafeContents").inside
        }
    }

    /// nil at the end. Throws `overLimit` when there are more bags and attributes than the file's size makes plausible.
    mutating func next(items: inout ItemBudget) throws(KeystoreError) -> SafeBag? {
        if rest.isAtEnd { return nil }
        let bag: SafeBag
        do { bag = try SafeBag(rest.take(DERElement.Tag.sequence, "SafeBag")) } catch { throw KeystoreError(error) }
        for _ in 0...bag.otherAttributes.count { try items.spend(on: "number of bags") }
        return bag
    }
}
