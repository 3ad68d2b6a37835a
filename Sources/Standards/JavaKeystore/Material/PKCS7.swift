import StrictDER

/// PKCS#7 and its successor CMS as a bag of certificates: SignedData (RFC 5652 §5.1) without content and signers, `.p7b` and `.p7c`.
public enum PKCS7 {
    static let signedDataIdentifier = ObjectIdentifier(1, 2, 840, 113_549, 1, 7, 2)
    static let dataIdentifier = ObjectIdentifier(1, 2, 840, 113_549, 1, 7, 1)

    struct Contents {
        var certificates: [ArraySlice<UInt8>] = []
        var hasOtherCertificates = false
        var hasRevocationLists = false
    }

    /// What a SignedData carries besides what it signs; signatures are not looked at. BER is allowed, since RFC 5652 allows it.
    ///
    /// Throws `unsupportedAlgorithm` with the identifier of any other content type.
    static func certificates(in bytes: ArraySlice<UInt8>) throws(KeystoreError) -> Contents {
        if let contents = try? read(bytes) { return contents }
        // What is DER already is read in place; only the rest is written anew. Errors are those of the second reading.
        let (der, count) = try readingDER { () throws(DERError) in try BER.normalised(bytes) }
        guard count == bytes.count else { throw .malformed(field: "ContentInfo", offset: bytes.startIndex + count) }
        return try read(der[...])
    }

    private static func read(_ der: ArraySlice<UInt8>) throws(KeystoreError) -> Contents {
        typealias Tag = DERElement.Tag
        let (type, rest) = try readingDER { () throws(DERError) in
            var outer = try DERReader.single(Tag.sequence, in: der, "ContentInfo").inside
            return (try outer.take(Tag.objectIdentifier, "contentType").content, outer)
        }
        guard signedDataIdentifier == type else {
            throw .unsupportedAlgorithm(field: "contentType", oid: ObjectIdentifier.dotted(type))
        }
        return try readingDER { () throws(DERError) in
            var outer = rest
            let wrapped = try outer.take(Tag.constructed(0), "content")
            try outer.end("ContentInfo")
            var fields = try DERReader.single(Tag.sequence, in: wrapped.content, "SignedData").inside
            _ = try fields.take(Tag.integer, "version").small("version")
            _ = try fields.take(Tag.set, "digestAlgorithms")
            _ = try fields.take(Tag.sequence, "encapContentInfo")
            var contents = Contents()
            if var list = try fields.takeIfPresent(Tag.constructed(0), "certificates")?.inside {
                while !list.isAtEnd {
                    let certificate = try list.next("certificates")
                    if certificate.tag == Tag.sequence {
                        contents.certificates.append(certificate.encoded)
                    } else {
                        contents.hasOtherCertificates = true
                    }
                }
            }
            let lists = try fields.takeIfPresent(Tag.constructed(1), "crls")
            contents.hasRevocationLists = lists.map { !$0.content.isEmpty } ?? false
            _ = try fields.take(Tag.set, "signerInfos")
            try fields.end("SignedData")
            return contents
        }
    }

    /// DER of a SignedData with these certificates, in this order, and nothing else.
    public static func certificatesOnly(_ certificates: [StoredCertificate]) -> [UInt8] {
        // A SET OF, which DER would sort; RFC 5652 §5.1 asks for BER only, and readers take the order for that of the chain.
        let list = DER.element(DERElement.Tag.constructed(0), certificates.flatMap(\.bytes))
        let emptySet = DER.element(DERElement.Tag.set, [])
        let signedData = DER.sequence(DER.integer(1), emptySet, DER.sequence(DER.oid(dataIdentifier)), list, emptySet)
        return DER.sequence(DER.oid(signedDataIdentifier), DER.explicit(0, signedData))
    }
}
