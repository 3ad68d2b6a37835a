/// One record of a spool segment: `length` and `crc32` (four bytes each, big endian, both over what follows), a kind byte, the content.
enum SpoolFrame: Equatable, Sendable {
    /// The JSON of one `AgentMessages.Result`, exactly as it is sent.
    case result(json: ArraySlice<UInt8>)
    /// The result with this idempotency key needs no sending any more.
    case settled(key: String)

    /// Above the vendor's limit for a payload (20 000 000 bytes), with room for JSON's escapes.
    static let limit = 48 << 20
    static let headerBytes = 8
    /// What a segment begins with; the digit is the version of this layout.
    static let magic = Array("MGSPOOL1".utf8)

    var bytes: [UInt8] {
        let content: [UInt8] =
            switch self {
            case .result(let json): [1] + json
            case .settled(let key): [2] + Array(key.utf8)
            }
        return Self.bigEndian(UInt32(content.count)) + Self.bigEndian(CRC32.of(content)) + content
    }

    /// What a segment holds. A process that died while writing leaves a torn tail: the frames before it count, it does not.
    struct Reading: Equatable {
        /// With the offset of each frame's content behind its kind byte.
        var frames: [(frame: SpoolFrame, offset: Int)] = []
        /// Where reading stopped before the end; nil when all of it was whole.
        var tornAt: Int?

        static func == (left: Self, right: Self) -> Bool {
            left.tornAt == right.tornAt && left.frames.map(\.offset) == right.frames.map(\.offset)
                && left.frames.map(\.frame) == right.frames.map(\.frame)
        }
    }

    static func read(segment bytes: [UInt8]) -> Reading {
        var reading = Reading()
        if magic.starts(with: bytes) { return reading }  // begun, and nothing in it yet
        guard bytes.starts(with: magic) else {
            reading.tornAt = 0
            return reading
        }
        var position = magic.count
        while position < bytes.count {
            guard bytes.count - position >= headerBytes else { break }
            let length = Int(number(in: bytes, at: position))
            guard length > 0, length <= limit, length <= bytes.count - position - headerBytes else { break }
            let start = position + headerBytes
            let content = bytes[start..<start + length]
            guard CRC32.of(content) == number(in: bytes, at: position + 4) else { break }
            switch content[start] {
            case 1: reading.frames.append((.result(json: content.dropFirst()), start + 1))
            case 2: reading.frames.append((.settled(key: String(decoding: content.dropFirst(), as: UTF8.self)), start + 1))
            default: break  // of a later version, and whole: not ours to read
            }
            position = start + length
        }
        if position < bytes.count { reading.tornAt = position }
        return reading
    }

    private static func bigEndian(_ number: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) } }
    private static func number(in bytes: [UInt8], at offset: Int) -> UInt32 {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}

/// CRC-32 of IEEE 802.3 (polynomial 0x04C11DB7, reflected), as in Ethernet and gzip.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var value = UInt32.max
        for byte in bytes { value = value >> 8 ^ table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] }
        return ~value
    }
}
