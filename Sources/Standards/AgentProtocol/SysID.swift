/// The identifier of a record: 32 lower-case hexadecimal digits.
public struct SysID: Hashable, Sendable, CustomStringConvertible, Codable {
    public let description: String

    /// nil unless `text` is exactly 32 hexadecimal digits; upper case is folded.
    public init?(_ text: some StringProtocol) {
        let folded = text.lowercased()
        guard folded.utf8.count == 32, folded.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
        description = folded
    }

    /// A fresh identifier from the system's random source.
    public static func random() -> SysID {
        var generator = SystemRandomNumberGenerator()
        let high = String(generator.next() as UInt64, radix: 16)
        let low = String(generator.next() as UInt64, radix: 16)
        // Sixteen hexadecimal digits each, by construction.
        // swift-format-ignore: NeverForceUnwrap
        return SysID(high.leftPadded(to: 16) + low.leftPadded(to: 16))!
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = SysID(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not 32 hexadecimal digits"))
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String { String(repeating: "0", count: max(0, width - count)) + self }
}
