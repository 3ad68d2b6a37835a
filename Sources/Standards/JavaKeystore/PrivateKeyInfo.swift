public import Crypto
public import CryptoExtras
import StrictDER

/// A private key, opened: PKCS#8 (RFC 5208 §5, RFC 5958), exactly as it was stored. Never printed.
public struct PrivateKeyInfo: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public let der: [UInt8]
    public let algorithm: KeyAlgorithm

    /// Throws `malformed` when the bytes are no PrivateKeyInfo. Bytes behind it are an error.
    public init(der: [UInt8]) throws(KeystoreError) {
        let identifier: ArraySlice<UInt8>
        do throws(DERError) {
            var fields = try DERReader.single(DERElement.Tag.sequence, in: der[...], "PrivateKeyInfo").inside
            guard try fields.take(DERElement.Tag.integer, "version").small("version") <= 1 else {
                throw DERError(.malformed, field: "version", offset: 0)
            }
            identifier = try fields.take(DERElement.Tag.sequence, "privateKeyAlgorithm").encoded
            _ = try fields.take(DERElement.Tag.octetString, "privateKey")
            _ = try fields.takeIfPresent(DERElement.Tag.constructed(0), "attributes")
            _ = try fields.takeIfPresent(DERElement.Tag.primitive(1), "publicKey")
            try fields.end("PrivateKeyInfo")
        } catch { throw KeystoreError(error) }
        self.der = der
        algorithm = KeyAlgorithm(algorithmIdentifier: identifier)
    }

    /// RSA of at least 1024 bits. Throws what swift-crypto throws for anything else.
    public func rsa() throws -> _RSA.Signing.PrivateKey { try _RSA.Signing.PrivateKey(unsafeDERRepresentation: der) }
    public func p256() throws -> P256.Signing.PrivateKey { try P256.Signing.PrivateKey(derRepresentation: der) }
    public func p384() throws -> P384.Signing.PrivateKey { try P384.Signing.PrivateKey(derRepresentation: der) }
    public func p521() throws -> P521.Signing.PrivateKey { try P521.Signing.PrivateKey(derRepresentation: der) }
    /// RFC 8410 §7: the octets of the key in an OCTET STRING of their own.
    public func ed25519() throws -> Curve25519.Signing.PrivateKey {
        guard algorithm == .ed25519 else { throw KeystoreError.unsupportedAlgorithm(field: "privateKeyAlgorithm", oid: algorithm.name) }
        var fields = try DERReader.single(DERElement.Tag.sequence, in: der[...], "PrivateKeyInfo").inside
        _ = try (fields.next("version"), fields.next("privateKeyAlgorithm"))
        let wrapped = try fields.take(DERElement.Tag.octetString, "privateKey").content
        let octets = try DERReader.single(DERElement.Tag.octetString, in: wrapped, "CurvePrivateKey").content
        return try Curve25519.Signing.PrivateKey(rawRepresentation: octets)
    }

    public var description: String { "PrivateKeyInfo(\(algorithm.name))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
