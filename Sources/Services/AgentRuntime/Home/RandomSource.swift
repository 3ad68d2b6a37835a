#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The kernel's random numbers, from which keys are made.
enum RandomSource {
    /// Whether it gives any yet: after the start of a small virtual machine it may take minutes, and whoever makes a key waits for it.
    static var isReady: Bool { isReady("/dev/random") }

    /// - Parameter device: one that can be read when it has something to give (random(4)).
    static func isReady(_ device: String) -> Bool {
        let descriptor = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        // What cannot be asked says nothing; what reads in earnest will.
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&question, 1, 0) != 0
    }
}
