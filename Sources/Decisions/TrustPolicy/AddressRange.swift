public import PathValidation

/// An address range in CIDR form, `10.0.0.0/8`; a bare address is a range of one.
public struct AddressRange: Hashable, Sendable {
    public let base: IPAddress
    public let prefix: Int

    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = IPAddress(first) else { return nil }
        let bits = base.bytes.count * 8
        guard let prefix = parts.count == 2 ? Int(parts[1]) : bits, (0...bits).contains(prefix) else { return nil }
        (self.base, self.prefix) = (base, prefix)
    }

    public func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == base.bytes.count else { return false }
        var left = prefix
        for (mine, other) in zip(base.bytes, address.bytes) where left > 0 {
            let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
            if mine & mask != other & mask { return false }
            left -= 8
        }
        return true
    }

    /// What counts as intranet unless a row says otherwise.
    public static let intranet: [AddressRange] = [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  // RFC 1918
        "100.64.0.0/10",  // RFC 6598
        "127.0.0.0/8", "::1/128",  // loopback
        "169.254.0.0/16", "fe80::/10",  // link-local
        "fc00::/7",  // RFC 4193
    ].compactMap(AddressRange.init)
}
