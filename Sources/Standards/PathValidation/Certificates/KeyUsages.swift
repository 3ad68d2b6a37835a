/// The bits of keyUsage (RFC 5280 §4.2.1.3): what a key may be used for.
public struct KeyUsages: OptionSet, Hashable, Sendable, CustomStringConvertible {
    /// Bit n of the BIT STRING is `1 << n`.
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let digitalSignature = KeyUsages(rawValue: 1 << 0)
    public static let contentCommitment = KeyUsages(rawValue: 1 << 1)
    public static let keyEncipherment = KeyUsages(rawValue: 1 << 2)
    public static let dataEncipherment = KeyUsages(rawValue: 1 << 3)
    public static let keyAgreement = KeyUsages(rawValue: 1 << 4)
    public static let keyCertSign = KeyUsages(rawValue: 1 << 5)
    public static let cRLSign = KeyUsages(rawValue: 1 << 6)
    public static let encipherOnly = KeyUsages(rawValue: 1 << 7)
    public static let decipherOnly = KeyUsages(rawValue: 1 << 8)

    /// In the order of the bits, with the names of RFC 5280.
    private static let names = [
        "digitalSignature", "contentCommitment", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign",
        "encipherOnly", "decipherOnly",
    ]

    /// One usage by its name in RFC 5280 (`nonRepudiation`, the older name, counts too); nil for any other.
    public init?(named name: String) {
        guard let bit = Self.names.firstIndex(of: name == "nonRepudiation" ? "contentCommitment" : name) else { return nil }
        self.init(rawValue: 1 << UInt16(bit))
    }

    public var names: [String] { Self.names.enumerated().filter { rawValue & 1 << UInt16($0.offset) != 0 }.map(\.element) }
    public var description: String { names.joined(separator: ", ") }
}
