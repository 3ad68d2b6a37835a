import Crypto
import StrictDER

extension PrivateKeyInfo {
    /// The public key that belongs to this private key.
    ///
    /// RSA keys carry it. For P-256, P-384, P-521, Ed25519 and X25519 it is computed; for other curves it is what the key says of itself.
    /// Throws `unsupportedAlgorithm` where that leaves nothing (DSA, and other curves without it), `malformed` for a damaged key.
    public func publicKeyInfo() throws(KeystoreError) -> PublicKeyInfo {
        let parts = try readingDER { () throws(DERError) in try PrivateKeyParts(der[...]) }
        switch algorithm {
        case .rsa, .rsaPSS:
            let fields = try readingDER { () throws(DERError) in try RSAPrivateKeyFields(parts.key) }
            let bits = DER.sequence(Array(fields.modulus), Array(fields.publicExponent))
            return try PublicKeyInfo(algorithm: parts.algorithm, parameters: Array(parts.parameters), bits: bits)
        case .ellipticCurve(let curve):
            let fields = try readingDER { () throws(DERError) in try ECPrivateKeyFields(parts.key) }
            guard let bits = try Self.point(of: fields, on: curve) ?? fields.publicKey.map(Array.init) else { throw notDerivable }
            return try PublicKeyInfo(algorithm: parts.algorithm, parameters: Array(parts.parameters), bits: bits)
        case .ed25519, .x25519:
            let seed = try readingDER { () throws(DERError) in
                try DERReader.single(DERElement.Tag.octetString, in: parts.key, "CurvePrivateKey").content
            }
            let key =
                algorithm == .ed25519
                ? (try? Curve25519.Signing.PrivateKey(rawRepresentation: seed))?.publicKey.rawRepresentation
                : (try? Curve25519.KeyAgreement.PrivateKey(rawRepresentation: seed))?.publicKey.rawRepresentation
            guard let key else { throw .malformed(field: "CurvePrivateKey", offset: seed.startIndex) }
            return try PublicKeyInfo(algorithm: parts.algorithm, parameters: [], bits: key)
        case .ed448, .x448, .dsa, .diffieHellman, .other:
            guard let bits = parts.publicKey else { throw notDerivable }
            return try PublicKeyInfo(algorithm: parts.algorithm, parameters: Array(parts.parameters), bits: bits)
        }
    }

    private var notDerivable: KeystoreError { .unsupportedAlgorithm(field: "public key of the private key", oid: algorithm.name) }

    /// 04 X Y; nil for curves that we do not compute on.
    private static func point(of fields: ECPrivateKeyFields, on curve: String) throws(KeystoreError) -> [UInt8]? {
        guard let size = ["P-256": 32, "P-384": 48, "P-521": 66][curve] else { return nil }
        let digits = fields.scalar.drop { $0 == 0 }
        guard digits.count <= size else { throw .malformed(field: "privateKey", offset: fields.scalar.startIndex) }
        let scalar = Array(repeating: 0, count: size - digits.count) + digits
        let point =
            switch curve {
            case "P-256": (try? P256.Signing.PrivateKey(rawRepresentation: scalar))?.publicKey.x963Representation
            case "P-384": (try? P384.Signing.PrivateKey(rawRepresentation: scalar))?.publicKey.x963Representation
            default: (try? P521.Signing.PrivateKey(rawRepresentation: scalar))?.publicKey.x963Representation
            }
        // Zero, or not below the order of the curve.
        guard let point else { throw .malformed(field: "privateKey", offset: fields.scalar.startIndex) }
        return Array(point)
    }
}

/// The fields of a PrivateKeyInfo (RFC 5958 §2).
struct PrivateKeyParts {
    let algorithm: ObjectIdentifier
    /// What follows it, tag and all; empty when absent.
    let parameters: ArraySlice<UInt8>
    /// Contents of the OCTET STRING.
    let key: ArraySlice<UInt8>
    /// Contents of the BIT STRING of version 2.
    let publicKey: ArraySlice<UInt8>?

    init(_ der: ArraySlice<UInt8>) throws(DERError) {
        var fields = try DERReader.single(DERElement.Tag.sequence, in: der, "PrivateKeyInfo").inside
        _ = try fields.take(DERElement.Tag.integer, "version")
        var identifier = try fields.take(DERElement.Tag.sequence, "privateKeyAlgorithm").inside
        algorithm = ObjectIdentifier(content: try identifier.take(DERElement.Tag.objectIdentifier, "privateKeyAlgorithm").content)
        parameters = identifier.rest
        key = try fields.take(DERElement.Tag.octetString, "privateKey").content
        _ = try fields.takeIfPresent(DERElement.Tag.constructed(0), "attributes")
        let bits = try fields.takeIfPresent(DERElement.Tag.primitive(1), "publicKey")?.content
        guard bits == nil || bits?.first == 0 else { throw DERError(.malformed, field: "publicKey", offset: der.startIndex) }
        publicKey = bits?.dropFirst()
    }
}
