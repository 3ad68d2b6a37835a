import StrictDER

/// What a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) holds, read without any cryptography.
struct KeyDescription: Sendable {
    enum Kind: Hashable, Sendable {
        /// `probabilisticOnly`: the key is for RSASSA-PSS and nothing else (RFC 4055 §1.2).
        case rsa(bits: Int, probabilisticOnly: Bool)
        case p256, p384, p521
        case ed25519
        case dsa
        /// An elliptic curve, or an algorithm, that is not supported.
        case unsupported(oid: String)
    }
    let kind: Kind
    /// The BIT STRING's content, without the octet that counts unused bits.
    let bits: ArraySlice<UInt8>

    init(_ publicKeyInfo: ArraySlice<UInt8>) throws(DERError) {
        var fields = try DERReader.single(DERElement.Tag.sequence, in: publicKeyInfo, "subjectPublicKeyInfo").inside
        var algorithm = try fields.take(DERElement.Tag.sequence, "algorithm").inside
        bits = try fields.take(DERElement.Tag.bitString, "subjectPublicKey").bits("subjectPublicKey")
        try fields.end("subjectPublicKeyInfo")
        let identifier = try algorithm.take(DERElement.Tag.objectIdentifier, "algorithm").content
        switch identifier {
        case _ where identifier.elementsEqual(Self.rsaEncryption):
            kind = .rsa(bits: try Self.modulusSize(bits), probabilisticOnly: false)
        case _ where identifier.elementsEqual(Self.rsaProbabilistic):
            kind = .rsa(bits: try Self.modulusSize(bits), probabilisticOnly: true)
        case _ where identifier.elementsEqual(Self.ellipticCurve):
            // Explicit parameters are no named curve, and forbidden (RFC 5480 §2.1.1).
            let curve = try algorithm.take(DERElement.Tag.objectIdentifier, "namedCurve").content
            kind = Self.curves.first { curve.elementsEqual($0.0) }?.1 ?? .unsupported(oid: ObjectIdentifier.dotted(curve))
        case _ where identifier.elementsEqual(Self.edwards25519): kind = .ed25519
        case _ where identifier.elementsEqual(Self.dsa): kind = .dsa
        default: kind = .unsupported(oid: ObjectIdentifier.dotted(identifier))
        }
    }

    /// What verifying with it takes, in checks with a key of usual size: RSA grows with the square of its modulus.
    var cost: Int {
        switch kind {
        case .rsa(let bits, _): max(1, min(bits, 1 << 16) / 4_096 * (min(bits, 1 << 16) / 4_096))
        case .p384: 2
        case .p521: 4
        case .p256, .ed25519, .dsa, .unsupported: 1
        }
    }

    /// Bits of the modulus of an RSAPublicKey (RFC 8017 §A.1.1).
    private static func modulusSize(_ key: ArraySlice<UInt8>) throws(DERError) -> Int {
        var numbers = try DERReader.single(DERElement.Tag.sequence, in: key, "RSAPublicKey").inside
        let modulus = try numbers.take(DERElement.Tag.integer, "modulus").serial("modulus")
        _ = try numbers.take(DERElement.Tag.integer, "publicExponent").serial("publicExponent")
        try numbers.end("RSAPublicKey")
        guard let first = modulus.first else { throw DERError(.malformed, field: "modulus", offset: key.startIndex) }
        return modulus.count * 8 - first.leadingZeroBitCount
    }

    /// 1.2.840.113549.1.1.1 and .10, 1.2.840.10045.2.1, 1.3.101.112, 1.2.840.10040.4.1 (RFC 3279 §2.3, 4055, 5480, 8410).
    private static let rsaEncryption: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
    private static let rsaProbabilistic: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A]
    private static let ellipticCurve: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]
    private static let edwards25519: [UInt8] = [0x2B, 0x65, 0x70]
    private static let dsa: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x01]
    private static let curves: [([UInt8], Kind)] = [
        ([0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07], .p256), ([0x2B, 0x81, 0x04, 0x00, 0x22], .p384),
        ([0x2B, 0x81, 0x04, 0x00, 0x23], .p521),
    ]
}
