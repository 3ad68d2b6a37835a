import StrictDER

/// A BIT STRING whose bits have names, bit 0 first (X.680 §22); bits above 15, which nothing here has, are ignored.
struct NamedBits: Hashable, Sendable {
    private let octets: UInt16

    /// - Parameter content: the content octets, the first of which counts unused bits.
    init(content: ArraySlice<UInt8>, _ field: String) throws(DERError) {
        let malformed = DERError(.malformed, field: field, offset: content.startIndex)
        guard let unused = content.first, unused <= 7 else { throw malformed }
        let bits = content.dropFirst()
        // Unused bits are zero (X.690 §11.2.1).
        guard bits.last.map({ $0 & (1 << unused &- 1) == 0 }) ?? (unused == 0) else { throw malformed }
        octets = UInt16(bits.first ?? 0) << 8 | UInt16(bits.dropFirst().first ?? 0)
    }

    func contains(_ bit: Int) -> Bool { (0..<16).contains(bit) && octets & (0x8000 >> UInt16(bit)) != 0 }
}
