import SwiftASN1

/// Reads what a caIssuers location gives (RFC 5280 §4.2.2.1): one DER certificate, a certs-only PKCS#7, or, against the letter, PEM.
enum FetchedIssuers {
    /// More in one answer are ignored.
    static let limit = 16

    static func certificates(in bytes: [UInt8]) -> [ParsedCertificate] {
        if let one = try? ParsedCertificate(der: bytes) { return [one] }
        if bytes.starts(with: Array("-----BEGIN".utf8)) {
            let documents = (try? PEMDocument.parseMultiple(pemString: String(decoding: bytes, as: UTF8.self))) ?? []
            return documents.prefix(limit).flatMap { document in
                document.discriminator == "PKCS7"
                    ? certsOnly(document.derBytes) : (try? ParsedCertificate(der: document.derBytes)).map { [$0] } ?? []
            }
        }
        return certsOnly(bytes)
    }

    /// `ContentInfo { signedData, [0] SignedData { version, digestAlgorithms, contentInfo, [0] certificates … } }`, RFC 5652 §5.1.
    private static func certsOnly(_ bytes: [UInt8]) -> [ParsedCertificate] {
        guard let root = try? BER.parse(bytes), case .constructed(let content) = root.content else { return [] }
        var parts = content.makeIterator()
        guard parts.next()?.identifier == .objectIdentifier, let explicit = parts.next(), case .constructed(let wrapped) = explicit.content,
            let signedData = wrapped.first(where: { $0.identifier == .sequence }), case .constructed(let fields) = signedData.content
        else { return [] }
        let tag = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
        guard let set = fields.first(where: { $0.identifier == tag }), case .constructed(let certificates) = set.content else { return [] }
        return certificates.prefix(limit).compactMap { try? ParsedCertificate(der: Array($0.encodedBytes)) }
    }
}
