/// The formats that Java programs keep keys in.
public enum KeystoreFormat: String, Hashable, Sendable, CaseIterable {
    case jks, jceks, pkcs12, bcfks, bks, uber

    /// Whether we write it, too.
    public var isWritable: Bool { self != .bks && self != .uber }
    /// Java's name for the type.
    public var javaName: String { self == .pkcs12 ? "PKCS12" : rawValue.uppercased() }
    /// Whether Java folds the case of aliases that are set or looked up.
    public var foldsCase: Bool {
        switch self {
        case .jks, .jceks, .pkcs12: true
        case .bcfks, .bks, .uber: false
        }
    }

    /// What the first bytes say; nil for anything else. Nothing behind them is looked at, so a damaged file still has a format. BKS and
    /// UBER begin alike; both are `bks` here, and reading tells them apart.
    public static func probe(_ bytes: [UInt8]) -> KeystoreFormat? {
        if bytes.starts(with: [0xFE, 0xED, 0xFE, 0xED]) { return .jks }
        if bytes.starts(with: [0xCE, 0xCE, 0xCE, 0xCE]) { return .jceks }
        if bytes.starts(with: [0, 0, 0, 1]) || bytes.starts(with: [0, 0, 0, 2]) {
            // Version, then the length of a salt that every writer makes 20 bytes long.
            return bytes.dropFirst(4).starts(with: [0, 0, 0, 20]) ? .bks : nil
        }
        return probeSequence(bytes)
    }

    /// PKCS#12 is a SEQUENCE that begins with an INTEGER, 3 in all that is in use (RFC 7292 §4); BCFKS one that begins with a SEQUENCE.
    private static func probeSequence(_ bytes: [UInt8]) -> KeystoreFormat? {
        guard bytes.count >= 2, bytes[0] == 0x30 else { return nil }
        let lengthBytes = bytes[1] > 0x80 ? Int(bytes[1] & 0x7F) : 0
        guard lengthBytes <= 8 else { return nil }
        let contents = bytes.dropFirst(2 + lengthBytes)
        if contents.starts(with: [0x02, 0x01]), contents.count > 3 { return .pkcs12 }
        return contents.first == 0x30 ? .bcfks : nil
    }
}
