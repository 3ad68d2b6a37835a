import struct FoundationEssentials.Date

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// `yyyyMMddHHmmss` in UTC, for names of backups: they sort by time.
package enum FileStamp {
    package static func now() -> String { text(seconds: Int64(Date().timeIntervalSince1970)) }

    package static func text(seconds: Int64) -> String {
        var moment = time_t(seconds)
        var parts = tm()
        gmtime_r(&moment, &parts)
        return padded(parts.tm_year + 1900, to: 4)
            + [parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded($0, to: 2) }.joined()
    }

    private static func padded(_ number: Int32, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
