import Crypto
import SwiftASN1
public import X509

/// A certificate together with the exact bytes it came in; equality and hashing are by those bytes.
public struct ParsedCertificate: Sendable, Hashable {
    public let der: [UInt8]
    public let certificate: Certificate
    /// Lower-case hexadecimal, no colons.
    public let sha256: String
    /// SHA-256 over the SubjectPublicKeyInfo, lower-case hexadecimal.
    public let spkiSha256: String

    /// Throws `.malformed` when the bytes are not one certificate that we can read.
    public init(der: [UInt8]) throws(PathFailure) {
        do {
            certificate = try Certificate(derEncoded: der)
        } catch {
            throw .malformed(reason: UnreadableCertificate.reason(der) ?? String(describing: error))
        }
        self.der = der
        sha256 = Self.hexadecimal(SHA256.hash(data: der))
        var serializer = DER.Serializer()
        do { try serializer.serialize(certificate.publicKey) } catch { throw .malformed(reason: String(describing: error)) }
        spkiSha256 = Self.hexadecimal(SHA256.hash(data: serializer.serializedBytes))
    }

    public var subject: DistinguishedName { certificate.subject }
    public var issuer: DistinguishedName { certificate.issuer }
    public var isSelfIssued: Bool { certificate.subject == certificate.issuer }

    public static func == (left: Self, right: Self) -> Bool { left.der == right.der }
    public func hash(into hasher: inout Hasher) { hasher.combine(sha256) }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
