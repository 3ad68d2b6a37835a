import SwiftASN1
import X509

/// A distinguished name in the form in which RFC 5280 §7.1 compares: case folded, white space collapsed, string types alike.
struct NormalisedName: Hashable, Sendable {
    /// One element per RDN, its attributes sorted.
    let components: [String]

    init(_ name: DistinguishedName) {
        components = name.map { relative in
            relative.map { attribute in "\(attribute.type)=\(Self.fold(attribute.value))" }.sorted().joined(separator: "+")
        }
    }

    /// Whether this name lies in the subtree of `base` (RFC 5280 §4.2.1.10): begins with all of its RDNs.
    func isWithin(_ base: NormalisedName) -> Bool { components.starts(with: base.components) }

    private static func fold(_ value: RelativeDistinguishedName.Attribute.Value) -> String {
        guard let text = text(value) else {
            // No string type that we read: compared by its encoding.
            return "#" + String(describing: value)
        }
        return text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func text(_ value: RelativeDistinguishedName.Attribute.Value) -> String? {
        if let text = String(value) { return text }
        // TeletexString and BMPString: old authorities used them.
        let any = ASN1Any(value)
        if let bmp = try? ASN1BMPString(asn1Any: any) { return utf16(bmp.bytes) }
        if let teletex = try? ASN1TeletexString(asn1Any: any) { return String(decoding: teletex.bytes, as: UTF8.self) }
        return nil
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.count.isMultiple(of: 2) else { return nil }
        let units = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        return String(decoding: units, as: UTF16.self)
    }
}
