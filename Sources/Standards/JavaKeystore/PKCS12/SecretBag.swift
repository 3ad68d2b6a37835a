import StrictDER

/// SecretBag (RFC 7292 §4.2.5): SEQUENCE { OBJECT IDENTIFIER, [0] value }. Which types there are the RFC leaves open; the JDK puts an
/// EncryptedPrivateKeyInfo into an OCTET STRING, and a structure like PKCS#8 into that.
enum SecretBag {
    /// What the JDK writes is closed, anything else stands in the clear.
    static func key(bag: ArraySlice<UInt8>) throws(DERError) -> ProtectedSecretKey {
        let (type, value) = try parts(bag)
        guard PKCS12Identifiers.bag(.shroudedKey) == type, value.tag == DERElement.Tag.octetString else {
            return ProtectedSecretKey(.secretBagClear, stored: bag)
        }
        return ProtectedSecretKey(.pkcs12, stored: value.content)
    }

    private static func parts(_ bag: ArraySlice<UInt8>) throws(DERError) -> (type: ArraySlice<UInt8>, value: DERElement) {
        var fields = try DERReader.single(DERElement.Tag.sequence, in: bag, "SecretBag").inside
        let type = try fields.take(DERElement.Tag.objectIdentifier, "secret type").content
        var wrapped = try fields.take(DERElement.Tag.constructed(0), "secret").inside
        try fields.end("SecretBag")
        let value = try wrapped.next("secret")
        try wrapped.end("secret")
        return (type, value)
    }

    /// Of a key that stands in the clear: its bytes if they are an OCTET STRING, else the DER of what is there; named by its type.
    static func clearKey(_ bag: ArraySlice<UInt8>) throws(KeystoreError) -> SecretKey {
        let (type, value) = try readingDER { () throws(DERError) in try parts(bag) }
        let bytes = value.tag == DERElement.Tag.octetString ? value.content : value.encoded
        if PKCS12Identifiers.bag(.key) == type, let key = try? key(info: bytes) { return key }
        let identifier = ObjectIdentifier(content: type)
        return SecretKey(algorithm: SecretKeyAlgorithm.name(of: identifier), identifier: identifier, bytes: Array(bytes))
    }

    /// SEQUENCE { INTEGER 0, SEQUENCE { OBJECT IDENTIFIER, parameters }, OCTET STRING }.
    static func key(info der: ArraySlice<UInt8>) throws(DERError) -> SecretKey {
        var fields = try DERReader.single(DERElement.Tag.sequence, in: der, "secret key").inside
        _ = try fields.take(DERElement.Tag.integer, "version")
        let identifier = ObjectIdentifier(content: try AlgorithmParts(&fields, "secret key algorithm").identifier)
        let bytes = try fields.take(DERElement.Tag.octetString, "secret key").content
        try fields.end("secret key")
        return SecretKey(algorithm: SecretKeyAlgorithm.name(of: identifier), identifier: identifier, bytes: Array(bytes))
    }

    /// The reverse, as the JDK writes it: without parameters where there are none.
    static func info(identifier: ObjectIdentifier, bytes: [UInt8]) -> [UInt8] {
        DER.sequence(DER.integer(0), AlgorithmParts.encode(identifier, []), DER.octets(bytes))
    }

    static func encode(_ key: ProtectedSecretKey) -> [UInt8] {
        if key.protection == .secretBagClear { return Array(key.stored) }
        return DER.sequence(DER.oid(PKCS12Identifiers.bag(.shroudedKey)), DER.explicit(0, DER.octets(key.stored)))
    }
}
