import StrictDER

/// Bytes that are equal for Names that `X500Principal.equals` takes for one: without regard to case, to spaces at the ends or in a row,
/// and to which string type a value has. Authorities do write an issuer in another type than their own subject.
enum ComparableName {
    /// A name that cannot be read is equal to itself only.
    static func of(_ name: ArraySlice<UInt8>) -> [UInt8] { (try? comparable(name)) ?? Array(name) }

    private static func comparable(_ name: ArraySlice<UInt8>) throws(DERError) -> [UInt8] {
        var list = try DERReader.single(DERElement.Tag.sequence, in: name, "Name").inside
        var result: [UInt8] = []
        while !list.isAtEnd {
            var set = try list.take(DERElement.Tag.set, "RelativeDistinguishedName").inside
            var attributes: [[UInt8]] = []
            while !set.isAtEnd {
                var attribute = try set.take(DERElement.Tag.sequence, "AttributeTypeAndValue").inside
                let type = try attribute.take(DERElement.Tag.objectIdentifier, "attribute type").encoded
                let value = try attribute.next("attribute value")
                try attribute.end("AttributeTypeAndValue")
                attributes.append(type + Self.value(value))
            }
            if attributes.count > 1 { attributes.sort { $0.lexicographicallyPrecedes($1) } }
            // Tags and lengths keep parts apart.
            result += DER.element(DERElement.Tag.set, attributes.joined().map { $0 })
        }
        return result
    }

    private static func value(_ value: DERElement) -> [UInt8] {
        guard let text = DistinguishedNameText.string(value) else { return Array(value.encoded) }
        let words = text.lowercased().split { $0 == " " }
        return DER.utf8(words.joined(separator: " "))
    }
}
