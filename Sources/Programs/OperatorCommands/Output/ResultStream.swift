#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Results on their way to stdout, gathered and written in large pieces. A reader that goes away ends the process, as is usual for filters.
struct ResultStream: ~Copyable {
    private var bytes: [UInt8] = []
    private static let piece = 1 << 16

    mutating func line(_ text: String) {
        bytes += text.utf8
        bytes.append(UInt8(ascii: "\n"))
        if bytes.count >= Self.piece { flush() }
    }

    mutating func text(_ text: String) { bytes += text.utf8 }

    mutating func octets(_ octets: some Sequence<UInt8>) { bytes += octets }

    mutating func json(_ value: JSONText) {
        value.write(to: &bytes)
        if bytes.count >= Self.piece { flush() }
    }

    mutating func flush() {
        StandardStream.write(bytes, to: STDOUT_FILENO)
        bytes.removeAll(keepingCapacity: true)
    }

    deinit { StandardStream.write(bytes, to: STDOUT_FILENO) }
}

/// stdout and stderr without Foundation.
enum StandardStream {
    static func note(_ text: String) { write(Array((text + "\n").utf8), to: STDERR_FILENO) }

    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            sent += count
        }
    }
}

/// The kernel's `write`, which a method of that name hides.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
    #elseif canImport(Musl)
        Musl.write(descriptor, bytes, count)
    #else
        Darwin.write(descriptor, bytes, count)
    #endif
}
