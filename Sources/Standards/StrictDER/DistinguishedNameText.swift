/// A Name (RFC 5280 §4.1.2.4) as text, for people (RFC 4514): most specific part first, `CN=Corp CA,O=Corp,C=GB`.
public enum DistinguishedNameText {
    /// Unreadable parts stand as `#` and hexadecimal, an unreadable name as a whole too. Works for any bytes.
    public static func text(_ name: ArraySlice<UInt8>) -> String {
        guard let parts = try? relativeNames(name) else { return "#" + hexadecimal(name.prefix(64)) }
        return parts.reversed().joined(separator: ",")
    }

    private static func relativeNames(_ name: ArraySlice<UInt8>) throws(DERError) -> [String] {
        var list = try DERReader.single(DERElement.Tag.sequence, in: name, "Name").inside
        var parts: [String] = []
        while !list.isAtEnd {
            var set = try list.take(DERElement.Tag.set, "RelativeDistinguishedName").inside
            var attributes: [String] = []
            while !set.isAtEnd {
                var attribute = try set.take(DERElement.Tag.sequence, "AttributeTypeAndValue").inside
                let type = try attribute.take(DERElement.Tag.objectIdentifier, "attribute type").content
                let value = try attribute.next("attribute value")
                try attribute.end("AttributeTypeAndValue")
                attributes.append(label(type) + "=" + (string(value).map(escaped) ?? "#" + hexadecimal(value.encoded)))
            }
            parts.append(attributes.joined(separator: "+"))
        }
        return parts
    }

    /// RFC 4514 §3, and what else certificates use in practice.
    private static let labels: [ObjectIdentifier: String] = [
        ObjectIdentifier(2, 5, 4, 3): "CN", ObjectIdentifier(2, 5, 4, 5): "SERIALNUMBER", ObjectIdentifier(2, 5, 4, 6): "C",
        ObjectIdentifier(2, 5, 4, 7): "L", ObjectIdentifier(2, 5, 4, 8): "ST", ObjectIdentifier(2, 5, 4, 9): "STREET",
        ObjectIdentifier(2, 5, 4, 10): "O", ObjectIdentifier(2, 5, 4, 11): "OU", ObjectIdentifier(2, 5, 4, 97): "organizationIdentifier",
        ObjectIdentifier(0, 9, 2342, 19_200_300, 100, 1, 25): "DC", ObjectIdentifier(0, 9, 2342, 19_200_300, 100, 1, 1): "UID",
        ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 1): "EMAILADDRESS",
    ]

    private static func label(_ type: ArraySlice<UInt8>) -> String {
        labels[ObjectIdentifier(content: type)] ?? ObjectIdentifier.dotted(type)
    }

    /// The text of a DirectoryString or IA5String; nil for other types and for octets that are no text of theirs.
    public static func string(_ value: DERElement) -> String? {
        switch value.tag {
        case DERElement.Tag.utf8String, DERElement.Tag.printableString, DERElement.Tag.ia5String:
            return String(validating: value.content, as: UTF8.self)
        case DERElement.Tag.teletexString:
            // T.61 in theory; Latin-1 is what was meant wherever it is met.
            return String(String.UnicodeScalarView(value.content.map { Unicode.Scalar($0) }))
        case DERElement.Tag.bmpString:
            guard value.content.count.isMultiple(of: 2) else { return nil }
            let octets = Array(value.content)
            return String(
                validating: stride(from: 0, to: octets.count, by: 2).map { UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]) },
                as: UTF16.self)
        default: return nil
        }
    }

    /// RFC 4514 §2.4; control characters as hexadecimal pairs, so that no name moves the reader's cursor.
    private static func escaped(_ text: String) -> String {
        // Nearly all names: nothing to escape.
        let isPlain = text.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x2D...0x3A).contains($0) || $0 == 0x20
        }
        if isPlain, text.utf8.first != 0x20, text.utf8.last != 0x20 { return text }
        var result = ""
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let isEdge = index == 0 || index == scalars.count - 1
            switch scalar {
            case ",", "+", "\"", "\\", "<", ">", ";": result += "\\" + String(scalar)
            case "#" where index == 0: result += "\\#"
            case " " where isEdge: result += "\\ "
            // Nearly all there is; the table of categories is slow.
            case " "..."~": result.unicodeScalars.append(scalar)
            case _ where scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format:
                result += Array(String(scalar).utf8).map { "\\" + hexadecimal([$0]) }.joined()
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
