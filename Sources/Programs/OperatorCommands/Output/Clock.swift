import struct FoundationEssentials.Date

/// What time it is. Commands read it once and hand it on.
enum Clock {
    /// Seconds since 1970.
    static var seconds: Int64 { Int64(Date().timeIntervalSince1970.rounded(.down)) }
    /// Milliseconds since 1970.
    static var milliseconds: Int64 { Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)) }
}
