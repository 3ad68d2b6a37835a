import StrictDER

/// The outermost structure (RFC 7292 §4): SEQUENCE { INTEGER 3, ContentInfo, MacData OPTIONAL }.
struct PersonalExchange {
    /// Contents of the OCTET STRING with the AuthenticatedSafe: what the MAC is over.
    let contents: ArraySlice<UInt8>
    let mac: PKCS12MAC?
    let trailingBytes: Int

    static let version = 3

    init(_ bytes: [UInt8]) throws(KeystoreError) {
        let (der, read) = try readingDER { () throws(DERError) in try DERThroughout.element(at: bytes[...]) }
        trailingBytes = bytes.count - read
        var fields = try readingDER { () throws(DERError) in try DERReader.single(DERElement.Tag.sequence, in: der, "PFX").inside }
        let version = try readingDER { () throws(DERError) in
            try fields.take(DERElement.Tag.integer, "version").integer("version")
        }
        guard version == Self.version else { throw .unsupportedVersion(version) }
        // What is signed instead is encrypted or signed with public keys; no Java store is.
        guard case .data(let contents) = try ContentInfo(&fields) else {
            throw .unsupportedAlgorithm(field: "authenticated safe", oid: PKCS12Identifiers.encryptedData.description)
        }
        self.contents = contents
        mac = fields.isAtEnd ? nil : try PKCS12MAC(&fields)
        try readingDER { () throws(DERError) in try fields.end("PFX") }
    }
}

/// ContentInfo (RFC 2315 §7) of the two types that keystores have.
enum ContentInfo {
    case data(ArraySlice<UInt8>)
    case encrypted(PasswordBasedEncryption, ArraySlice<UInt8>)

    /// Throws `unsupportedAlgorithm` for another type of content.
    init(_ fields: inout DERReader) throws(KeystoreError) {
        let (type, content) = try readingDER { () throws(DERError) in
            var info = try fields.take(DERElement.Tag.sequence, "ContentInfo").inside
            let type = try info.take(DERElement.Tag.objectIdentifier, "content type").content
            let content = try info.take(DERElement.Tag.constructed(0), "content").content
            try info.end("ContentInfo")
            return (type, content)
        }
        if PKCS12Identifiers.data == type {
            self = .data(
                try readingDER { () throws(DERError) in
                    try DERReader.single(DERElement.Tag.octetString, in: content, "content").content
                })
        } else if PKCS12Identifiers.encryptedData == type {
            self = try Self.encryptedData(content)
        } else {
            throw .unsupportedAlgorithm(field: "safe", oid: ObjectIdentifier.dotted(type))
        }
    }

    /// EncryptedData (RFC 2315 §13), of which the content is data.
    private static func encryptedData(_ content: ArraySlice<UInt8>) throws(KeystoreError) -> ContentInfo {
        let (type, algorithm, bytes) = try readingDER { () throws(DERError) in
            var data = try DERReader.single(DERElement.Tag.sequence, in: content, "EncryptedData").inside
            _ = try data.take(DERElement.Tag.integer, "EncryptedData version")
            var info = try data.take(DERElement.Tag.sequence, "EncryptedContentInfo").inside
            // Attributes that nothing protects; nobody uses them.
            _ = try data.takeIfPresent(DERElement.Tag.constructed(1), "unprotectedAttrs")
            try data.end("EncryptedData")
            let type = try info.take(DERElement.Tag.objectIdentifier, "encrypted content type").content
            let algorithm = try AlgorithmParts(&info, "encryption")
            let bytes = try joined(info.next("encrypted content"))
            try info.end("EncryptedContentInfo")
            return (type, algorithm, bytes)
        }
        guard PKCS12Identifiers.data == type else {
            throw .unsupportedAlgorithm(field: "encrypted safe", oid: ObjectIdentifier.dotted(type))
        }
        return .encrypted(try PasswordBasedEncryption(identifier: algorithm.identifier, parameters: algorithm.parameters), bytes)
    }

    /// `[0] IMPLICIT OCTET STRING`, which BER may have in segments (Bouncy Castle, NSS): only here is it known that they are segments.
    private static func joined(_ element: DERElement) throws(DERError) -> ArraySlice<UInt8> {
        if element.tag == DERElement.Tag.primitive(0) { return element.content }
        guard element.tag == DERElement.Tag.constructed(0) else {
            throw DERError(.malformed, field: "encrypted content", offset: element.encoded.startIndex)
        }
        var segments = element.inside
        let first = try segments.take(DERElement.Tag.octetString, "encrypted content").content
        if segments.isAtEnd { return first }
        var bytes = Array(first)
        bytes.reserveCapacity(element.content.count)
        while !segments.isAtEnd { bytes += try segments.take(DERElement.Tag.octetString, "encrypted content").content }
        return bytes[...]
    }
}
