import StrictDER

/// `AuthorityInfoAccessSyntax` (RFC 5280 §4.2.2.1), of a certificate or a list.
enum AccessLocations {
    /// URIs for one method, in order; what cannot be read gives none.
    static func urls(in value: ArraySlice<UInt8>, _ method: ObjectIdentifier) -> [String] {
        guard var list = try? DERReader.single(DERElement.Tag.sequence, in: value, "authorityInfoAccess").inside else { return [] }
        var urls: [String] = []
        while !list.isAtEnd {
            guard var fields = try? list.take(DERElement.Tag.sequence, "AccessDescription").inside,
                let found = try? fields.take(DERElement.Tag.objectIdentifier, "accessMethod").content, !fields.isAtEnd,
                let names = try? GeneralNames(content: fields.rest), names.all.count == 1
            else { return [] }
            if method == found { urls += names.uniformResourceIdentifiers }
        }
        return urls
    }
}
