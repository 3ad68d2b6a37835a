import FoundationEssentials
import LocalFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the operating system says about this process and this machine.
enum Machine {
    static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    static var processID: Int { Int(getpid()) }

    static var userName: String {
        guard let entry = getpwuid(geteuid()) else { return String(geteuid()) }
        return String(cString: entry.pointee.pw_name)
    }

    /// Blocks the thread.
    static func pause(milliseconds: UInt32) { usleep(milliseconds * 1_000) }

    /// Microseconds since 1970.
    static var microseconds: Int64 {
        Int64(Date().timeIntervalSince1970 * 1_000_000)
    }

    /// Resident memory in bytes, from `/proc/self/statm`; nil where there is none.
    static var residentBytes: Int? {
        guard let text = try? String(decoding: Files.read("/proc/self/statm", limit: 4_096), as: UTF8.self) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// Threads of this process; nil where `/proc` is missing.
    static var threads: Int? { try? Files.list("/proc/self/task").count }

    /// `MM/dd/yy HH:mm:ss (SSS)` in local time, as Java-based agents stamp their lines.
    static func logStamp(microseconds: Int64 = microseconds) -> String {
        var seconds = time_t(microseconds / 1_000_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return [two(parts.tm_mon + 1), two(parts.tm_mday), two(parts.tm_year % 100)].joined(separator: "/") + " "
            + [two(parts.tm_hour), two(parts.tm_min), two(parts.tm_sec)].joined(separator: ":")
            + " (\(padded(Int32(microseconds / 1_000 % 1_000), to: 3)))"
    }

    private static func two(_ number: Int32) -> String { padded(number, to: 2) }
    private static func padded(_ number: Int32, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
