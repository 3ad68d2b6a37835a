/// Where the fields of a certificate lie (RFC 5280 §4.1), as slices of its bytes. Nothing is verified and nothing copied: a store of
/// thousands is walked in milliseconds.
public struct CertificateOutline: Hashable, Sendable {
    /// One extension: identifier and value as content octets.
    public struct Extension: Hashable, Sendable {
        public var identifier: ArraySlice<UInt8>
        public var isCritical: Bool
        public var value: ArraySlice<UInt8>
    }

    public let der: ArraySlice<UInt8>
    /// tbsCertificate, all of it: what is signed.
    public let signed: ArraySlice<UInt8>
    /// 1, 2 or 3.
    public let version: Int
    /// INTEGER content as written, sign and leading zeros included.
    public let serial: ArraySlice<UInt8>
    /// DER of the AlgorithmIdentifier inside what is signed.
    public let innerAlgorithm: ArraySlice<UInt8>
    /// DER of the Name.
    public let issuer: ArraySlice<UInt8>
    public let notBefore: DERElement
    public let notAfter: DERElement
    /// DER of the Name.
    public let subject: ArraySlice<UInt8>
    /// DER of the SubjectPublicKeyInfo.
    public let publicKeyInfo: ArraySlice<UInt8>
    public let extensions: [Extension]
    /// DER of the AlgorithmIdentifier outside of what is signed.
    public let signatureAlgorithm: ArraySlice<UInt8>
    public let signature: ArraySlice<UInt8>

    /// Throws `DERError` with the field where the bytes cease to be a certificate. Leftover bytes are an error.
    public init(der bytes: ArraySlice<UInt8>) throws(DERError) {
        typealias Tag = DERElement.Tag
        der = bytes
        var outer = try DERReader.single(Tag.sequence, in: bytes, "certificate").inside
        let signed = try outer.take(Tag.sequence, "tbsCertificate")
        self.signed = signed.encoded
        signatureAlgorithm = try outer.take(Tag.sequence, "signatureAlgorithm").encoded
        signature = try outer.take(Tag.bitString, "signatureValue").bits("signatureValue")
        try outer.end("certificate")

        var fields = signed.inside
        version = try Self.version(&fields)
        serial = try fields.take(Tag.integer, "serialNumber").content
        innerAlgorithm = try fields.take(Tag.sequence, "signature").encoded
        issuer = try fields.take(Tag.sequence, "issuer").encoded
        var validity = try fields.take(Tag.sequence, "validity").inside
        (notBefore, notAfter) = (try validity.next("notBefore"), try validity.next("notAfter"))
        try validity.end("validity")
        subject = try fields.take(Tag.sequence, "subject").encoded
        publicKeyInfo = try fields.take(Tag.sequence, "subjectPublicKeyInfo").encoded
        _ = try fields.takeIfPresent(Tag.primitive(1), "issuerUniqueID")
        _ = try fields.takeIfPresent(Tag.primitive(2), "subjectUniqueID")
        extensions = try fields.takeIfPresent(Tag.constructed(3), "extensions").map(Self.extensions) ?? []
        try fields.end("tbsCertificate")
    }

    private static func version(_ fields: inout DERReader) throws(DERError) -> Int {
        guard let wrapped = try fields.takeIfPresent(DERElement.Tag.constructed(0), "version") else { return 1 }
        let number = try DERReader.single(DERElement.Tag.integer, in: wrapped.content, "version").small("version")
        guard number <= 2 else { throw DERError(.malformed, field: "version", offset: wrapped.encoded.startIndex) }
        return number + 1
    }

    private static func extensions(_ wrapped: DERElement) throws(DERError) -> [Extension] {
        var list = try DERReader.single(DERElement.Tag.sequence, in: wrapped.content, "extensions").inside
        var extensions: [Extension] = []
        // Room for what certificates have: growing takes as long as reading.
        if !list.isAtEnd { extensions.reserveCapacity(10) }
        while !list.isAtEnd {
            var fields = try list.take(DERElement.Tag.sequence, "extension").inside
            let identifier = try fields.take(DERElement.Tag.objectIdentifier, "extnID").content
            let isCritical = try fields.takeIfPresent(DERElement.Tag.boolean, "critical")
            let value = try fields.take(DERElement.Tag.octetString, "extnValue").content
            try fields.end("extension")
            extensions.append(
                Extension(identifier: identifier, isCritical: try isCritical?.boolean("critical") ?? false, value: value))
        }
        return extensions
    }

    /// The value of the first extension of that identifier.
    public func value(of identifier: ObjectIdentifier) -> ArraySlice<UInt8>? {
        extensions.first { identifier == $0.identifier }?.value
    }

    /// Seconds since 1970; throws when the field is no time.
    public func seconds(_ time: DERElement, _ field: String) throws(DERError) -> Int64 {
        let milliseconds = try DERTime.milliseconds(time, field)
        return milliseconds >= 0 ? milliseconds / 1000 : -((999 - milliseconds) / 1000)
    }

    public static let subjectKeyIdentifierExtension = ObjectIdentifier(2, 5, 29, 14)
    public static let authorityKeyIdentifierExtension = ObjectIdentifier(2, 5, 29, 35)

    /// The octets of the subject key identifier (RFC 5280 §4.2.1.2); nil when absent or malformed.
    public var subjectKeyIdentifier: ArraySlice<UInt8>? {
        value(of: Self.subjectKeyIdentifierExtension).flatMap {
            try? DERReader.single(DERElement.Tag.octetString, in: $0, "subjectKeyIdentifier").content
        }
    }

    /// The octets of `keyIdentifier` in the authority key identifier (RFC 5280 §4.2.1.1); nil when absent or malformed.
    public var authorityKeyIdentifier: ArraySlice<UInt8>? {
        guard let value = value(of: Self.authorityKeyIdentifierExtension),
            var fields = try? DERReader.single(DERElement.Tag.sequence, in: value, "authorityKeyIdentifier").inside
        else { return nil }
        return (try? fields.takeIfPresent(DERElement.Tag.primitive(0), "keyIdentifier"))??.content
    }
}
