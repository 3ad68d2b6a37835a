import StrictDER

/// RFC 5208 §6: SEQUENCE { AlgorithmIdentifier, OCTET STRING }.
struct EncryptedPrivateKeyInfo {
    /// Contents of the OBJECT IDENTIFIER.
    let algorithm: ArraySlice<UInt8>
    /// What follows it, tag and all; empty when absent.
    let parameters: ArraySlice<UInt8>
    let contents: ArraySlice<UInt8>

    init(_ der: ArraySlice<UInt8>) throws(DERError) {
        guard der.count <= ProtectedKey.sizeLimit else {
            throw DERError(.overLimit(found: der.count, limit: ProtectedKey.sizeLimit), field: "private key", offset: der.startIndex)
        }
        var info = try DERReader.single(DERElement.Tag.sequence, in: der, "EncryptedPrivateKeyInfo").inside
        var identifier = try info.take(DERElement.Tag.sequence, "key protection algorithm").inside
        algorithm = try identifier.take(DERElement.Tag.objectIdentifier, "key protection algorithm").content
        parameters = identifier.rest
        contents = try info.take(DERElement.Tag.octetString, "protected key").content
        try info.end("EncryptedPrivateKeyInfo")
    }

    var parametersAreAbsentOrNull: Bool { parameters.isEmpty || parameters.elementsEqual(DER.null) }

    static func encode(algorithm: ObjectIdentifier, parameters: [UInt8], contents: [UInt8]) -> [UInt8] {
        DER.sequence(DER.sequence(DER.oid(algorithm), parameters), DER.octets(contents))
    }
}
