import StrictDER

/// A public key: SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
public struct PublicKeyInfo: Hashable, Sendable {
    public let der: [UInt8]
    public let algorithm: KeyAlgorithm
    /// What follows the algorithm's identifier, tag and all; empty when absent.
    let parameters: [UInt8]
    /// Contents of the BIT STRING.
    let bits: [UInt8]

    /// Throws `malformed` or `truncated` when the bytes are none. Bytes behind it are an error.
    public init(der: ArraySlice<UInt8>) throws(KeystoreError) {
        (algorithm, parameters, bits) = try readingDER { () throws(DERError) in
            var fields = try DERReader.single(DERElement.Tag.sequence, in: der, "SubjectPublicKeyInfo").inside
            let identifier = try fields.take(DERElement.Tag.sequence, "algorithm")
            var parts = identifier.inside
            _ = try parts.take(DERElement.Tag.objectIdentifier, "algorithm")
            let bits = try fields.take(DERElement.Tag.bitString, "subjectPublicKey").bits("subjectPublicKey")
            try fields.end("SubjectPublicKeyInfo")
            return (KeyAlgorithm(algorithmIdentifier: identifier.encoded), Array(parts.rest), Array(bits))
        }
        self.der = Array(der)
    }

    init(algorithm: ObjectIdentifier, parameters: [UInt8], bits: some Collection<UInt8>) throws(KeystoreError) {
        try self.init(der: DER.sequence(DER.sequence(DER.oid(algorithm), parameters), DER.bits(bits))[...])
    }

    /// Whether both are one key, however it is written: RSA under either of its identifiers, points compressed or not.
    public func isSameKey(as other: PublicKeyInfo) -> Bool {
        switch (algorithm, other.algorithm) {
        case (.rsa, .rsa), (.rsa, .rsaPSS), (.rsaPSS, .rsa), (.rsaPSS, .rsaPSS): bits == other.bits
        // A curve may be written out instead of named, on one side only: the same point on another curve does not happen.
        case (.ellipticCurve(let one), .ellipticCurve(let another)):
            (one.isEmpty || another.isEmpty || parameters == other.parameters) && Self.isSamePoint(bits, other.bits)
        default: algorithm == other.algorithm && parameters == other.parameters && bits == other.bits
        }
    }

    /// SEC 1 §2.3.3: 04 X Y, or compressed 02 X for an even Y and 03 X for an odd one.
    private static func isSamePoint(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        if left.first == 4, right.first == 4 { return left == right }
        return compressed(left) == compressed(right)
    }

    private static func compressed(_ point: [UInt8]) -> [UInt8] {
        guard point.first == 4, point.count % 2 == 1, let last = point.last else { return point }
        return [2 | last & 1] + point[1...(point.count / 2)]
    }
}

extension StoredCertificate {
    /// The key that the certificate speaks for.
    public func publicKeyInfo() throws(KeystoreError) -> PublicKeyInfo {
        let bytes = try readingDER { () throws(DERError) in try outline().publicKeyInfo }
        return try PublicKeyInfo(der: bytes)
    }
}
