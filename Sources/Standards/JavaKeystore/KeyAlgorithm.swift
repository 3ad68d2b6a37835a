public import StrictDER

/// What a public or private key is for, told by its AlgorithmIdentifier.
public enum KeyAlgorithm: Hashable, Sendable {
    case rsa, rsaPSS, dsa, diffieHellman, ed25519, ed448, x25519, x448
    /// Named by its identifier where we have no name for the curve; `""` for explicit parameters.
    case ellipticCurve(String)
    case other(ObjectIdentifier)

    /// As keytool writes it, with the curve: `RSA`, `EC (P-256)`, `Ed25519`.
    public var name: String {
        switch self {
        case .rsa: "RSA"
        case .rsaPSS: "RSASSA-PSS"
        case .dsa: "DSA"
        case .diffieHellman: "DH"
        case .ed25519: "Ed25519"
        case .ed448: "Ed448"
        case .x25519: "X25519"
        case .x448: "X448"
        case .ellipticCurve(let curve): curve.isEmpty ? "EC" : "EC (\(curve))"
        case .other(let identifier): identifier.description
        }
    }

    /// From the DER of an AlgorithmIdentifier; unreadable ones are `other`.
    public init(algorithmIdentifier der: ArraySlice<UInt8>) {
        guard var fields = try? DERReader.single(DERElement.Tag.sequence, in: der, "algorithm").inside,
            let identifier = try? fields.take(DERElement.Tag.objectIdentifier, "algorithm").content
        else {
            self = .other(ObjectIdentifier(content: []))
            return
        }
        let name = ObjectIdentifier(content: identifier)
        if name == Self.ellipticCurveIdentifier {
            let curve = (try? fields.takeIfPresent(DERElement.Tag.objectIdentifier, "curve"))?.map { ObjectIdentifier(content: $0.content) }
            self = .ellipticCurve(curve.map { Self.curves[$0] ?? $0.description } ?? "")
        } else {
            self = Self.simple[name] ?? .other(name)
        }
    }

    static let ellipticCurveIdentifier = ObjectIdentifier(1, 2, 840, 10045, 2, 1)
    private static let simple: [ObjectIdentifier: KeyAlgorithm] = [
        ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 1): .rsa, ObjectIdentifier(1, 2, 840, 113_549, 1, 1, 10): .rsaPSS,
        ObjectIdentifier(1, 2, 840, 10040, 4, 1): .dsa, ObjectIdentifier(1, 2, 840, 113_549, 1, 3, 1): .diffieHellman,
        ObjectIdentifier(1, 3, 101, 110): .x25519, ObjectIdentifier(1, 3, 101, 111): .x448, ObjectIdentifier(1, 3, 101, 112): .ed25519,
        ObjectIdentifier(1, 3, 101, 113): .ed448,
    ]
    private static let curves: [ObjectIdentifier: String] = [
        ObjectIdentifier(1, 2, 840, 10045, 3, 1, 7): "P-256", ObjectIdentifier(1, 3, 132, 0, 34): "P-384",
        ObjectIdentifier(1, 3, 132, 0, 35): "P-521", ObjectIdentifier(1, 3, 132, 0, 10): "secp256k1",
        ObjectIdentifier(1, 3, 132, 0, 33): "P-224", ObjectIdentifier(1, 2, 840, 10045, 3, 1, 1): "P-192",
    ]
}
