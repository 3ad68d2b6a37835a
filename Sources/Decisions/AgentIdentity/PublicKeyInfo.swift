import Crypto
import CryptoExtras
import FoundationEssentials
import SwiftASN1
import X509

/// A SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) byte for byte as somebody sent it, so that its thumbprint is the one others compute.
struct PublicKeyInfo: Hashable, Sendable {
    /// Bytes of the largest certificate we look into. A chain's usual ones have two thousand; our choice.
    static let certificateLimit = 64 << 10

    let der: [UInt8]

    init?(der: [UInt8]) {
        guard der.count <= Self.certificateLimit else { return nil }
        self.der = der
    }

    /// nil for what is not one certificate.
    init?(certificateDER: [UInt8]) {
        guard certificateDER.count <= Self.certificateLimit, (try? Certificate(derEncoded: certificateDER)) != nil,
            let root = try? DER.parse(certificateDER), case .constructed(let parts) = root.content,
            let contents = parts.first(where: { _ in true }), case .constructed(let fields) = contents.content
        else { return nil }
        // version [0] if it is not 1, then serial number, signature, issuer, validity, subject, subjectPublicKeyInfo.
        let version = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
        var afterVersion = fields.drop { $0.identifier == version }.dropFirst(5).makeIterator()
        guard let info = afterVersion.next() else { return nil }
        der = Array(info.encodedBytes)
    }

    var thumbprint: String { Base64URL.encode(SHA256.hash(data: der)) }

    /// nil when the key is not RSA with at least 2048 bits.
    var signingKey: _RSA.Signing.PublicKey? { try? _RSA.Signing.PublicKey(derRepresentation: der) }
    var encryptionKey: _RSA.Encryption.PublicKey? { try? _RSA.Encryption.PublicKey(derRepresentation: der) }
}
