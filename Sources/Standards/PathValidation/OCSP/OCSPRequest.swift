public import StrictDER

/// A question to a responder (RFC 6960 §4.1).
public struct OCSPRequest: Hashable, Sendable {
    public let identifiers: [OCSPCertID]
    public let nonce: [UInt8]?

    /// Identifiers in one request that a responder of ours answers.
    public static let limit = 32

    /// Asks about one certificate; returns DER.
    /// - Parameter hash: what the certificate's issuer is named by; responders of RFC 5019 know SHA-1 only.
    public static func make(
        for certificate: ParsedCertificate, issuer: ParsedCertificate, nonce: [UInt8]? = nil, hash: OCSPCertID.Hash = .sha1
    ) throws -> [UInt8] {
        try make(
            for: CertificateOutline(der: certificate.der[...]), issuer: CertificateOutline(der: issuer.der[...]), nonce: nonce, hash: hash)
    }

    public static func make(
        for certificate: CertificateOutline, issuer: CertificateOutline, nonce: [UInt8]? = nil, hash: OCSPCertID.Hash = .sha1
    ) throws(EvidenceError) -> [UInt8] {
        let (subject, authority) = try EvidenceError.mapping { () throws(DERError) in
            (try EvidenceCertificate(certificate), try EvidenceCertificate(issuer))
        }
        let identifier = OCSPCertID(asking: subject, issuer: authority, hash: hash)
        return DER.sequence(
            DER.sequence(
                DER.sequence(DER.sequence(identifier.encoded)),
                nonce.map { DER.explicit(2, DER.sequence(nonceExtension($0))) } ?? []))
    }

    /// Throws for what is no request, for one without identifiers or with more than `limit`, and for critical extensions other than the nonce.
    public init(_ bytes: [UInt8]) throws(EvidenceError) {
        self = try EvidenceError.mapping { () throws(DERError) in try OCSPRequest(reading: bytes) }
    }

    private init(reading bytes: [UInt8]) throws(DERError) {
        var outer = try DERReader.single(DERElement.Tag.sequence, in: bytes[...], "OCSPRequest").inside
        var fields = try outer.take(DERElement.Tag.sequence, "tbsRequest").inside
        // A signature is not asked for, so it is not checked either.
        _ = try outer.takeIfPresent(DERElement.Tag.constructed(0), "optionalSignature")
        try outer.end("OCSPRequest")
        try OCSPVersion.read(&fields)
        _ = try fields.takeIfPresent(DERElement.Tag.constructed(1), "requestorName")
        var list = try fields.take(DERElement.Tag.sequence, "requestList").inside
        var identifiers: [OCSPCertID] = []
        while !list.isAtEnd {
            guard identifiers.count < Self.limit else {
                throw DERError(.overLimit(found: identifiers.count + 1, limit: Self.limit), field: "requestList", offset: list.offset)
            }
            var request = try list.take(DERElement.Tag.sequence, "request").inside
            identifiers.append(try OCSPCertID(try request.take(DERElement.Tag.sequence, "reqCert")))
            if let extensions = try request.takeIfPresent(DERElement.Tag.constructed(0), "singleRequestExtensions") {
                try Self.refuseCritical(try ExtensionElement.list(in: extensions.content, "singleRequestExtensions"))
            }
            try request.end("request")
        }
        guard !identifiers.isEmpty else { throw DERError(.malformed, field: "requestList", offset: list.offset) }
        var nonce: [UInt8]?
        if let extensions = try fields.takeIfPresent(DERElement.Tag.constructed(2), "requestExtensions") {
            let items = try ExtensionElement.list(in: extensions.content, "requestExtensions")
            try Self.refuseCritical(items)
            nonce = Self.nonce(in: items)
        }
        try fields.end("tbsRequest")
        (self.identifiers, self.nonce) = (identifiers, nonce)
    }

    private static func refuseCritical(_ items: [ExtensionElement]) throws(DERError) {
        for item in items where item.isCritical && !item.has(EvidenceIdentifier.nonce) {
            throw DERError(.malformed, field: "critical extension", offset: item.identifier.startIndex)
        }
    }

    /// RFC 9654 §2.1: an OCTET STRING in the extension's; old clients left the inner one out.
    static func nonce(in extensions: [ExtensionElement]) -> [UInt8]? {
        guard let item = extensions.first(where: { $0.has(EvidenceIdentifier.nonce) }) else { return nil }
        let inner = try? DERReader.single(DERElement.Tag.octetString, in: item.value, "nonce")
        return Array(inner?.content ?? item.value)
    }

    static func nonceExtension(_ nonce: [UInt8]) -> [UInt8] { extensionDER(EvidenceIdentifier.nonce, value: DER.octets(nonce)) }
}

/// `version [0] EXPLICIT INTEGER DEFAULT v1`; v1 is all there is (RFC 6960 §4.1.1, §4.2.1).
enum OCSPVersion {
    static func read(_ fields: inout DERReader) throws(DERError) {
        guard let wrapped = try fields.takeIfPresent(DERElement.Tag.constructed(0), "version") else { return }
        guard try DERReader.single(DERElement.Tag.integer, in: wrapped.content, "version").small("version") == 0 else {
            throw DERError(.malformed, field: "version", offset: wrapped.encoded.startIndex)
        }
    }
}
