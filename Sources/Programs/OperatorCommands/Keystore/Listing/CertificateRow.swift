import Crypto
import JavaKeystore
import StrictDER

/// What is said of a certificate. Everything is taken out of its bytes as it is asked for; one that does not parse still has a fingerprint.
struct CertificateRow {
    let stored: StoredCertificate
    let outline: CertificateOutline?

    init(_ stored: StoredCertificate) {
        self.stored = stored
        outline = try? stored.outline()
    }

    var sha256: String { hexadecimal(stored.bytes.withUnsafeBytes { SHA256.hash(data: $0) }) }
    var sha1: String { hexadecimal(stored.bytes.withUnsafeBytes { Insecure.SHA1.hash(data: $0) }) }
    var spkiSha256: String? { outline.map { hexadecimal($0.publicKeyInfo.withUnsafeBytes { SHA256.hash(data: $0) }) } }
    var subject: String? { outline.map { DistinguishedNameText.text($0.subject) } }
    var issuer: String? { outline.map { DistinguishedNameText.text($0.issuer) } }
    /// Lower-case hexadecimal, as little as it takes; a negative number, which no certificate should have, as it is encoded.
    var serial: String? {
        outline.map {
            let digits = hexadecimal($0.serial).drop { $0 == "0" }
            return digits.isEmpty ? "0" : String(digits)
        }
    }
    /// Seconds since 1970.
    var notBefore: Int64? { outline.flatMap { try? $0.seconds($0.notBefore, "notBefore") } }
    var notAfter: Int64? { outline.flatMap { try? $0.seconds($0.notAfter, "notAfter") } }
    var key: PublicKeyRow? { outline.map { PublicKeyRow($0.publicKeyInfo) } }

    var json: JSONText {
        let key = key
        let fields: [(String, JSONText)] = [
            ("subject", .optional(subject)), ("issuer", .optional(issuer)), ("serial", .optional(serial)),
            ("notBefore", .optional(notBefore.map { Moments.rfc3339($0) })), ("notAfter", .optional(notAfter.map { Moments.rfc3339($0) })),
            ("sha256", .string(sha256)), ("sha1", .string(sha1)), ("spkiSha256", .optional(spkiSha256)),
            ("keyAlgorithm", .optional(key?.algorithm)), ("keyCurve", .optional(key?.curve)),
            ("keyBits", key?.bits.map { JSONText.number($0) } ?? .null),
            ("signatureAlgorithm", .optional(outline.map { SignatureName.text($0.signatureAlgorithm) })),
        ]
        return .object(fields)
    }
}

/// Kind and size of a public key.
struct PublicKeyRow {
    /// Java's name: `RSA`, `EC`, `Ed25519`.
    let algorithm: String
    /// Of EC keys: `P-256`, or the curve's identifier.
    let curve: String?
    let bits: Int?

    /// For people.
    var text: String { [algorithm, curve, bits.map { "\($0) bits" }].compactMap { $0 }.joined(separator: ", ") }

    init(_ info: ArraySlice<UInt8>) {
        guard var fields = try? DERReader.single(DERElement.Tag.sequence, in: info, "subjectPublicKeyInfo").inside,
            let identifier = try? fields.take(DERElement.Tag.sequence, "algorithm").encoded
        else {
            (algorithm, curve, bits) = ("unknown", nil, nil)
            return
        }
        let kind = KeyAlgorithm(algorithmIdentifier: identifier)
        if case .ellipticCurve(let name) = kind {
            (algorithm, curve) = ("EC", name.isEmpty ? nil : name)
        } else {
            (algorithm, curve) = (kind.name, nil)
        }
        bits =
            switch kind {
            case .rsa, .rsaPSS: Self.modulusBits(try? fields.take(DERElement.Tag.bitString, "subjectPublicKey").bits("subjectPublicKey"))
            case .ellipticCurve(let curve): Self.curveBits[curve]
            case .ed25519, .x25519: 255
            case .ed448, .x448: 448
            case .dsa, .diffieHellman, .other: nil
            }
    }

    private static let curveBits = ["P-192": 192, "P-224": 224, "P-256": 256, "P-384": 384, "P-521": 521, "secp256k1": 256]

    /// RSAPublicKey (RFC 8017 §A.1.1) begins with the modulus.
    private static func modulusBits(_ key: ArraySlice<UInt8>?) -> Int? {
        guard let key, var fields = try? DERReader.single(DERElement.Tag.sequence, in: key, "RSAPublicKey").inside,
            let modulus = try? fields.take(DERElement.Tag.integer, "modulus").serial("modulus"), let first = modulus.first
        else { return nil }
        return 8 * modulus.count - first.leadingZeroBitCount
    }
}

/// Names of signature algorithms as Java writes them.
enum SignatureName {
    private static let names: [ObjectIdentifier: String] = [
        ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 4): "MD5withRSA", ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 5): "SHA1withRSA",
        ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 10): "RSASSA-PSS", ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 11): "SHA256withRSA",
        ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 12): "SHA384withRSA", ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 13): "SHA512withRSA",
        ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 14): "SHA224withRSA", ObjectIdentifier(1, 2, 840, 10045, 4, 1): "SHA1withECDSA",
        ObjectIdentifier(1, 2, 840, 10045, 4, 3, 1): "SHA224withECDSA", ObjectIdentifier(1, 2, 840, 10045, 4, 3, 2): "SHA256withECDSA",
        ObjectIdentifier(1, 2, 840, 10045, 4, 3, 3): "SHA384withECDSA", ObjectIdentifier(1, 2, 840, 10045, 4, 3, 4): "SHA512withECDSA",
        ObjectIdentifier(1, 2, 840, 10040, 4, 3): "SHA1withDSA", ObjectIdentifier(2, 16, 840, 1, 101, 3, 4, 3, 2): "SHA256withDSA",
        ObjectIdentifier(1, 3, 101, 112): "Ed25519", ObjectIdentifier(1, 3, 101, 113): "Ed448",
    ]

    /// From the DER of an AlgorithmIdentifier; in digits where there is no name for it.
    static func text(_ identifier: ArraySlice<UInt8>) -> String {
        guard var fields = try? DERReader.single(DERElement.Tag.sequence, in: identifier, "algorithm").inside,
            let content = try? fields.take(DERElement.Tag.objectIdentifier, "algorithm").content
        else { return "unknown" }
        return names[ObjectIdentifier(content: content)] ?? ObjectIdentifier.dotted(content)
    }
}

/// Times without Foundation.
enum Moments {
    static func rfc3339(_ seconds: Int64) -> String {
        // Beyond what the calendar writes; far from an overflow.
        CivilTime(milliseconds: min(max(seconds, -1 << 50), 1 << 50) * 1000).rfc3339
    }
    static func rfc3339(milliseconds: Int64) -> String { CivilTime(milliseconds: milliseconds).rfc3339 }
    /// `2026-11-25`.
    static func day(_ seconds: Int64) -> String { String(rfc3339(seconds).prefix(10)) }
    static func day(milliseconds: Int64) -> String { String(rfc3339(milliseconds: milliseconds).prefix(10)) }
}
