#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Places between two steps where a power cut would hurt most. Tests of a debug build have the process killed there; a release has none.
package enum Interruption {
    /// Ends the process with SIGKILL when `MIDGUARD_KILL_AT` names this place, or this place and how often it was passed before: `name:1`.
    package static func point(_ name: String) {
        #if DEBUG
            guard let wish = getenv("MIDGUARD_KILL_AT") else { return }
            let words = String(cString: wish).split(separator: ":")
            guard words.first.map(String.init) == name else { return }
            let wanted = words.count > 1 ? Int(words[1]) ?? 0 : 0
            if passed.add() == wanted { kill(getpid(), SIGKILL) }
        #endif
    }

    #if DEBUG
        private static let passed = Counter()
    #endif
}

#if DEBUG
    import Synchronization

    private final class Counter: Sendable {
        private let count = Mutex(0)
        /// How often it was called before.
        func add() -> Int {
            count.withLock { value in
                defer { value += 1 }
                return value
            }
        }
    }
#endif
