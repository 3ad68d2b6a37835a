import StrictDER

/// SEQUENCE { OBJECT IDENTIFIER, parameters } (RFC 5280 §4.1.1.2).
struct AlgorithmParts {
    /// Contents of the OBJECT IDENTIFIER.
    let identifier: ArraySlice<UInt8>
    /// What follows it, tag and all; empty when absent.
    let parameters: ArraySlice<UInt8>

    init(_ fields: inout DERReader, _ field: String) throws(DERError) {
        var inside = try fields.take(DERElement.Tag.sequence, field).inside
        identifier = try inside.take(DERElement.Tag.objectIdentifier, field).content
        parameters = inside.rest
    }

    var dotted: String { ObjectIdentifier.dotted(identifier) }

    static func encode(_ identifier: ObjectIdentifier, _ parameters: [UInt8] = DER.null) -> [UInt8] {
        DER.sequence(DER.oid(identifier), parameters)
    }
}
