import StrictDER

extension PrivateKeyInfo {
    static let rsaIdentifier = ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 1)
    static let dsaIdentifier = ObjectIdentifier(1, 2, 840, 10040, 4, 1)

    private static func wrapped(_ algorithm: ObjectIdentifier, parameters: [UInt8], key: [UInt8]) throws(KeystoreError) -> PrivateKeyInfo {
        try PrivateKeyInfo(der: DER.sequence(DER.integer(0), DER.sequence(DER.oid(algorithm), parameters), DER.octets(key)))
    }

    /// From RSAPrivateKey (PKCS#1, RFC 8017 §A.1.2), which becomes the contents as it is.
    init(pkcs1 der: ArraySlice<UInt8>) throws(KeystoreError) {
        _ = try readingDER { () throws(DERError) in try RSAPrivateKeyFields(der) }
        self = try Self.wrapped(Self.rsaIdentifier, parameters: DER.null, key: Array(der))
    }

    /// From ECPrivateKey (SEC 1, RFC 5915 §3). The curve moves into the algorithm, where PKCS#8 has it; the public key stays.
    init(sec1 der: ArraySlice<UInt8>) throws(KeystoreError) {
        let (parameters, key) = try readingDER { () throws(DERError) in
            let fields = try ECPrivateKeyFields(der)
            guard let parameters = fields.parameters else { throw DERError(.malformed, field: "curve", offset: der.startIndex) }
            return (parameters, fields.withoutParameters)
        }
        self = try Self.wrapped(KeyAlgorithm.ellipticCurveIdentifier, parameters: Array(parameters), key: key)
    }

    /// From OpenSSL's form of DSA keys, which no specification has: SEQUENCE { 0, p, q, g, y, x }.
    init(openSSLDSA der: ArraySlice<UInt8>) throws(KeystoreError) {
        let numbers = try readingDER { () throws(DERError) in
            var fields = try DERReader.single(DERElement.Tag.sequence, in: der, "DSAPrivateKey").inside
            guard try fields.take(DERElement.Tag.integer, "version").small("version") == 0 else {
                throw DERError(.malformed, field: "version", offset: der.startIndex)
            }
            var numbers: [[UInt8]] = []
            for name in ["p", "q", "g", "y", "x"] { numbers.append(Array(try fields.take(DERElement.Tag.integer, name).encoded)) }
            try fields.end("DSAPrivateKey")
            return numbers
        }
        self = try Self.wrapped(Self.dsaIdentifier, parameters: DER.sequence(Array(numbers[..<3])), key: numbers[4])
    }
}

/// RSAPrivateKey, as far as the public key goes; the rest is checked for its shape.
struct RSAPrivateKeyFields {
    /// INTEGERs with tag and length.
    let modulus: ArraySlice<UInt8>
    let publicExponent: ArraySlice<UInt8>

    init(_ der: ArraySlice<UInt8>) throws(DERError) {
        var fields = try DERReader.single(DERElement.Tag.sequence, in: der, "RSAPrivateKey").inside
        let version = try fields.take(DERElement.Tag.integer, "version").small("version")
        guard version <= 1 else { throw DERError(.malformed, field: "version", offset: der.startIndex) }
        modulus = try fields.take(DERElement.Tag.integer, "modulus").encoded
        publicExponent = try fields.take(DERElement.Tag.integer, "publicExponent").encoded
        for name in ["privateExponent", "prime1", "prime2", "exponent1", "exponent2", "coefficient"] {
            _ = try fields.take(DERElement.Tag.integer, name)
        }
        // More than two primes: version 1 (RFC 8017 §A.1.2).
        if version == 1 { _ = try fields.take(DERElement.Tag.sequence, "otherPrimeInfos") }
        try fields.end("RSAPrivateKey")
    }
}

/// ECPrivateKey (RFC 5915 §3).
struct ECPrivateKeyFields {
    /// Octets of the number; some writers leave out leading zeros, others add one.
    let scalar: ArraySlice<UInt8>
    /// DER of the curve's identifier, or of its parameters.
    let parameters: ArraySlice<UInt8>?
    /// The point (SEC 1 §2.3.3).
    let publicKey: ArraySlice<UInt8>?

    init(_ der: ArraySlice<UInt8>) throws(DERError) {
        var fields = try DERReader.single(DERElement.Tag.sequence, in: der, "ECPrivateKey").inside
        guard try fields.take(DERElement.Tag.integer, "version").small("version") == 1 else {
            throw DERError(.malformed, field: "version", offset: der.startIndex)
        }
        scalar = try fields.take(DERElement.Tag.octetString, "privateKey").content
        parameters = try fields.takeIfPresent(DERElement.Tag.constructed(0), "parameters")?.content
        if let wrapped = try fields.takeIfPresent(DERElement.Tag.constructed(1), "publicKey") {
            publicKey = try DERReader.single(DERElement.Tag.bitString, in: wrapped.content, "publicKey").bits("publicKey")
        } else {
            publicKey = nil
        }
        try fields.end("ECPrivateKey")
    }

    var withoutParameters: [UInt8] { Self.encode(scalar: scalar, publicKey: publicKey) }

    static func encode(scalar: some Collection<UInt8>, publicKey: ArraySlice<UInt8>?) -> [UInt8] {
        DER.sequence(DER.integer(1), DER.octets(scalar), publicKey.map { DER.explicit(1, DER.bits($0)) } ?? [])
    }
}
