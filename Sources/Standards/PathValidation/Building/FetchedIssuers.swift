import StrictDER
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

    /// `ContentInfo { signedData, [0] SignedData { version, digestAlgorithms, contentInfo, [0] certificates … } }`, RFC 5652 §5.1; often BER.
    private static func certsOnly(_ bytes: [UInt8]) -> [ParsedCertificate] {
        guard let normal = try? BER.normalised(bytes[...]).der,
            var content = try? DERReader.single(DERElement.Tag.sequence, in: normal[...], "ContentInfo").inside,
            (try? content.take(DERElement.Tag.objectIdentifier, "contentType")) != nil,
            let wrapped = try? content.take(DERElement.Tag.constructed(0), "content"),
            var fields = try? DERReader.single(DERElement.Tag.sequence, in: wrapped.content, "SignedData").inside
        else { return [] }
        while let field = try? fields.next("SignedData") {
            guard field.tag == DERElement.Tag.constructed(0) else { continue }
            var set = field.inside
            var found: [ParsedCertificate] = []
            while found.count < limit, let item = try? set.next("certificates") {
                if let certificate = try? ParsedCertificate(der: Array(item.encoded)) { found.append(certificate) }
            }
            return found
        }
        return []
    }
}
